//! [`ObjectPair`]: two states of one object, and how they differ.

use std::fmt::Write;

#[cfg(feature = "operator")]
use podgraft_merge::path::FieldPath;
use podgraft_merge::schema::Schema;
#[cfg(feature = "operator")]
use podgraft_pod::redaction::NumberedValues;
use podgraft_pod::{difference::differences, manifest};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// Two states of one object.
pub(super) struct ObjectPair {
    pub(super) before_name: String,
    pub(super) after_name: String,
    /// `None` where there is no such object.
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
    pub(super) schema: Option<Schema>,
}

impl ObjectPair {
    pub(super) fn is_equal(&self) -> bool {
        self.before == self.after
    }

    /// The same without the values of environment variables; those that differ have other numbers.
    #[cfg(feature = "operator")]
    pub(super) fn redacted(self, numbers: &mut NumberedValues) -> Self {
        let root = FieldPath::root();
        let mut without = |state: Option<Value>| state.map(|state| numbers.redacted(&root, &state));
        Self { before: without(self.before), after: without(self.after), ..self }
    }

    /// A unified diff; empty when the states are equal.
    pub(super) fn unified(&self, coloured: bool) -> String {
        let Self { before_name, after_name, .. } = self;
        let yaml = |state: &Option<Value>| state.as_ref().map(manifest::to_yaml).unwrap_or_default();
        let (before, after) = (yaml(&self.before), yaml(&self.after));
        let diff = TextDiff::from_lines(&before, &after);
        if !coloured {
            return diff.unified_diff().context_radius(CONTEXT).header(before_name, after_name).to_string();
        }
        let mut text = String::new();
        for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
            // Writing to a string cannot fail.
            if text.is_empty() {
                let _ = writeln!(text, "\u{1b}[1m--- {before_name}\n+++ {after_name}\u{1b}[0m");
            }
            let _ = writeln!(text, "\u{1b}[36m{}\u{1b}[0m", hunk.header());
            for change in hunk.iter_changes() {
                let (sign, colour) = match change.tag() {
                    ChangeTag::Delete => ('-', "\u{1b}[31m"),
                    ChangeTag::Insert => ('+', "\u{1b}[32m"),
                    ChangeTag::Equal => (' ', ""),
                };
                let line = change.value().trim_end_matches('\n');
                let _ = writeln!(text, "{colour}{sign}{line}\u{1b}[0m");
            }
        }
        text
    }
}

/// The pairs for programs:
///
/// ```text
/// {"changed": [{"before", "after", "changes": [{"path", "before", "after"}]}], "equal": [..]}
/// ```
///
/// A pair is named like the sides of its diff. What is not there is null; a whole object that only one side has is one
/// change at its root.
pub(super) fn to_json(pairs: &[ObjectPair]) -> Value {
    let (mut changed, mut equal) = (Vec::new(), Vec::new());
    for pair in pairs {
        if pair.is_equal() {
            equal.push(pair.after_name.as_str());
            continue;
        }
        let changes: Vec<Value> = match (&pair.before, &pair.after) {
            (Some(before), Some(after)) => differences(before, after, pair.schema)
                .into_iter()
                .map(|one| json!({"path": one.path.to_string(), "before": one.before, "after": one.after}))
                .collect(),
            (before, after) => vec![json!({"path": ".", "before": before, "after": after})],
        };
        changed.push(json!({"before": pair.before_name, "after": pair.after_name, "changes": changes}));
    }
    json!({"changed": changed, "equal": equal})
}
