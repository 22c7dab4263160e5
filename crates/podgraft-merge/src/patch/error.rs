//! The errors of a patch, as [`Diagnostic`]s: each names the field.

use super::LazyLocation;
use crate::{
    diagnostic::{Code, Diagnostic, LayerId, codes, unknown_field},
    schema::{LookupError, Schema},
};

/// What applying a patch returns when the patch is refused.
pub type Error = Box<Diagnostic>;

/// The deepest nesting of maps and lists that is followed.
pub const MAX_DEPTH: usize = 128;

/// An error with this code, about the place at `location`.
pub(crate) fn refuse(code: Code, location: &LazyLocation<'_>, message: impl Into<String>) -> Error {
    Box::new(Diagnostic::error(code, message).at(location.path()))
}

/// The same error, in the base.
pub(crate) fn refuse_base(mut error: Error) -> Error {
    error.layer = Some(LayerId::base());
    error
}

/// Refuses a place that is deeper than [`MAX_DEPTH`].
pub(crate) fn check_depth(location: &LazyLocation<'_>) -> Result<(), Error> {
    if location.depth() <= MAX_DEPTH {
        return Ok(());
    }
    Err(refuse(
        codes::TOO_DEEP,
        location,
        format!("nest less: maps and lists are read {MAX_DEPTH} levels deep at most"),
    ))
}

/// The refusal of a field without a schema.
pub(crate) fn no_schema(
    error: LookupError,
    schema: Schema,
    name: &str,
    location: &LazyLocation<'_>,
) -> Error {
    match error {
        LookupError::UnknownField { of } => {
            let known = schema.struct_type().map(|of| of.fields).unwrap_or_default();
            let near = unknown_field(name, known.iter().map(|field| field.name));
            refuse(codes::UNKNOWN_FIELD, location, format!("{of} has no field \"{name}\"{near}"))
        }
        LookupError::NotAnObject { found } => refuse(
            codes::WRONG_KIND,
            location,
            format!(
                "\"{name}\" cannot be merged: it is below {found}, where Kubernetes expects no map or list"
            ),
        ),
    }
}
