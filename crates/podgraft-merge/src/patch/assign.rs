//! Putting a value where one is, without making anew what can be kept.

use serde_json::{Map, Value};

/// Makes `live` a copy of `value`; a text keeps its memory.
pub(crate) fn assign(live: &mut Value, value: &Value) {
    match (live, value) {
        (Value::String(live), Value::String(text)) => live.clone_from(text),
        (live, value) => *live = value.clone(),
    }
}

/// Sets a field; its name is only copied where there is none.
pub(crate) fn put(map: &mut Map<String, Value>, key: &str, value: Value) {
    match map.get_mut(key) {
        Some(live) => *live = value,
        None => {
            map.insert(key.to_owned(), value);
        }
    }
}
