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
//! use podgraft_merge::{patch::{Options, extend}, schema::Schema};
//! use serde_json::json;
//!
//! let pod = json!({"spec": {"containers": [{"name": "locust", "image": "locust", "args": ["--headless"]}]}});
//! let template = json!({"spec": {"containers": [{"name": "locust", "$append/args": ["--tags", "checkout"]}]}});
//! let schema = Schema::for_kind("v1", "Pod").unwrap();
//! let merged = extend(pod, &template, schema, Options::default(), &mut ());
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
