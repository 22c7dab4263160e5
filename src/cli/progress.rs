//! [`ProgressLine`]: how far a long command is.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// Nothing is shown before this time has passed: most commands are done by then.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the line is written anew.
const INTERVAL: Duration = Duration::from_millis(100);

/// One line of a terminal, written anew as the work goes on. Nothing where standard error is no terminal.
#[derive(Debug)]
pub(super) struct ProgressLine {
    is_terminal: bool,
    next: Instant,
    is_shown: bool,
}

impl ProgressLine {
    pub(super) fn new() -> Self {
        Self { is_terminal: io::stderr().is_terminal(), next: Instant::now() + PATIENCE, is_shown: false }
    }

    /// Tells how many of the tests are done.
    pub(super) fn tell(&mut self, done: usize, of: usize) {
        let now = Instant::now();
        if self.is_terminal && now >= self.next {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K{done} of {of} tests");
            (self.next, self.is_shown) = (now + INTERVAL, true);
        }
    }

    /// Takes the line away, before anything else is written.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
        }
    }
}
