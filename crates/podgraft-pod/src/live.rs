//! [`without_server_fields`]: a live object without what the server added to it.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::{
    list_items::{ListItems, below},
    validity,
};
use podgraft_merge::schema::{ScalarType, Schema, Type};

/// The parts of `live` that one of `written` speaks of, in the words of the first of `written` where both
/// mean the same (`1000m` and `1`, `false` and nothing). What the server or somebody else added (defaults,
/// status, injected containers) is left out, so that the result can be compared with what was written.
#[must_use]
pub fn without_server_fields(live: &Value, written: &[&Value], schema: Option<Schema>) -> Value {
    project(Some(live), written, schema, &ListItems::NONE).unwrap_or(Value::Null)
}

fn project(
    live: Option<&Value>,
    written: &[&Value],
    schema: Option<Schema>,
    items: &ListItems,
) -> Option<Value> {
    let first = *written.first()?;
    match live {
        // Go leaves out fields that are empty.
        None => is_empty(first).then(|| first.clone()),
        Some(Value::Object(live)) if first.is_object() => {
            let mut kept = Map::new();
            for name in written.iter().filter_map(|value| value.as_object()).flat_map(Map::keys) {
                if kept.contains_key(name) {
                    continue;
                }
                let inner: Vec<&Value> = written.iter().filter_map(|value| value.get(name)).collect();
                let (schema, items) = below(schema, name);
                // What only an earlier version of the object spoke of is not filled in where it is gone.
                let speaks = first.get(name).is_some() || live.contains_key(name);
                if let Some(value) = project(live.get(name), &inner, schema, &items).filter(|_| speaks) {
                    kept.insert(name.clone(), value);
                }
            }
            Some(Value::Object(kept))
        }
        Some(Value::Array(live)) if first.is_array() => Some(Value::Array(list(live, written, items))),
        Some(live) if mean_the_same(live, first, schema) => Some(first.clone()),
        Some(live) => Some(live.clone()),
    }
}

fn list(live: &[Value], written: &[&Value], items: &ListItems) -> Vec<Value> {
    let lists: Vec<&[Value]> =
        written.iter().filter_map(|value| value.as_array().map(Vec::as_slice)).collect();
    let keyed: Option<Vec<HashMap<String, &Value>>> =
        lists.iter().map(|list| Some(items.by_keys(list)?.into_iter().collect())).collect();
    if let (Some(live), Some(keyed)) = (items.by_keys(live), keyed) {
        return live
            .iter()
            .filter_map(|(known, item)| {
                let inner: Vec<&Value> = keyed.iter().filter_map(|list| list.get(known).copied()).collect();
                project(Some(item), &inner, items.schema, &ListItems::NONE)
            })
            .collect();
    }
    let same_length: Vec<&[Value]> = lists.into_iter().filter(|list| list.len() == live.len()).collect();
    live.iter()
        .enumerate()
        .map(|(index, item)| {
            let inner: Vec<&Value> = same_length.iter().filter_map(|list| list.get(index)).collect();
            project(Some(item), &inner, items.schema, &ListItems::NONE).unwrap_or_else(|| item.clone())
        })
        .collect()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

fn mean_the_same(live: &Value, written: &Value, schema: Option<Schema>) -> bool {
    let is_quantity = schema.is_some_and(|schema| {
        matches!(schema.ty(), Type::Custom(ScalarType::Quantity, _) | Type::Scalar(ScalarType::Quantity))
    });
    live == written || is_quantity && validity::are_same_quantity(live, written)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_server_added_is_left_out_and_the_rest_stays() {
        let job = Schema::for_kind("batch/v1", "Job");
        let written = json!({"spec": {"template": {"spec": {
            "containers": [{"name": "a", "image": "old", "resources": {"limits": {"cpu": "1000m"}}, "tty": false}],
            "volumes": [{"name": "v", "configMap": {"name": "c"}}]
        }}}});
        let live = json!({"metadata": {"uid": "1"}, "spec": {"suspend": false, "template": {"spec": {
            "containers": [
                {"name": "a", "image": "new", "resources": {"limits": {"cpu": "1"}}, "terminationMessagePath": "/dev/x"},
                {"name": "injected"}
            ],
            "volumes": [{"name": "v", "configMap": {"name": "c", "defaultMode": 420}}]
        }}}});
        let mut expected = written.clone();
        *expected.pointer_mut("/spec/template/spec/containers/0/image").unwrap() = "new".into();
        assert_eq!(without_server_fields(&live, &[&written], job), expected);
    }

    #[test]
    fn what_an_earlier_version_had_still_counts() {
        let now = json!({"spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}});
        let earlier = json!({"spec": {"template": {"spec": {"hostNetwork": true, "containers": [{"name": "a"}, {"name": "b"}]}}}});
        let live = earlier.clone();
        let job = Schema::for_kind("batch/v1", "Job");
        assert_eq!(without_server_fields(&live, &[&now, &earlier], job), earlier);
        assert_eq!(without_server_fields(&live, &[&now], job), now);
    }
}
