//! The errors of a patch, as [`Diagnostic`]s: each names the field.

use super::Trail;
use crate::{
    diagnostic::{Code, Diagnostic, codes, unknown_field},
    schema::{LookupError, Schema},
};

/// What applying a patch returns when the patch is refused.
pub type Error = Box<Diagnostic>;

/// The deepest nesting of maps and lists that is followed.
pub const MAX_DEPTH: usize = 128;

/// An error with this code, about the place at `trail`.
pub(crate) fn refuse(code: Code, trail: &Trail<'_>, message: impl Into<String>) -> Error {
    Box::new(Diagnostic::error(code, message).at(trail.path()))
}

/// The layer of an error that is the base's own fault, not the patch's.
pub const BASE: &str = "base";

/// An error that is the base's own fault.
pub(crate) fn refuse_base(mut error: Error) -> Error {
    error.layer = Some(BASE.to_owned());
    error
}

/// Refuses a place that is deeper than [`MAX_DEPTH`].
pub(crate) fn check_depth(trail: &Trail<'_>) -> Result<(), Error> {
    if trail.depth() <= MAX_DEPTH {
        return Ok(());
    }
    Err(refuse(
        codes::TOO_DEEP,
        trail,
        format!("nest less: maps and lists are read {MAX_DEPTH} levels deep at most"),
    ))
}

/// The refusal of a field without a schema.
pub(crate) fn no_schema(error: LookupError, schema: Schema, name: &str, trail: &Trail<'_>) -> Error {
    match error {
        LookupError::UnknownField { of } => {
            let known = schema.struct_type().map(|of| of.fields).unwrap_or_default();
            let near = unknown_field(name, known.iter().map(|field| field.name));
            refuse(codes::UNKNOWN_FIELD, trail, format!("{of} has no field \"{name}\"{near}"))
        }
        LookupError::NotAnObject { found } => refuse(
            codes::WRONG_KIND,
            trail,
            format!(
                "\"{name}\" cannot be merged: it is below {found}, where Kubernetes expects no map or list"
            ),
        ),
    }
}
