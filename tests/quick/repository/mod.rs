//! The repository itself: which crates may depend on what, and that its workflows, recipes and pages for
//! contributors name what exists.

mod commands;
mod constants;
mod dependencies;
mod pages;
mod workflows;
