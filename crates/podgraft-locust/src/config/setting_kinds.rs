//! [`check`]: whether every setting exists, and has a value of its kind.

use podgraft_merge::{
    diagnostic::{Diagnostic, did_you_mean},
    path::{FieldPath, Segment},
};
use podgraft_pod::validity::Quantity;
use serde_json::Value;

use super::invalid_setting::invalid;
use crate::codes;

/// The setting that the public chart writes as an empty string where it is not set.
pub(super) const TTL: &str = "ttlSecondsAfterFinished";

/// The setting whose `Off` is a boolean in Kubernetes' YAML.
pub(super) const ON_ENFORCE: &str = "onEnforce";

/// Compares a configuration with one that has every setting: names, and kinds of values.
pub(super) fn check(known: &Value, value: &Value, path: &FieldPath, errors: &mut Vec<Diagnostic>) {
    if value.is_null() && !path.segments().is_empty() {
        return;
    }
    let (Value::Object(known), Value::Object(fields)) = (known, value) else {
        let wanted = match (known, value) {
            (Value::Object(_), _) => "a map",
            (Value::Bool(_), value) if !value.is_boolean() => "true or false",
            (Value::Number(_), value) if value.as_u64().is_none() => "a whole number that is not negative",
            (Value::String(_), value) if !value.is_string() => "a string",
            (Value::Array(_), value) if !is_list_of_texts(value) => "a list of strings",
            _ => return,
        };
        let message = match path.segments().last() {
            Some(Segment::Field(name)) => {
                format!("write \"{name}\" as {wanted}, or leave it out: {value} is none")
            }
            _ => format!("write the configuration as {wanted}: {value} is none"),
        };
        errors.push(invalid(message, path.clone()));
        return;
    };
    for (name, value) in fields {
        let path = path.field(name);
        match known.get(name) {
            Some(_) if matches!(name.as_str(), "requests" | "limits") => {
                quantities(name, value, &path, errors);
            }
            Some(_) if name == TTL && value.as_str() == Some("") => {}
            Some(_) if name == ON_ENFORCE && value.as_bool() == Some(false) => {}
            Some(_)
                if name == ON_ENFORCE
                    && !matches!(value.as_str(), None | Some("Warn" | "Refuse" | "Off")) =>
            {
                let message = format!("write \"{name}\" as Warn, Refuse or Off: {value} is none");
                errors.push(invalid(message, path));
            }
            Some(inner) => check(inner, value, &path, errors),
            None => {
                let near = did_you_mean(name, known.keys().map(String::as_str));
                let near = if near.is_empty() { "; remove it".to_owned() } else { near };
                let message = format!("the configuration has no setting \"{name}\" here{near}");
                errors.push(Diagnostic::error(codes::UNKNOWN_FIELD, message).at(path));
            }
        }
    }
}

fn is_list_of_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
}

/// A map with free names, and quantities: strings or numbers.
fn quantities(name: &str, value: &Value, path: &FieldPath, errors: &mut Vec<Diagnostic>) {
    let entries = match value {
        Value::Null => return,
        Value::Object(entries) => entries,
        value => {
            let message =
                format!("write \"{name}\" as a map of quantities, such as {{cpu: 250m}}: {value} is none");
            errors.push(invalid(message, path.clone()));
            return;
        }
    };
    if entries.contains_key("ephemeralStorage") && entries.contains_key("ephemeral-storage") {
        let message = "remove ephemeralStorage: it is another spelling of ephemeral-storage".to_owned();
        errors.push(invalid(message, path.field("ephemeralStorage")));
    }
    for (resource, quantity) in entries {
        let is_empty = quantity.is_null() || quantity.as_str() == Some("");
        if !is_empty && Quantity::read(quantity).is_none_or(Quantity::is_negative) {
            let message =
                format!("write \"{resource}\" as a quantity, such as 250m or 128Mi: {quantity} is none");
            errors.push(invalid(message, path.field(resource)));
        }
    }
}
