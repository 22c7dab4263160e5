//! [`Invocation`]: how container `locust` starts Locust.

use std::rc::Rc;

use serde_json::Value;

use super::{
    command_line::{CommandLine, Word, WordOrigin},
    environment::ContainerEnvironment,
    exec_limits,
    expansion::expand,
    launch::{Launch, Lost},
    program::launch,
};
use podgraft_merge::path::FieldPath;
use podgraft_pod::cursor::Cursor;

/// The command line and the environment with which Locust starts.
pub(crate) struct Invocation {
    /// The wiring options on the line, those of the environment among them.
    pub(crate) line: CommandLine,
    /// The variables that Locust sees.
    pub(crate) environment: ContainerEnvironment,
    /// Where the arguments are, or would be.
    pub(crate) args: FieldPath,
    /// What a shell keeps from Locust.
    pub(crate) lost: Option<(FieldPath, Lost)>,
}

impl Invocation {
    /// Reads a container. One without a command starts the image's own, which is Locust.
    ///
    /// `None` for one that Linux cannot start: it is not expanded.
    pub(crate) fn read(container: &Cursor<'_>) -> Option<Self> {
        if !exec_limits::fits(container) {
            return None;
        }
        let mut environment = ContainerEnvironment::read(container);
        let words = |list: &str| -> Vec<Word> {
            let place = Rc::new(container.field(list));
            let word = |(index, word): (usize, &Value)| Word {
                text: expand(word.as_str().unwrap_or_default(), environment.variables()),
                place: WordOrigin::Item(Rc::clone(&place), index),
                variable: None,
            };
            let words = container.value.get(list).and_then(Value::as_array);
            words.into_iter().flatten().enumerate().map(word).collect()
        };
        let (command, args) = (words("command"), words("args"));
        let Launch { line, lost } = launch(command, args, &mut environment);
        let line = CommandLine::read(&environment.with_line(line));
        Some(Self { line, environment, args: container.field("args"), lost })
    }
}
