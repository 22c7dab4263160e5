//! What there is to tell of tests and pods, as plain data, and its views.

pub mod against;
pub mod explain;
mod queue;

pub use queue::{without_admission, without_suspend};
