//! What is made from `values.yaml`: the schema, and the tables of the chart's README. UPDATE=1 writes them.

use std::{fmt::Write, fs};

use podgraft_testkit::{files::root, snapshot::assert_file};
use serde_json::{Map, Value, json};

use crate::values::{CHART, ChartValue, chart_values, public_values};

#[test]
fn every_value_is_described_and_in_the_schema() {
    let values = chart_values();
    described(&values);
    let mut text = serde_json::to_string_pretty(&schema(&values)).unwrap();
    text.push('\n');
    assert_file(&root().join(CHART).join("values.schema.json"), &text);
}

#[test]
fn the_readme_has_every_value() {
    let path = root().join(CHART).join("README.md");
    let mut text = fs::read_to_string(&path).unwrap();
    let mut values = "| value | default | |\n|---|---|---|\n".to_owned();
    value_rows(&chart_values(), &mut values);
    replace(&mut text, "values", &values);
    let mut public = "| value | refused | what to do |\n|---|---|---|\n".to_owned();
    for value in public_values() {
        let list =
            |key: &str| value.entry[key].as_array().map(|list| list.iter().map(code).collect::<Vec<_>>());
        let refused = match (list("refuse"), list("accept")) {
            (Some(refused), _) => refused.join(", "),
            (None, Some(accepted)) if accepted.len() > 1 => "never".into(),
            (None, Some(accepted)) => format!("all but {}", accepted.join(", ")),
            (None, None) => "always".into(),
        };
        writeln!(public, "| `{}` | {refused} | {} |", value.path, value.instead).unwrap();
    }
    replace(&mut text, "public chart", &public);
    assert_file(&path, &text);
}

fn described(values: &[ChartValue]) {
    for value in values {
        assert!(
            !value.description.is_empty() || !value.members.is_empty(),
            "values.yaml: write a comment above {}",
            value.path
        );
        described(&value.members);
    }
}

/// Puts a table between the comments that name it.
fn replace(text: &mut String, name: &str, table: &str) {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let from = text.find(&begin).unwrap_or_else(|| panic!("README.md has no {begin}")) + begin.len();
    let to = from + text[from..].find(&end).unwrap();
    text.replace_range(from..to, table);
}

fn code(value: &Value) -> String {
    format!("`{value}`").replace('|', "\\|")
}

fn value_rows(values: &[ChartValue], table: &mut String) {
    for value in values {
        if value.members.is_empty() {
            let description = value.description.replace('|', "\\|");
            writeln!(table, "| `{}` | {} | {description} |", value.path, code(&value.default)).unwrap();
        }
        value_rows(&value.members, table);
    }
}

/// The JSON schema of the values.
fn schema(values: &[ChartValue]) -> Value {
    let mut schema = group(values);
    // Helm's own: what a parent chart passes on.
    schema["properties"]["global"] = json!({});
    for value in public_values() {
        let mut at = &mut schema;
        for name in value.path.split('.') {
            if at["properties"].get(name).is_none() {
                at["properties"][name] = json!({ "description": value.instead });
                break;
            }
            at = &mut at["properties"][name];
        }
    }
    let quantity = json!({ "type": ["string", "number", "null"] });
    schema["$defs"] = json!({
        "quantities": { "type": "object", "additionalProperties": quantity },
        "resources": {
            "type": "object",
            "properties": {
                "requests": { "$ref": "#/$defs/quantities" },
                "limits": { "$ref": "#/$defs/quantities" },
                "claims": { "type": "array" }
            },
            "additionalProperties": false
        }
    });
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "Values of the chart podgraft".into();
    schema
}

fn group(values: &[ChartValue]) -> Value {
    let mut properties = Map::new();
    for value in values {
        let mut schema = if value.members.is_empty() { leaf(value) } else { group(&value.members) };
        if !value.description.is_empty() {
            schema["description"] = value.description.clone().into();
        }
        properties.insert(value.name.clone(), schema);
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn leaf(value: &ChartValue) -> Value {
    let mut schema = match &value.default {
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::String(_) => json!({ "type": "string" }),
        Value::Array(_) => json!({ "type": "array" }),
        Value::Object(_) => json!({ "type": "object" }),
        Value::Null => json!({}),
    };
    if value.narrowing.get("$ref").is_some() {
        schema = json!({});
    }
    schema.as_object_mut().unwrap().extend(value.narrowing.as_object().unwrap().clone());
    schema
}
