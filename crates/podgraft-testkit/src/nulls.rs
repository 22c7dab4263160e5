//! An object with a null in every place where a chart may print one.

use serde_json::{Map, Value};

/// The entry that every map with free names gets.
const ENTRY: &str = "nothing-behind-it";

/// Writes a null into every field of `value` that `schema` has and `value` does not, and into every map with free
/// names; templates stay as they are. Says how many.
pub fn fill(schema: &Value, value: &mut Value) -> usize {
    let is_open = schema.get("x-kubernetes-preserve-unknown-fields").is_some();
    match value {
        Value::Object(fields) if !is_open => fill_fields(schema, fields),
        Value::Array(items) => items.iter_mut().map(|item| fill(&schema["items"], item)).sum(),
        _ => 0,
    }
}

fn fill_fields(schema: &Value, fields: &mut Map<String, Value>) -> usize {
    let mut filled = 0;
    for (name, value) in fields.iter_mut() {
        let inner = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
        filled += fill(inner, value);
    }
    let declared = schema["properties"].as_object().into_iter().flat_map(|known| known.keys().cloned());
    let free = schema["additionalProperties"].is_object().then(|| ENTRY.to_owned());
    for name in declared.chain(free) {
        if !fields.contains_key(&name) {
            fields.insert(name, Value::Null);
            filled += 1;
        }
    }
    filled
}
