//! [`differences`]: leaf by leaf, items known by their merge keys.

use std::{collections::HashMap, fmt};

use serde_json::Value;

use super::{Items, Keyed, below};
use crate::{
    path::{FieldPath, Segment},
    schema::{ListKeys, Schema},
};

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
    compare(Some(before), Some(after), schema, &Items::NONE, &FieldPath::root(), &mut found);
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
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            match (items.by_keys(old), items.by_keys(new), items.keys) {
                (Some(old), Some(new), Some(keys)) => by_keys((&old, &new), keys, items.schema, path, found),
                _ => {
                    for index in 0..old.len().max(new.len()) {
                        let (old, new) = (old.get(index), new.get(index));
                        compare(old, new, items.schema, &Items::NONE, &path.index(index), found);
                    }
                }
            }
        }
        (before, after) if before == after => {}
        (before, after) => {
            found.push(Difference { path: path.clone(), before: before.cloned(), after: after.cloned() });
        }
    }
}

/// The items of the first list in its order, then those that only the second has.
fn by_keys(
    (old, new): (&[Keyed<'_>], &[Keyed<'_>]),
    keys: ListKeys,
    schema: Option<Schema>,
    path: &FieldPath,
    found: &mut Vec<Difference>,
) {
    let (was, is): (HashMap<&String, &Value>, HashMap<&String, &Value>) = (
        old.iter().map(|(known, item)| (known, *item)).collect(),
        new.iter().map(|(known, item)| (known, *item)).collect(),
    );
    for (known, item) in old.iter().chain(new.iter().filter(|(known, _)| !was.contains_key(known))) {
        let path = path.with(Segment::Key(keys.of(item).unwrap_or_default()));
        let (old, new) = (was.get(known).copied(), is.get(known).copied());
        compare(old, new, schema, &Items::NONE, &path, found);
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

    #[test]
    fn items_are_known_by_all_their_keys() {
        let pod = |spec: Value| json!({ "spec": spec });
        let ports = |ports: Value| pod(json!({ "containers": [{ "name": "a", "ports": ports }] }));
        let says = |before: &Value, after: &Value| -> Vec<String> {
            differences(before, after, Schema::for_kind("v1", "Pod"))
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        let before = ports(json!([{ "containerPort": 53, "protocol": "UDP" }, { "containerPort": 53 }]));
        let after = ports(
            json!([{ "containerPort": 53, "protocol": "TCP", "name": "dns" }, { "containerPort": 53, "protocol": "UDP" }]),
        );
        let at = ".spec.containers[name=\"a\"].ports[containerPort=53,protocol=\"TCP\"]";
        assert_eq!(
            says(&before, &after),
            [format!("{at}.name: nothing -> \"dns\""), format!("{at}.protocol: nothing -> \"TCP\"")]
        );
        let spread = |skew: u8| {
            let constraint = |when: &str, skew| json!({ "topologyKey": "zone", "whenUnsatisfiable": when, "maxSkew": skew });
            pod(
                json!({ "topologySpreadConstraints": [constraint("DoNotSchedule", 1), constraint("ScheduleAnyway", skew)] }),
            )
        };
        let at = ".spec.topologySpreadConstraints[topologyKey=\"zone\",whenUnsatisfiable=\"ScheduleAnyway\"].maxSkew";
        assert_eq!(says(&spread(1), &spread(2)), [format!("{at}: 1 -> 2")]);
    }
}
