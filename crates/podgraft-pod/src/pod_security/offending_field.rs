//! [`OffendingField`]: a field for which a check refuses a pod.

use podgraft_merge::path::FieldPath;
use serde_json::Value;

use super::mend::Mend;
use crate::cursor::Cursor;

/// What of a pod a field belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The pod itself.
    Pod,
    /// The container of this name.
    Container(String),
    /// The volume of this name.
    Volume(String),
}

impl Subject {
    pub(super) fn container(container: &Cursor<'_>) -> Self {
        Self::Container(container.text("name").to_owned())
    }
}

/// A field for which a check refuses a pod: it is there with a value that is not allowed, or has to be there and is not.
#[derive(Debug, Clone, PartialEq)]
pub struct OffendingField {
    /// Where it is or has to be, in the pod template.
    pub path: FieldPath,
    /// What it belongs to.
    pub subject: Subject,
    /// What to do, in words: `set hostNetwork to false`.
    pub demand: String,
    pub(super) mend: Vec<Mend>,
}

impl OffendingField {
    /// A field that is to have another value.
    pub(super) fn set(path: FieldPath, subject: Subject, demand: String, value: impl Into<Value>) -> Self {
        let mend = vec![Mend::set(path.clone(), value)];
        Self { path, subject, demand, mend }
    }

    /// A field that is to go.
    pub(super) fn unset(path: FieldPath, subject: Subject, demand: String) -> Self {
        let mend = vec![Mend::unset(path.clone())];
        Self { path, subject, demand, mend }
    }

    /// The same, mended elsewhere.
    pub(super) fn mended_by(self, mend: Mend) -> Self {
        Self { mend: vec![mend], ..self }
    }
}

/// A text of the pod in quotes, cut to what a line can take.
pub(super) fn quoted(text: &str) -> String {
    const LENGTH: usize = 60;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{:?}", format!("{}...", &text[..end])),
        None => format!("{text:?}"),
    }
}

/// Whether a value is a number that is zero.
pub(super) fn is_zero(value: &Value) -> bool {
    value.as_f64() == Some(0.0)
}
