//! Protected fields: what the operator needs in the final pod.
//!
//! They stop accidents, not attackers: whoever writes a test chooses its image and command.

mod address;
mod command_line;
mod config_file;
mod container;
mod environment;
mod exec_limits;
mod expansion;
mod invocation;
mod launch;
mod locust_options;
mod metadata;
mod mount_path;
mod options;
mod ports;
mod processes;
mod restart_policy;
mod script;
mod settings;
mod table;
mod test_files;
#[cfg(test)]
mod tests;
mod wiring;

pub(crate) use self::expansion::{Part, Parts};
pub(super) use command_line::locust_option;
pub(crate) use mount_path::hidden_by_mount;
pub(super) use options::{LocustOption, Values};
pub(crate) use processes::{expecting, workers_per_pod};
pub use settings::{LocustSettings, locust_settings};
pub use table::ProtectedField;

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};

use super::PodContext;
use crate::codes;

/// The protected fields, in the order in which they are judged: for documentation and for
/// `explain --protected`.
#[must_use]
pub fn protected_fields() -> &'static [ProtectedField] {
    table::TABLE
}

/// Judges whether the operator can use the final pod: an error `protected-field` for each
/// protected field that does not hold, a warning `unseen-config` for a configuration file that
/// cannot be seen, and a note `unseen-env` for an environment source that may hold wiring. Before them
/// an error `exec-limit` for each container that Linux cannot start, whose wiring is then not read.
#[must_use]
pub fn protected(subject: &PodContext<'_>) -> Vec<Diagnostic> {
    [
        exec_limits::judge,
        container::judge,
        wiring::judge,
        ports::judge,
        restart_policy::judge,
        metadata::judge,
        test_files::judge,
    ]
    .into_iter()
    .flat_map(|judge| judge(subject))
    .collect()
}

/// The error for a protected field that does not hold at `path`.
fn refusal(field: &ProtectedField, path: FieldPath, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(codes::PROTECTED_FIELD, message)
        .at(path)
        .help(format!("{} {}", field.reason, field.remedy))
}

/// Python's `int()` of a text: spaces around, a sign, and single underscores between digits.
fn python_int(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let well_formed =
        digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    well_formed.then(|| text.replace('_', "").parse().ok()).flatten()
}

/// The beginning of a text that people wrote, for a message.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
