//! [`Conditions`]: status conditions with their transition times. Pure.

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

/// The longest message: enough for the first dozen differences, little enough for `kubectl describe`.
const LONGEST: usize = 4_000;

/// The status of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConditionStatus {
    True,
    False,
    Unknown,
}

impl From<bool> for ConditionStatus {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

impl ConditionStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}

/// The conditions of a status that is being made, beside those of the status before.
pub(crate) struct Conditions<'s> {
    before: &'s Value,
    generation: i64,
    now: Timestamp,
    list: Vec<Value>,
}

impl<'s> Conditions<'s> {
    /// None yet; `before` is the recorded status.
    pub(crate) fn new(before: &'s Value, generation: i64, now: Timestamp) -> Self {
        Self { before, generation, now, list: Vec::new() }
    }

    /// Adds a condition; its transition time is the recorded one while its status stays.
    pub(crate) fn set(
        &mut self,
        kind: &str,
        status: impl Into<ConditionStatus>,
        reason: &str,
        message: &str,
    ) {
        let status = status.into().as_str();
        let since = self
            .before(kind)
            .filter(|before| before["status"] == status)
            .and_then(|before| before.get("lastTransitionTime").cloned())
            .unwrap_or_else(|| timestamp(self.now).into());
        self.list.push(json!({
            "type": kind, "status": status, "reason": reason, "message": shortened(message),
            "observedGeneration": self.generation, "lastTransitionTime": since
        }));
    }

    /// Adds the recorded condition as it is; nothing when there is none.
    pub(crate) fn keep(&mut self, kind: &str) {
        if let Some(before) = self.before(kind).cloned() {
            self.list.push(before);
        }
    }

    /// The recorded condition of this type.
    pub(crate) fn before(&self, kind: &str) -> Option<&'s Value> {
        condition(self.before, kind)
    }

    pub(crate) fn into_list(self) -> Vec<Value> {
        self.list
    }
}

/// The condition of this type in a status.
pub(crate) fn condition<'s>(status: &'s Value, kind: &str) -> Option<&'s Value> {
    status.get("conditions")?.as_array()?.iter().find(|condition| condition["type"] == kind)
}

/// A time as the API server writes it: whole seconds.
pub(crate) fn timestamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The beginning of a long text.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
