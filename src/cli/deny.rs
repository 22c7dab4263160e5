//! [`Deny`]: `--deny`.

use clap::ValueEnum;

/// What else is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Deny {
    /// Warnings count as errors
    Warnings,
}
