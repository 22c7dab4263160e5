//! [`Launch`]: which words of a container's command and arguments reach Locust.

use super::command_line::Word;
use podgraft_merge::path::FieldPath;

/// What reaches Locust.
#[derive(Debug, Default)]
pub(super) struct Launch {
    /// The words of Locust's own line.
    pub(super) line: Vec<Word>,
    /// What a shell keeps from it, and where that is written.
    pub(super) lost: Option<(FieldPath, Lost)>,
}

/// What a shell keeps from Locust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lost {
    /// All arguments: the script names none of them.
    All,
    /// The first argument, which the shell takes for its own name.
    First(String),
}
