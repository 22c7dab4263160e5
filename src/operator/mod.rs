//! The controller: it applies what [`render`](podgraft_locust::render) says, and reports.
//!
//! The modules are layers; each uses only what stands above it:
//!
//! ```text
//!  settings, logging
//!  observed         the observed state of one test, as plain data             pure
//!  decide, status,  what to do next; the status of a test;                    pure
//!  events           the events about what has happened
//!  api              everything that is read from the API server and written   effects
//!  cache            what is watched and kept in memory                        effects
//!  reconcile        one look at one test                                      effects
//!  controller       which test is looked at when                              effects
//!  storage          whether tests can be read as what they are                effects
//!  release_overlays overlays that a ConfigMap lists, kept applied              effects
//!  metrics_server   what is measured, for those whom the cluster lets          effects
//!  run              from settings to a running operator
//! ```
//!
//! Decisions to create or delete are made twice: once on the caches, then again on what the API server
//! itself says at that moment. A cache that lags behind can delay something, never repeat it. Of a test of which
//! nothing seems to be there, only itself and the pods with its labels are read: that the names of its Jobs are free
//! is asked in the dry run, and again by creating them, which nobody can do twice.

pub(crate) mod api;
pub(crate) mod cache;
mod controller;
mod decide;
mod events;
#[cfg(test)]
mod fixture;
pub mod logging;
pub(crate) mod metrics;
mod metrics_gate;
mod metrics_server;
pub(crate) mod observed;
mod overlay_status;
mod overlay_usage;
mod reconcile;
mod release_overlays;
mod restarts;
mod run;
pub(crate) mod server;
mod server_refusal;
pub mod settings;
mod status;
mod storage;

pub use api::error::Error;
pub use run::run;
pub(crate) use run::{Companion, SharedParts, run_alone, run_with, until};
pub use settings::Settings;
