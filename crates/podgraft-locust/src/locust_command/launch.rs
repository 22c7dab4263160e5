//! [`Launch`]: which words of a container's command and arguments reach Locust.

use super::command_line::Word;
use podgraft_merge::path::FieldPath;

/// What reaches Locust.
#[derive(Debug, Default)]
pub(crate) struct Launch {
    /// The words of Locust's own line.
    pub(crate) line: Vec<Word>,
    /// What a shell keeps from it, and where that is written.
    pub(crate) lost: Option<(FieldPath, Lost)>,
}

/// What a shell keeps from Locust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lost {
    /// All arguments: the script names none of them.
    All,
    /// The first argument, which the shell takes for its own name.
    First(String),
}
