//! Protected fields: what the operator needs in the final pod.
//!
//! They stop accidents, not attackers: whoever writes a test chooses its image and command.

mod address;
mod checked_pod;
mod config_file;
mod connection;
mod container;
mod entry;
mod env_sources;
mod lost_arguments;
mod metadata;
mod mode;
mod mount_path;
mod ports;
mod processes;
mod restart_policy;
mod startable;
mod table;
mod test_files;
#[cfg(test)]
mod tests;

pub use entry::ProtectedField;
pub(crate) use mount_path::hidden_by_mount;
pub(crate) use processes::{expecting, workers_per_pod};

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
