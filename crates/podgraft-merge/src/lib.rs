//! Kubernetes' strategic merge patch for JSON values.
//!
//! - [`schema`]: what Kubernetes says of each field of every built-in kind (generated).
//! - [`patch`]: strategic merge patch in two dialects, and the JSON patches beside it.
//! - [`layers`]: ordered patches, folded one after another, and who changed what.
//! - [`path`], [`diagnostic`]: the words that everything speaks. [`work`]: how much a merge may do.
//!
//! Everything is pure: no clock, file, network, environment or randomness.
//!
//! ```
//! use podgraft_merge::{merge_template, schema::Schema};
//! use serde_json::json;
//!
//! let pod = json!({"spec": {"containers": [{"name": "locust", "image": "locust", "args": ["--headless"]}]}});
//! let template = json!({"spec": {"containers": [{"name": "locust", "$append/args": ["--tags", "checkout"]}]}});
//! let schema = Schema::for_kind("v1", "Pod").unwrap();
//! let merged = merge_template(pod, &template, schema);
//! assert!(merged.diagnostics.is_empty());
//! assert_eq!(merged.value["spec"]["containers"][0]["args"], json!(["--headless", "--tags", "checkout"]));
//! ```

#![deny(clippy::print_stdout, clippy::print_stderr, reason = "effects live in the program")]

pub mod diagnostic;
pub mod layers;
pub mod patch;
pub mod path;
pub mod schema;
pub mod work;

use patch::Extended;
use schema::Schema;
use serde_json::Value;

/// Applies a strategic merge patch to `base` as Kubernetes does. Both are objects of the kind that `schema` describes.
///
/// [`patch::apply`] is the same with an observer of every change.
///
/// # Errors
/// A diagnostic with the field path for every input for which apimachinery returns an error, or panics.
///
/// # Source
/// apimachinery v0.37, `pkg/util/strategicpatch/patch.go`, `StrategicMergeMapPatch`.
pub fn strategic_merge(base: Value, patch: &Value, schema: Schema) -> Result<Value, patch::Error> {
    patch::apply(base, patch, schema, &mut ())
}

/// Applies a template to `base` in the `extended` dialect, as strictly as it can be. Both are objects of the kind that
/// `schema` describes.
///
/// [`patch::extend`] is the same with options, and an observer of every change.
#[must_use]
pub fn merge_template(base: Value, template: &Value, schema: Schema) -> Extended {
    patch::extend(base, template, schema, patch::Options::default(), &mut ())
}

/// The code in the README, run with the tests of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
