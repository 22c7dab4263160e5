//! Fields that an object has and its kind does not.

use podgraft_merge::{
    diagnostic::{Diagnostic, describe_unknown_field, unknown_field, value_kind::glued_field},
    path::{FieldPath, Segment},
    schema::Schema,
};
use serde_json::{Map, Value};

use super::{placement, spec_kind::SpecKind};
use crate::codes;

/// Says that an object of this kind has no such field; `near` ends the sentence.
#[must_use]
pub fn field(kind: &str, field: &str, near: &str, at: &FieldPath) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_FIELD, format!("a {kind} has no field \"{field}\" here{near}"))
        .at(at.field(field))
}

/// Reports the fields that an object has beside its spec, and in its metadata, and that no object has: a server drops
/// them, and what they say is lost.
#[must_use]
pub fn outside_of_spec(of: SpecKind<'_>, object: &Value) -> Vec<Diagnostic> {
    let SpecKind { kind, schema, .. } = of;
    let in_spec = |name: &str| {
        let path = FieldPath::fields(["spec"]);
        let is_there = schema.get("properties").and_then(|fields| fields.get(name)).is_some();
        let place = if is_there { Some(format!("spec.{name}")) } else { placement::place(of, &path, name) };
        place.map(|place| format!("; move it to {place}"))
    };
    let names = |value: Option<&'_ Value>| -> Vec<String> {
        value.and_then(Value::as_object).into_iter().flat_map(|fields| fields.keys().cloned()).collect()
    };
    let mut errors = Vec::new();
    let known = ["apiVersion", "kind", "metadata", "spec", "status"];
    let in_metadata: Vec<&str> = metadata_fields().collect();
    for name in names(Some(object)).iter().filter(|name| !known.contains(&name.as_str())) {
        let advice = in_metadata
            .contains(&name.as_str())
            .then(|| format!("; move it to metadata.{name}"))
            .or_else(|| in_spec(name))
            .unwrap_or_else(|| unknown_field(name, known));
        errors.push(field(kind, name, &advice, &FieldPath::root()));
    }
    for name in names(object.get("metadata")).iter().filter(|name| !in_metadata.contains(&name.as_str())) {
        let advice = known
            .contains(&name.as_str())
            .then(|| format!("; move it beside metadata, one step to the left: metadata has no {name}"))
            .or_else(|| in_spec(name))
            .unwrap_or_else(|| unknown_field(name, in_metadata.iter().copied()));
        errors.push(field(kind, name, &advice, &FieldPath::fields(["metadata"])));
    }
    errors
}

/// The fields of every object's metadata.
fn metadata_fields() -> impl Iterator<Item = &'static str> {
    let metadata = Schema::pod_template().and_then(|template| template.field("metadata").ok());
    let fields = metadata.and_then(|metadata| Schema::of(metadata).struct_type());
    fields.into_iter().flat_map(|of| of.fields.iter().map(|field| field.name))
}

/// Reports the fields of `spec`, written at `path`, that its schema does not declare.
pub fn fields(of: SpecKind<'_>, spec: &Value, path: &FieldPath, errors: &mut Vec<Diagnostic>) {
    below(of, of.schema, spec, path, errors);
}

/// [`fields`], for the part of the spec at `path`.
fn below(root: SpecKind<'_>, schema: &Value, value: &Value, path: &FieldPath, errors: &mut Vec<Diagnostic>) {
    match value {
        Value::Object(map) => {
            let known = schema.get("properties").and_then(Value::as_object);
            let rest = schema.get("additionalProperties");
            let open = rest.is_some() || schema.get("x-kubernetes-preserve-unknown-fields").is_some();
            for (name, value) in map {
                let inner = known.and_then(|known| known.get(name)).or(rest.filter(|rest| rest.is_object()));
                match (inner, known) {
                    (Some(inner), _) => below(root, inner, value, &path.field(name), errors),
                    (None, Some(known)) if !open => {
                        errors.push(unknown(root, known, name, path));
                    }
                    _ => {}
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let inner = schema.get("items").unwrap_or(&Value::Null);
                below(root, inner, item, &path.with(Segment::Index(index)), errors);
            }
        }
        _ => {}
    }
}

/// What to say of a field that a spec has at `path`, and that is none of the known ones.
fn unknown(of: SpecKind<'_>, known: &Map<String, Value>, name: &str, path: &FieldPath) -> Diagnostic {
    let ty = of.advice.kubernetes_type(path);
    if let Some(message) = ty.and_then(|ty| describe_unknown_field(ty, name, None)) {
        return Diagnostic::error(codes::UNKNOWN_FIELD, message).at(path.field(name));
    }
    let names = || known.keys().map(String::as_str);
    let folded = names().find(|field| field.eq_ignore_ascii_case(name));
    let glued = glued_field(name).filter(|(field, _)| known.contains_key(*field));
    let advice = folded
        .map(|field| format!("; did you mean \"{field}\"?"))
        .or_else(|| glued.map(|(field, value)| format!("; put a space behind the colon, {field}: {value}")))
        .or_else(|| of.advice.advice(of.schema, path, name).map(|advice| format!("; {advice}")))
        .or_else(|| placement::place(of, path, name).map(|place| format!("; move it to {place}")))
        .unwrap_or_else(|| unknown_field(name, names()));
    field(of.kind, name, &advice, path)
}
