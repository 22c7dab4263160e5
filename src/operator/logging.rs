//! Logs.

use std::{env, io::IsTerminal};

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Whether logs have colours: on a terminal, unless somebody asks for none (no-color.org).
fn is_coloured() -> bool {
    let none = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !none
}

/// Checks a filter in the words of `tracing`.
///
/// # Errors
/// What is wrong with it.
pub fn check(filter: &str) -> Result<String, String> {
    EnvFilter::try_new(filter).map(|_| filter.to_owned()).map_err(|error| error.to_string())
}

/// Starts to write logs to standard error: `info` and above, or what `filter` says in the words of
/// `tracing` (`podgraft=debug,warn`). Does nothing when logs are written already.
pub fn start(format: LogFormat, filter: &str) {
    let filter = EnvFilter::new(filter);
    let registry = tracing_subscriber::registry().with(filter);
    let started = match format {
        LogFormat::Text => {
            let text = fmt::layer().with_writer(std::io::stderr).with_ansi(is_coloured());
            registry.with(text).try_init()
        }
        LogFormat::Json => registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init(),
    };
    drop(started);
}
