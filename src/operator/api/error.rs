//! [`Error`]: why a reconcile failed, and is tried again.

use std::{borrow::Cow, sync::Arc};

use podgraft_pod::redaction::EnvValues;

use super::error_message::error_message;

/// Why a reconcile failed. All of them are tried again, later and later.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The API server refused or did not answer.
    #[error("cannot {what}: {}", error_message(.source))]
    Api {
        /// What was tried, with the object's name.
        what: String,
        /// What came of it.
        source: Arc<kube::Error>,
    },
    /// Somebody else changed the object first, or the cache is behind: look again.
    #[error("the caches are behind")]
    Stale,
    /// The API server holds something that the operator did not write.
    #[error("cannot read {what}")]
    Unreadable {
        /// What.
        what: String,
    },
    /// A fault of the operator's own, in a look at one test.
    #[error("podgraft has a fault: {0}; please report it with the test")]
    Panicked(String),
    /// Any of these, without the values of environment variables that its words had.
    #[error("{words}")]
    Redacted {
        /// Its words.
        words: String,
        /// Its label in metrics.
        label: &'static str,
    },
    /// The operator cannot start.
    #[error("{0}")]
    Start(String),
}

impl Error {
    /// The labels of what a look at a test can end in.
    pub(crate) const LABELS: [&'static str; 4] = ["api", "stale", "unreadable", "panic"];

    /// Wraps an API error, saying what was tried.
    pub(crate) fn api(what: impl Into<String>) -> impl FnOnce(kube::Error) -> Self {
        let what = what.into();
        move |source| Self::Api { what, source: Arc::new(source) }
    }

    /// The same without these values in what the API server says.
    pub(crate) fn redacted(self, values: &EnvValues) -> Self {
        let words = self.to_string();
        match values.redact(&words) {
            Cow::Owned(words) => Self::Redacted { words, label: self.label() },
            Cow::Borrowed(_) => self,
        }
    }

    /// The label of this error in metrics.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Api { .. } => "api",
            Self::Stale => "stale",
            Self::Unreadable { .. } => "unreadable",
            Self::Panicked(_) => "panic",
            Self::Start(_) => "start",
            Self::Redacted { label, .. } => label,
        }
    }
}

/// Whether the API server has no such object.
pub(crate) fn is_missing(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.is_not_found())
}

/// Whether there is such an object already, or it has changed meanwhile.
pub(crate) fn is_conflict(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.is_conflict() || status.is_already_exists())
}
