//! Validity.
use super::Subject;
use crate::diagnostic::Diagnostic;
/// Validity.
#[must_use]
pub fn validity(_: &Subject<'_>) -> Vec<Diagnostic> { Vec::new() }
