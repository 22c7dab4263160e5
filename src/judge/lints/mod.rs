//! Lints.
use super::Subject;
use crate::diagnostic::Diagnostic;
/// Lints.
#[must_use]
pub fn lints(_: &Subject<'_>) -> Vec<Diagnostic> {
    Vec::new()
}
