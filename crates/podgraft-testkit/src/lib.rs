//! What the tests of podgraft's crates share. Not published.
//!
//! - [`snapshot`]: recorded outputs, with a difference when they change.
//! - [`files`], [`process`]: the project's files, and programs that run to their end.
//! - [`edits`]: objects with something changed.
//! - Feature `inputs`: random pods and tests, other objects to try things on, and what must be the same of all of them.
//! - Feature `cluster`: a real control plane, the operator in it, and a life for its pods.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

pub mod edits;
pub mod files;
pub mod process;
pub mod snapshot;

#[cfg(feature = "inputs")]
pub mod compiled_templates;
#[cfg(feature = "inputs")]
pub mod duplicates;
#[cfg(feature = "inputs")]
pub mod hostile;
#[cfg(feature = "inputs")]
pub mod last_applied;
#[cfg(feature = "inputs")]
pub mod nulls;
#[cfg(feature = "inputs")]
pub mod path_check;
#[cfg(feature = "inputs")]
pub mod random_objects;
#[cfg(feature = "inputs")]
pub mod random_pods;
#[cfg(feature = "inputs")]
pub mod random_tests;

#[cfg(feature = "cluster")]
pub mod cluster;
#[cfg(feature = "cluster")]
pub mod control_plane;
#[cfg(feature = "cluster")]
pub mod operator_process;
#[cfg(feature = "cluster")]
pub mod pod_life;
#[cfg(feature = "cluster")]
pub mod service_proxy;
#[cfg(feature = "cluster")]
pub mod webhook_process;
