//! [`Invocation`]: how container `locust` starts Locust.

use super::{
    environment::Environment,
    exec_limits,
    expansion::expand,
    line::{Line, Word},
};
use crate::{judge::at::At, path::FieldPath};

/// The command line and the environment with which Locust starts.
pub(super) struct Invocation {
    /// The wiring options on the line.
    pub(super) line: Line,
    /// The container's variables.
    pub(super) environment: Environment,
    /// Where the arguments are, or would be.
    pub(super) args: FieldPath,
}

impl Invocation {
    /// Reads a container. What follows `locust` in `command` comes before `args`; a command without
    /// that word is a wrapper, which is trusted to hand its arguments on.
    ///
    /// `None` for one that Linux cannot start: it is not expanded.
    pub(super) fn read(container: &At<'_>) -> Option<Self> {
        if !exec_limits::fits(container) {
            return None;
        }
        let environment = Environment::read(container);
        let command = container.items("command");
        let called = command.iter().rposition(|word| word.value.as_str().is_some_and(is_locust));
        let mut written = called.map_or_else(Vec::new, |index| command[index + 1..].to_vec());
        written.extend(container.items("args"));
        let words: Vec<Word> = written
            .into_iter()
            .map(|word| Word {
                text: expand(word.value.as_str().unwrap_or_default(), environment.variables()),
                path: word.path,
            })
            .collect();
        Some(Self { line: Line::read(&words), environment, args: container.field("args") })
    }
}

fn is_locust(word: &str) -> bool {
    word.rsplit('/').next() == Some("locust")
}
