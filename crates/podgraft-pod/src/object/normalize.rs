//! What a field means, however it is written: a null is no value, `5.0` is the integer 5.
//!
//! Charts print a field with nothing behind it as null, and numbers as floats. Templates are left as they are: there
//! a null is a mistake of its own.

use serde_json::Value;

/// Removes every field of `value` that is null, and writes whole numbers as integers where `schema`, the
/// schema of a spec, wants integers. Items of lists stay, null or not.
///
/// # Source
/// kubectl 1.37, `pkg/cmd/apply/apply.go`, `pruneNullsFromMap`; apiextensions-apiserver 1.37,
/// `pkg/apiserver/schema/defaulting/algorithm.go`, `PruneNonNullableNullsWithoutDefaults`.
pub fn normalize(schema: &Value, value: &mut Value) {
    if is_kept_as_written(schema) {
        return;
    }
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            for (name, value) in fields {
                normalize(inner(schema, name), value);
            }
        }
        Value::Array(items) => {
            let schema = schema.get("items").unwrap_or(&Value::Null);
            for item in items {
                normalize(schema, item);
            }
        }
        Value::Number(number) if schema.get("type").is_some_and(|wanted| wanted == "integer") => {
            if let Some(whole) = number.as_f64().filter(|_| number.is_f64()).and_then(whole) {
                *value = whole.into();
            }
        }
        _ => {}
    }
}

/// Whether a field takes any value, as the values of a constraint, or a template.
fn is_kept_as_written(schema: &Value) -> bool {
    schema.get("x-kubernetes-preserve-unknown-fields").is_some()
        && (schema.get("type").is_none() || schema.get("x-kubernetes-map-type").is_some())
}

fn inner<'s>(schema: &'s Value, field: &str) -> &'s Value {
    let declared = schema.get("properties").and_then(|properties| properties.get(field));
    declared.or_else(|| schema.get("additionalProperties")).unwrap_or(&Value::Null)
}

/// A number without a fraction as an integer, where it has at most 64 bits.
fn whole(number: f64) -> Option<i64> {
    // Beyond this, a float and the integer that it is converted to may differ.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "it has no fraction, and is small enough")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nulls_are_no_values_and_whole_numbers_are_integers() {
        let open = json!({"x-kubernetes-preserve-unknown-fields": true});
        let template = json!({
            "type": "object", "x-kubernetes-preserve-unknown-fields": true, "x-kubernetes-map-type": "atomic"
        });
        let schema = json!({"properties": {
            "count": {"type": "integer"}, "name": {"type": "string"}, "template": template, "values": {"items": open},
            "labels": {"additionalProperties": {"type": "string"}},
            "list": {"items": {"properties": {"count": {"type": "integer"}}}},
            "volume": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
        }});
        let mut value = json!({
            "count": 5.0, "name": null, "template": {"a": null, "b": 1.0}, "values": [null, 1.0],
            "labels": {"a": null, "b": "c"}, "list": [null, {"count": 1e3, "x": null}, {"count": 1.5}],
            "volume": {"emptyDir": null, "size": 1.0}, "unknown": {"a": null}
        });
        normalize(&schema, &mut value);
        let wanted = json!({
            "count": 5, "template": {"a": null, "b": 1.0}, "values": [null, 1.0], "labels": {"b": "c"},
            "list": [null, {"count": 1000}, {"count": 1.5}], "volume": {"size": 1.0}, "unknown": {}
        });
        assert_eq!(value, wanted);
        let mut template = json!({"template": null, "count": -9e300});
        normalize(&schema, &mut template);
        assert_eq!(template, json!({"count": -9e300}));
    }
}
