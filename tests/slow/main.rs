//! Tests that need only Rust, and minutes.
#![cfg(test)]

mod contributing;
mod hostile;
