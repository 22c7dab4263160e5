//! podgraft lets people override any pod field of the pods that an operator makes, with Kubernetes' own
//! strategic merge patch semantics, without breaking what the operator needs.
//!
//! Data flows one way:
//!
//! ```text
//!  files, API objects                                             effects stay at the two ends
//!    |
//!  manifest               text <-> values, with line and column
//!    |
//!  locust::test           a LocustTest of either version, read and checked
//!    |
//!  locust::base ----------------+    what the operator makes, per role
//!  locust::typed_fields --------+--> layers::fold --> judge --> locust::render
//!  templates -------------------+         |                          |
//!  overlays --------------------+         |                          |
//!                    schema --> patch ----+                   cli, operator
//! ```
//!
//! - [`schema`]: what Kubernetes says of each field of every built-in kind (generated).
//! - [`patch`]: strategic merge patch in two dialects, and the JSON patches beside it.
//! - [`layers`]: ordered patches, folded one after another, and who changed what.
//! - `judge`: protected fields, validity and lints, judged on the final pod only.
//! - `locust`: the LocustTest: API types, base pods, typed fields, overlays, and the pure function `render`.
//! - `report`: what there is to tell, as plain data, and its views for people and other programs.
//! - `manifest`, `cli`, `operator`: the two ends.
//! - [`path`], [`diagnostic`], [`role`]: the words that everything speaks. [`work`]: how much a rendering may do.
//!
//! `schema`, `patch`, `layers`, `judge` and `locust` are pure: no clock, file, network, environment or
//! randomness. With `--no-default-features` the crate is the engine alone: `schema`, `patch` and `layers`.
//!
//! ```
//! use podgraft::{patch::{Options, extend}, schema::Schema};
//! use serde_json::json;
//!
//! let pod = json!({"spec": {"containers": [{"name": "locust", "image": "locust", "args": ["--headless"]}]}});
//! let template = json!({"spec": {"containers": [{"name": "locust", "$append/args": ["--tags", "checkout"]}]}});
//! let schema = Schema::for_kind("v1", "Pod").unwrap();
//! let merged = extend(pod, &template, schema, Options::default(), &mut ());
//! assert!(merged.diagnostics.is_empty());
//! assert_eq!(merged.value["spec"]["containers"][0]["args"], json!(["--headless", "--tags", "checkout"]));
//! ```

#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
#[cfg(feature = "locust")]
pub mod judge;
pub mod layers;
#[cfg(feature = "locust")]
pub mod locust;
#[cfg(feature = "locust")]
pub mod manifest;
#[cfg(feature = "operator")]
pub mod operator;
pub mod patch;
pub mod path;
#[cfg(feature = "locust")]
pub mod report;
pub mod role;
pub mod schema;
#[cfg(feature = "locust")]
pub mod structure;
pub mod work;
