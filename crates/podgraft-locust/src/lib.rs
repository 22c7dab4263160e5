//! The LocustTest: its API, and the pure function that renders it.

#![deny(clippy::print_stdout, clippy::print_stderr, reason = "effects live in the program")]

pub mod codes;
pub mod judge;
pub mod locust;
pub mod report;
pub mod role;
