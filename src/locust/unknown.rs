//! Fields that an object has and its kind does not.

use serde_json::Value;

use crate::{
    diagnostic::{Code, Diagnostic, unknown_field},
    path::{FieldPath, Segment},
};

/// Says that an object of this kind has no such field; `near` ends the sentence.
pub(super) fn field(kind: &str, field: &str, near: &str, at: &FieldPath) -> Diagnostic {
    Diagnostic::error(Code::UnknownField, format!("a {kind} has no field \"{field}\" here{near}"))
        .at(at.field(field))
}

/// Reports the fields of `value`, a part of an object of this kind, that its schema does not declare.
pub(super) fn fields(
    kind: &str,
    schema: &Value,
    value: &Value,
    path: &FieldPath,
    errors: &mut Vec<Diagnostic>,
) {
    match value {
        Value::Object(map) => {
            let known = schema.get("properties").and_then(Value::as_object);
            let rest = schema.get("additionalProperties");
            let open = rest.is_some() || schema.get("x-kubernetes-preserve-unknown-fields").is_some();
            for (name, value) in map {
                let inner = known.and_then(|known| known.get(name)).or(rest.filter(|rest| rest.is_object()));
                match inner {
                    Some(inner) => fields(kind, inner, value, &path.field(name), errors),
                    None if open || known.is_none() => {}
                    None => {
                        let names = known.into_iter().flat_map(|known| known.keys().map(String::as_str));
                        let near = unknown_field(name, names);
                        errors.push(field(kind, name, &near, path));
                    }
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                fields(
                    kind,
                    schema.get("items").unwrap_or(&Value::Null),
                    item,
                    &path.with(Segment::Index(index)),
                    errors,
                );
            }
        }
        _ => {}
    }
}
