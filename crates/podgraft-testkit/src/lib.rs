//! What the tests of podgraft's crates share. Not published.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test fails by panicking")]

pub mod edits;
