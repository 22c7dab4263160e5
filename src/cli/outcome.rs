//! [`CommandOutcome`] and [`Failure`]: how a command ends.

/// How a command ended, when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommandOutcome {
    Fine,
    Refused,
    /// The two sides of a comparison are not equal.
    Different,
}

/// Wrong usage, or input or output that failed: the message says what to do.
#[derive(Debug)]
pub(super) struct Failure(pub(super) String);
