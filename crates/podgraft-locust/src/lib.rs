//! The LocustTest: what people write, the pods that the operator makes of it, and [`render`].
//!
//! - [`api`]: both versions of `LocustTest` and the two kinds of overlay, as types and CRDs.
//! - [`conversion`]: a `LocustTest` of one version in the other.
//! - [`load_test`]: a `LocustTest` of either version, read and checked.
//! - [`names`], [`ports`]: what both the operator and those who judge its pods go by.
//! - [`base`], [`typed_fields`]: what the operator makes for each role, and what the test's own fields change.
//! - [`locust_command`]: how a container starts Locust, and with which options.
//! - [`protected`], [`lints`]: what the operator needs of the final pods, and likely mistakes in them.
//! - [`public_operator`]: what a test does otherwise there.
//! - [`render`]: from a test, overlays and the operator's [`config`] to its Services and Jobs.
//! - [`explain`](fn@explain), [`compared`]: which layer set which field, and what a change of overlays changes, in the
//!   views that podgraft-pod has for any operator.
//!
//! Everything is pure: no clock, file, network, environment or randomness.

#![deny(clippy::print_stdout, clippy::print_stderr, reason = "effects live in the program")]

pub mod admission;
pub mod api;
mod authored_privileges;
pub mod base;
pub mod codes;
pub mod command;
pub mod config;
pub mod conversion;
mod explain;
mod field_advice;
#[cfg(test)]
mod fixture;
mod last_applied;
pub mod lints;
pub mod load_test;
pub mod locust_command;
pub mod names;
mod near_miss;
mod overlay_api;
mod overlay_diff;
pub mod per_role;
mod pod_context;
pub mod ports;
pub mod protected;
pub mod public_operator;
mod redact;
mod render;
pub mod role;
mod shortened;
mod spec_schemas;
pub mod typed_fields;

pub use authored_privileges::{added_privileges, authored_privileges};
pub use explain::{explain, protected_entries};
pub use load_test::name_of;
pub use near_miss::near_miss;
pub use overlay_api::{NOUN, OVERLAY_API, overlay_kind, read_overlays};
pub use overlay_diff::compared;
pub use per_role::PerRole;
pub use pod_context::PodContext;
pub use redact::env_values;
pub use render::{Applied, ClusterContext, Rendered, RenderedJob, render};
