//! Protected fields: what the operator needs in the final pod.
//!
//! They stop accidents, not attackers: whoever writes a test chooses its image and command.

mod address;
mod checked_pod;
mod command_line;
mod config_file;
mod connection;
mod connection_option;
mod container;
mod entry;
mod env_sources;
mod environment;
mod exec_limits;
mod expansion;
mod invocation;
mod launch;
mod locust_option;
mod locust_options;
mod lost_arguments;
mod metadata;
mod mode;
mod mount_path;
mod ports;
mod processes;
mod program;
mod restart_policy;
mod script;
mod settings;
mod startable;
mod table;
mod test_files;
#[cfg(test)]
mod tests;

pub(crate) use self::expansion::{Part, Parts};
pub(super) use command_line::locust_option;
pub(crate) use connection_option::ConnectionOption;
pub use entry::ProtectedField;
pub(super) use locust_option::{Arity, LocustOption};
pub(crate) use mount_path::hidden_by_mount;
pub(crate) use processes::{expecting, workers_per_pod};
pub use settings::{LocustSettings, locust_settings};

use std::sync::LazyLock;

use podgraft_merge::diagnostic::Diagnostic;

use self::{checked_pod::CheckedPod, entry::Entry, table::TABLE};
use super::PodContext;

/// The protected fields, in the order in which they are judged: for documentation and for
/// `explain --protected`.
#[must_use]
pub fn protected_fields() -> &'static [ProtectedField] {
    static FIELDS: LazyLock<Vec<ProtectedField>> =
        LazyLock::new(|| TABLE.iter().filter_map(Entry::field).copied().collect());
    &FIELDS
}

/// Judges whether the operator can use the final pod: an error `protected-field` for each
/// protected field that does not hold, a warning `unseen-config` for a configuration file that
/// cannot be seen, and a note `unseen-env` for an environment source that may hold wiring. Before them
/// an error `exec-limit` for each container that Linux cannot start, whose wiring is then not read.
#[must_use]
pub fn protected(subject: &PodContext<'_>) -> Vec<Diagnostic> {
    let pod = CheckedPod::new(subject);
    TABLE.iter().flat_map(|entry| entry.judge(&pod)).collect()
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
