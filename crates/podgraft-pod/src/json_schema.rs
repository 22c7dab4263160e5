//! [`CompiledSchema`]: a value against a JSON Schema, in words that say what to do.

use jsonschema::{
    ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
};
use podgraft_merge::{
    diagnostic::{Diagnostic, ExpectedItems, ExpectedValue, ValueKind, keyed_item, mend},
    path::{FieldPath, PointerToken, Segment},
};
use serde_json::Value;

use crate::codes;

/// A schema that is ready to check values.
#[derive(Debug)]
pub struct CompiledSchema {
    validator: Option<Validator>,
}

impl CompiledSchema {
    /// Prepares a schema. A schema that is no JSON Schema checks nothing; those that podgraft has are
    /// tested.
    #[must_use]
    pub fn new(schema: &Value) -> Self {
        Self { validator: jsonschema::options().build(schema).ok() }
    }

    /// Whether the schema could be prepared.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.validator.is_some()
    }

    /// Everything that is wrong with the structure of `value`, an object's `spec`; paths by index, rooted at it.
    pub fn check<'v>(
        &'v self,
        value: &'v Value,
    ) -> impl Iterator<Item = (Vec<PointerToken>, Diagnostic)> + 'v {
        let errors = self.validator.iter().flat_map(|validator| validator.iter_errors(value));
        errors.map(move |error| {
            let steps = steps(value, error.instance_path().as_str());
            let mut path = FieldPath::new(steps.iter().map(segment).collect());
            if let ValidationErrorKind::Required { property } = error.kind() {
                path = path.field(property.as_str().unwrap_or_default());
            }
            let name = steps.iter().rev().find_map(|step| match step {
                PointerToken::Field(name) => Some(name.as_str()),
                PointerToken::Index(_) => None,
            });
            let is_item = matches!(steps.last(), Some(PointerToken::Index(_)));
            let name = name.unwrap_or("spec");
            let message = if error.instance().is_null() && is_item {
                format!("remove the empty item of \"{name}\", or write its value: no item of a list is null")
            } else {
                message(&error, name, is_item)
            };
            (steps, Diagnostic::error(codes::INVALID_VALUE, message).at(path))
        })
    }
}

/// Bounds the integers of a schema, which JSON Schema does not do by itself: a field of Kubernetes has 32 or 64
/// bits. Bounds that are there stay.
pub(crate) fn bound_integers(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.get("type").is_some_and(|kind| kind == "integer") {
                let is_short = map.get("format").is_some_and(|format| format == "int32");
                let (low, high) =
                    if is_short { (i32::MIN.into(), i32::MAX.into()) } else { (i64::MIN, i64::MAX) };
                map.entry("minimum").or_insert(low.into());
                map.entry("maximum").or_insert(high.into());
            }
            map.values_mut().for_each(bound_integers);
        }
        Value::Array(list) => list.iter_mut().for_each(bound_integers),
        _ => {}
    }
}

/// A JSON pointer as steps of `value`.
fn steps(value: &Value, pointer: &str) -> Vec<PointerToken> {
    let mut here = Some(value);
    let mut steps = Vec::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let step = if let (Some(Value::Array(list)), Ok(index)) = (here, part.parse::<usize>()) {
            here = list.get(index);
            PointerToken::Index(index)
        } else {
            here = here.and_then(|here| here.get(&part));
            PointerToken::Field(part)
        };
        steps.push(step);
    }
    steps
}

fn segment(step: &PointerToken) -> Segment {
    match step {
        PointerToken::Field(name) => Segment::Field(name.clone()),
        PointerToken::Index(index) => Segment::Index(*index),
    }
}

/// `is_item`: whether the value is an item of the list that has the name.
fn message(error: &ValidationError<'_>, name: &str, is_item: bool) -> String {
    let value = shortened(error.instance());
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            format!("add \"{}\": it is required", property.as_str().unwrap_or_default())
        }
        ValidationErrorKind::Type { kind } => wrong_type(name, is_item, kind, error.instance()),
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> = options.as_array().into_iter().flatten().map(shortened).collect();
            format!("write \"{name}\" as one of {}, not as {value}", options.join(", "))
        }
        ValidationErrorKind::Minimum { limit } => {
            format!("write \"{name}\" as {limit} or more, not as {value}")
        }
        ValidationErrorKind::Maximum { limit } => {
            format!("write \"{name}\" as {limit} or less, not as {value}")
        }
        ValidationErrorKind::MaxLength { limit } => format!("shorten \"{name}\" to {limit} characters"),
        ValidationErrorKind::Pattern { pattern } => {
            format!("write \"{name}\" so that it matches {pattern}: {value} does not")
        }
        other => format!("correct \"{name}\": {value} does not meet \"{}\"", other.keyword()),
    }
}

/// What to do about a value of another type than the schema wants; `is_item` is whether it is an item of the list
/// that has the name.
pub(crate) fn wrong_type(name: &str, is_item: bool, kind: &TypeKind, value: &Value) -> String {
    let wanted: Vec<&str> = match kind {
        TypeKind::Single(only) => vec![only.as_str()],
        TypeKind::Multiple(several) => several.into_iter().map(jsonschema::JsonType::as_str).collect(),
    };
    let of = if is_item { "each item of " } else { "" };
    let kind = match wanted.as_slice() {
        ["object"] => ValueKind::Map,
        ["array"] => ValueKind::List,
        _ => ValueKind::Scalar,
    };
    let item = value.as_str().filter(|text| is_item && kind == ValueKind::Map && !text.contains(['\n', ' ']));
    let advice = match item.map(|text| (text, text.split_once('='))) {
        Some((_, Some((name, value)))) => format!(": write {{name: {name}, value: {value}}}"),
        Some((text, None)) => format!(": {}", keyed_item("name", text)),
        None if ValueKind::of(value) == kind => String::new(),
        None => mend(ExpectedValue { name, kind, items: ExpectedItems::Unknown, is_patch: false }, value),
    };
    wrong(&format!("{of}\"{name}\""), &wanted, value) + &advice
}

/// What to do about a value that is no text, and must be one.
#[must_use]
pub fn not_a_text(name: &str, value: &Value) -> String {
    wrong(name, &["string"], value)
}

/// What to do about a value that is no map, and must be one.
#[must_use]
pub fn not_a_map(what: &str, value: &Value) -> String {
    let wanted =
        ExpectedValue { name: what, kind: ValueKind::Map, items: ExpectedItems::Unknown, is_patch: false };
    wrong(what, &["object"], value) + &mend(wanted, value)
}

/// What is wrong with metadata that is no map; `None` where it is one, or is not there.
#[must_use]
pub fn metadata_of_other_kind(object: &Value) -> Option<Diagnostic> {
    let metadata = object.get("metadata").filter(|metadata| !metadata.is_object() && !metadata.is_null())?;
    let message = not_a_map("metadata", metadata);
    Some(Diagnostic::error(codes::INVALID_VALUE, message).at(FieldPath::fields(["metadata"])))
}

fn wrong(what: &str, wanted: &[&str], value: &Value) -> String {
    let types: Vec<&str> = wanted.iter().copied().map(with_article).collect();
    let written = match value {
        Value::Object(_) => "a map".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        _ => shortened(value),
    };
    let hint = quotes(wanted, value);
    format!("write {what} as {}, not as {written}{hint}", types.join(" or "))
}

fn with_article(json_type: &str) -> &str {
    match json_type {
        "object" => "a map",
        "array" => "a list",
        "integer" => "an integer",
        "number" => "a number",
        "string" => "a string",
        "boolean" => "true or false",
        other => other,
    }
}

/// What quotes would mend, or their absence.
fn quotes(wanted: &[&str], value: &Value) -> &'static str {
    let is_wanted = |value: &Value| match value {
        Value::Number(number) => wanted.contains(&"number") || wanted.contains(&"integer") && number.is_i64(),
        Value::Bool(_) => wanted.contains(&"boolean"),
        _ => false,
    };
    match value {
        Value::String(text) if serde_json::from_str(text.trim()).is_ok_and(|value| is_wanted(&value)) => {
            ": remove the quotes"
        }
        Value::String(text) if text.starts_with("${") && text.ends_with('}') => {
            ": let envsubst, or whatever else replaces it, do so first"
        }
        Value::Number(_) if wanted.contains(&"string") => ": put it in quotes",
        // What was written may be another word: YAML takes several for true and false.
        Value::Bool(true) if wanted.contains(&"string") => {
            ": put it in quotes, without them y, yes, on and true mean true"
        }
        Value::Bool(false) if wanted.contains(&"string") => {
            ": put it in quotes, without them n, no, off and false mean false"
        }
        _ => "",
    }
}

/// A value as JSON, cut to what a line can take.
fn shortened(value: &Value) -> String {
    const LENGTH: usize = 40;
    let text = value.to_string();
    if text.chars().count() <= LENGTH {
        return text;
    }
    match value {
        Value::Object(_) => "a map".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        _ => format!("{}...", text.chars().take(LENGTH).collect::<String>()),
    }
}
