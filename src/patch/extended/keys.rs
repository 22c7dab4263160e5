//! Merge keys of the `extended` dialect: two lists have a second key.

use std::borrow::Cow;

use serde_json::Value;

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
    /// The keys of a list with this merge key: `ports` of containers are known by `containerPort`
    /// and `protocol`, `topologySpreadConstraints` by `topologyKey` and `whenUnsatisfiable`.
    pub(super) fn of(merge_key: &'static str) -> Self {
        let second = match merge_key {
            "containerPort" => Some(PROTOCOL),
            "topologyKey" => Some(WHEN_UNSATISFIABLE),
            _ => None,
        };
        Self { first: merge_key, second }
    }

    /// The names of the keys.
    pub(super) fn names(&self) -> Vec<&'static str> {
        std::iter::once(self.first).chain(self.second.map(|key| key.name)).collect()
    }

    /// Whether a patch item leaves the second key open.
    pub(super) fn is_open(&self, item: &Value) -> bool {
        self.second.is_some_and(|second| item.get(second.name).is_none())
    }

    /// Whether a live item and a patch item that agree in the first key agree in the second as well.
    pub(super) fn agree(&self, live: &Value, item: &Value) -> bool {
        let Some(second) = self.second else { return true };
        let part = |value: &Value| match value.get(second.name) {
            Some(Value::String(part)) => Some(part.clone()),
            Some(other) => Some(other.to_string()),
            None => second.default.map(str::to_owned),
        };
        part(live) == part(item)
    }

    /// The second key as a path writes it, also where its value is none that Kubernetes knows.
    pub(super) fn second_of(&self, item: &Value) -> Option<Second> {
        let second = self.second?;
        let written = item.get(second.name).and_then(Value::as_str).or(second.default)?;
        let known = second.values.iter().find(|value| **value == written);
        let value = known.map_or_else(|| Cow::Owned(written.to_owned()), |value| Cow::Borrowed(*value));
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
