//! Strategic merge patch for JSON values, in two dialects, and the two JSON patches beside it.
//!
//! [`Dialect::Kubernetes`] equals apimachinery's `strategicpatch`: the same results, and errors for
//! the same inputs; [`apply`]. [`Dialect::Extended`] is what templates use: null-free, union-aware,
//! with targets that are checked; [`extend`]. `docs/dialects.md` lists every difference.

mod assign;
mod compiled;
mod compiled_patch;
mod directive;
mod error;
mod extended;
mod go;
mod identity;
mod item_index;
mod json;
mod kubernetes;
mod location;
mod observer;
mod order;
mod plain;

pub use compiled_patch::{CompiledPatch, TextError};
pub use error::{Error, MAX_DEPTH};
pub use extended::{CompiledTemplate, Extended, MissingTarget, Options, UnknownFields, extend};
pub(crate) use extended::{Shared, extend_compiled, extend_each_container, extend_seeded};
pub use json::{json_patch, merge_patch};
pub use location::LazyLocation;
pub(crate) use location::LocationSegment;
pub use observer::{ChangeCause, Observer};
use serde_json::Value;

use crate::schema::Schema;

/// The two ways to read a strategic merge patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Equal to apimachinery.
    Kubernetes,
    /// Kubernetes' rules with podgraft's additions and changes.
    Extended,
}

/// Applies `patch` to `base` in the `kubernetes` dialect and returns the result. Both are objects of
/// the kind that `schema` describes; `base` is changed in place as far as possible, `patch` is only
/// read.
///
/// # Errors
/// A diagnostic with the field path for every input for which apimachinery returns an error, or
/// panics; see `docs/dialects.md` for the numbered differences.
///
/// # Source
/// apimachinery v0.37, `pkg/util/strategicpatch/patch.go`, `StrategicMergeMapPatch`.
pub fn apply<O: Observer>(
    base: Value,
    patch: &Value,
    schema: Schema,
    observer: &mut O,
) -> Result<Value, Error> {
    kubernetes::merge(base, patch, schema, None, observer)
}
