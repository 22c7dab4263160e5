//! Merge keys of the `extended` dialect: some lists have a second key.

use std::borrow::Cow;

use serde_json::Value;

use crate::schema::Field;

/// The keys of a list that merges.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys {
    /// Kubernetes' merge key.
    pub(super) first: &'static str,
    /// The key that the API server adds, where it does.
    pub(super) second: Option<SecondKey>,
}

/// A second merge key.
#[derive(Debug, Clone, Copy)]
pub(super) struct SecondKey {
    pub(super) name: &'static str,
    /// What an item without it counts as.
    default: Option<&'static str>,
    /// The values that Kubernetes knows.
    values: &'static [&'static str],
}

const PROTOCOL: SecondKey =
    SecondKey { name: "protocol", default: Some("TCP"), values: &["TCP", "UDP", "SCTP"] };
const WHEN_UNSATISFIABLE: SecondKey =
    SecondKey { name: "whenUnsatisfiable", default: None, values: &["DoNotSchedule", "ScheduleAnyway"] };

impl Keys {
    /// The keys of containers, and of most lists.
    pub(super) const NAME: Self = Self { first: "name", second: None };

    /// The keys of a list that merges: its merge key, and the one that server-side apply has beside it.
    pub(super) fn of(field: &Field) -> Self {
        let second = field.list_keys.iter().find(|key| **key != field.merge_key).map(|key| match *key {
            "protocol" => PROTOCOL,
            "whenUnsatisfiable" => WHEN_UNSATISFIABLE,
            name => SecondKey { name, default: None, values: &[] },
        });
        Self { first: field.merge_key, second }
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
            Some(Value::String(written)) => match second.values.iter().find(|value| *value == written) {
                Some(known) => Cow::Borrowed(*known),
                None => Cow::Owned(written.clone()),
            },
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
    /// Borrowed where Kubernetes knows the value: nearly always.
    value: Cow<'static, str>,
}

impl Second {
    /// Its name and its value.
    pub(super) fn parts(&self) -> (&str, &str) {
        (self.name, &self.value)
    }
}
