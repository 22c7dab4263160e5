//! The repository itself: which crates may depend on what, and that its workflows, recipes and pages for
//! contributors name what exists.
#![cfg(test)]

mod commands;
mod dependencies;
mod pages;
#[path = "../support/mod.rs"]
mod support;
mod workflows;
