//! Where a field of an object belongs that is written elsewhere in its spec.

use serde_json::Value;

use super::{
    advice::{FieldAdvice, field_names},
    spec_kind::SpecKind,
};
use podgraft_merge::{diagnostic::find_field_below, path::FieldPath, schema::Schema};

/// How far below a part of the spec a name is looked for.
const DEPTH: usize = 3;

/// The place of a field that the part of a spec at `path` has not: above it, below it, in what lies beside it, or in
/// the pod templates.
#[must_use]
pub(crate) fn place(of: SpecKind<'_>, path: &FieldPath, name: &str) -> Option<String> {
    let names: Vec<&str> = field_names(path).into_iter().skip(1).collect();
    of.advice
        .place(of.schema, &names, name)
        .or_else(|| in_spec(of.schema, &names, name))
        .or_else(|| in_template(of.advice, &names, name))
}

/// The nearest place in the typed fields.
fn in_spec(schema: &Value, names: &[&str], name: &str) -> Option<String> {
    const COMMON: [&str; 10] =
        ["name", "key", "value", "kind", "operator", "enabled", "timeout", "prefix", "values", "effect"];
    if COMMON.contains(&name) {
        return None;
    }
    let mut chain = vec![("spec".to_owned(), schema)];
    for part in names {
        let Some((path, last)) = chain.last() else { break };
        let Some(inner) = inner(last).and_then(|fields| fields.get(*part)) else { break };
        chain.push((format!("{path}.{part}"), inner));
    }
    (0..=DEPTH).find_map(|depth| {
        chain
            .iter()
            .rev()
            .find_map(|(path, schema)| at_depth(schema, name, depth).map(|place| format!("{path}.{place}")))
    })
}

fn inner(schema: &Value) -> Option<&serde_json::Map<String, Value>> {
    let item = schema.get("items").unwrap_or(schema);
    item.get("properties")?.as_object()
}

fn at_depth(schema: &Value, name: &str, depth: usize) -> Option<String> {
    let fields = inner(schema)?;
    if depth == 0 {
        return fields.contains_key(name).then(|| name.to_owned());
    }
    // What volumes have is rarely what the rest of an object means.
    fields.iter().filter(|(field, _)| !field.to_lowercase().ends_with("volumes")).find_map(
        |(field, inner)| {
            let item = if inner.get("items").is_some() { "[]" } else { "" };
            at_depth(inner, name, depth - 1).map(|place| format!("{field}{item}.{place}"))
        },
    )
}

/// The place in the pod templates.
fn in_template(advice: &dyn FieldAdvice, names: &[&str], name: &str) -> Option<String> {
    let template = Schema::pod_template()?;
    let place =
        if template.field(name).is_ok() { name.to_owned() } else { find_field_below(template, name)? };
    Some(advice.place_in_template(names, &place))
}
