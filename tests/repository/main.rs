//! The repository itself: which crates may depend on what, and that its workflows, recipes and pages for
//! contributors name what exists.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod commands;
mod dependencies;
mod pages;
#[path = "../support/mod.rs"]
mod support;
mod workflows;
