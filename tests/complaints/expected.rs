//! What must be in an object, and what must not.

use std::collections::BTreeMap;

use podgraft_merge::{path::PathPattern, work::Work};
use serde::Deserialize;
use serde_json::Value;

/// Places of an object, as podgraft writes paths.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Object {
    /// Each place with its whole value; a path with `[*]` with the list of what it finds.
    #[serde(default)]
    is: BTreeMap<String, Value>,
    #[serde(default)]
    absent: Vec<String>,
}

impl Object {
    /// Holds the object to it; `of` says whose it is.
    pub(crate) fn check(&self, object: &Value, of: &str) {
        assert!(!self.is.is_empty() || !self.absent.is_empty(), "{of}: nothing is expected");
        for (path, wanted) in &self.is {
            let found = found(object, path);
            assert_eq!(found.as_ref(), Some(wanted), "{of}: {path} of {object:#}");
        }
        for path in &self.absent {
            let found = found(object, path);
            assert_eq!(found, None, "{of}: {path} of {object:#}");
        }
    }
}

fn found(object: &Value, path: &str) -> Option<Value> {
    let pattern: PathPattern = path.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
    if let Some(path) = pattern.exact() {
        return path.find(object).cloned();
    }
    let values: Vec<Value> = pattern
        .places(object, &Work::unlimited())
        .into_iter()
        .filter_map(|(_, value)| value.cloned())
        .collect();
    (!values.is_empty()).then_some(Value::Array(values))
}
