//! The controller: it applies what [`render`](podgraft_locust::locust::render) says, and reports.
//!
//! One file a step, effects at the ends:
//!
//! ```text
//!  watch ──> fetch ──> render ──> decide ──> apply ──> status ──> report
//!  (API)     (API)     (pure)     (pure)     (API)     (pure)     (API)
//! ```
//!
//! - [`watch`]: the streams that say which test to look at, and the caches that they fill.
//! - [`fetch`]: the [`Observed`](observed::Observed) of one test: the test, its revision, its Service, Jobs and pods.
//! - [`decide`]: what to do next. Two calls on the same observed state decide the same.
//! - [`apply`]: does it; [`dry_run`] asks the API server beforehand.
//! - [`status`]: what is true of the test, in words. [`report`] writes it, and events on transitions.
//!
//! Decisions to create or delete are made twice: once on the caches, then again on what the API server
//! itself says at that moment. A cache that lags behind can delay something, never repeat it. Of a test of which
//! nothing seems to be there, only itself and the pods with its labels are read: that the names of its Jobs are free
//! is asked in the dry run, and again by creating them, which nobody can do twice.

pub mod apply;
pub mod client;
mod conditions;
pub mod context;
pub mod decide;
pub mod dry_run;
pub mod error;
pub mod error_message;
mod event_recorder;
mod failure_field;
pub mod fetch;
#[cfg(test)]
mod fixture;
mod health;
pub mod index;
mod input_changes;
mod lease;
pub mod logging;
pub mod metrics;
pub mod observed;
mod overlay_status;
pub mod overlay_store;
pub mod pod_health;
pub mod pod_state;
mod queue;
mod recent_writes;
mod reconcile;
mod render_pool;
mod request_batch;
pub mod restarts;
pub mod revision;
mod run;
pub mod settings;
mod shortages;
mod start_check;
mod state;
pub mod status;
pub mod status_writer;
pub mod watch;

pub use error::Error;
pub use run::run;
pub use settings::Settings;

/// Who the operator is, to the API server: its name as a field manager and as a source of events.
pub const MANAGER: &str = "podgraft";
