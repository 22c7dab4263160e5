//! [`differences`]: leaf by leaf, items known by their merge keys.

use std::fmt;

use serde_json::Value;

use super::{Items, are_keyed, below};
use crate::{path::FieldPath, schema::Schema};

/// A field that two objects do not agree on.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where.
    pub path: FieldPath,
    /// What the first object has there; `None` for nothing.
    pub before: Option<Value>,
    /// What the second object has there; `None` for nothing.
    pub after: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{}: {before} -> {after}", self.path),
            (Some(before), None) => write!(f, "{}: {before} -> nothing", self.path),
            (None, Some(after)) => write!(f, "{}: nothing -> {after}", self.path),
            (None, None) => write!(f, "{}", self.path),
        }
    }
}

/// What changes from `before` to `after`: the topmost places that only one has, and the leaves that
/// differ. `schema` says which lists are known by key; all others are compared by index.
#[must_use]
pub fn differences(before: &Value, after: &Value, schema: Option<Schema>) -> Vec<Difference> {
    let mut found = Vec::new();
    let no_items = Items { merge_key: "", schema: None };
    compare(Some(before), Some(after), schema, &no_items, &FieldPath::root(), &mut found);
    found
}

fn compare(
    before: Option<&Value>,
    after: Option<&Value>,
    schema: Option<Schema>,
    items: &Items,
    path: &FieldPath,
    found: &mut Vec<Difference>,
) {
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let added = new.keys().filter(|name| !old.contains_key(*name));
            for name in old.keys().chain(added) {
                let (schema, items) = below(schema, name);
                compare(old.get(name), new.get(name), schema, &items, &path.field(name), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new)))
            if are_keyed(old, items.merge_key) && are_keyed(new, items.merge_key) =>
        {
            let with = |list: &[Value], item: &Value| {
                let key = item.get(items.merge_key).cloned();
                list.iter().find(|other| other.get(items.merge_key) == key.as_ref()).cloned()
            };
            let added = new.iter().filter(|item| with(old, item).is_none());
            for item in old.iter().chain(added) {
                let key = item.get(items.merge_key).cloned().unwrap_or_default();
                let path = path.item(items.merge_key, key);
                let (old, new) = (with(old, item), with(new, item));
                let no_items = Items { merge_key: "", schema: None };
                compare(old.as_ref(), new.as_ref(), items.schema, &no_items, &path, found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            for index in 0..old.len().max(new.len()) {
                let no_items = Items { merge_key: "", schema: None };
                compare(old.get(index), new.get(index), items.schema, &no_items, &path.index(index), found);
            }
        }
        (before, after) if before == after => {}
        (before, after) => {
            found.push(Difference { path: path.clone(), before: before.cloned(), after: after.cloned() });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_are_known_by_key_and_the_rest_by_index() {
        let job = Schema::for_kind("batch/v1", "Job");
        let pod = |containers: Value| json!({"spec": {"template": {"spec": {"containers": containers}}}});
        let before = pod(json!([{"name": "a", "args": ["x"]}, {"name": "b", "image": "old"}]));
        let after =
            pod(json!([{"name": "c"}, {"name": "b", "image": "new"}, {"name": "a", "args": ["x", "y"]}]));
        let said: Vec<String> = differences(&before, &after, job).iter().map(ToString::to_string).collect();
        let at = ".spec.template.spec.containers";
        assert_eq!(
            said,
            [
                format!("{at}[name=\"a\"].args[1]: nothing -> \"y\""),
                format!("{at}[name=\"b\"].image: \"old\" -> \"new\""),
                format!("{at}[name=\"c\"]: nothing -> {{\"name\":\"c\"}}"),
            ]
        );
        assert!(differences(&before, &before, job).is_empty());
    }
}
