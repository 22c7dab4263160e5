//! [`ServerRefusal`]: that the API server does not take an object.

use std::{fmt, time::Duration};

/// That the API server does not take an object, in a dry run or when it is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerRefusal {
    /// Which object: `master's Job`, `worker's pod`.
    pub(crate) what: String,
    /// The API server's message.
    pub(crate) message: String,
    /// When to try again.
    pub(crate) retry_after: Duration,
}

impl fmt::Display for ServerRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the API server refuses the {}: {}", self.what, self.message)
    }
}
