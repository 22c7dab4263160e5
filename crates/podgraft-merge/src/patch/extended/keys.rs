//! Merge keys of the `extended` dialect: some lists have a second key.

use std::borrow::Cow;

use serde_json::Value;

use crate::schema::{ListKey, ListKeys};

/// The keys of a list that merges.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys {
    /// Kubernetes' merge key.
    pub(super) first: &'static str,
    /// The key that the API server adds, where it does.
    pub(super) second: Option<ListKey>,
}

impl Keys {
    /// The keys of containers, and of most lists.
    pub(super) const NAME: Self = Self { first: "name", second: None };

    /// The keys of a list that merges. No list of Kubernetes has more than two.
    pub(super) fn of(keys: ListKeys) -> Self {
        Self { first: keys.merge_key(), second: keys.iter().nth(1) }
    }

    /// The names of the keys.
    pub(super) fn names(&self) -> Vec<&'static str> {
        std::iter::once(self.first).chain(self.second.map(|key| key.name)).collect()
    }

    /// Whether a patch item leaves the second key open.
    pub(super) fn is_open(&self, item: &Value) -> bool {
        self.second.is_some_and(|second| item.get(second.name).is_none())
    }

    /// The second key as a path writes it, also where its value is none that Kubernetes knows.
    pub(super) fn second_of(&self, item: &Value) -> Option<Second> {
        let second = self.second?;
        let value = match item.get(second.name) {
            Some(Value::String(written)) if second.default == Some(written) => Cow::Borrowed(second.default?),
            Some(Value::String(written)) => Cow::Owned(written.clone()),
            Some(other) => Cow::Owned(other.to_string()),
            None => Cow::Borrowed(second.default?),
        };
        Some(Second { name: second.name, value })
    }
}

/// The second key of one item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Second {
    name: &'static str,
    /// Borrowed where it is the default: nearly always.
    value: Cow<'static, str>,
}

impl Second {
    /// Its name and its value.
    pub(super) fn parts(&self) -> (&str, &str) {
        (self.name, &self.value)
    }
}
