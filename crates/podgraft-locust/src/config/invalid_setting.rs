//! The error for a setting with a value that it cannot have.

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};

use crate::codes;

/// An error `invalid-config` at this place.
pub(super) fn invalid(message: String, at: FieldPath) -> Diagnostic {
    Diagnostic::error(codes::INVALID_CONFIG, message).at(at)
}
