//! The program that is tested, beside what [`podgraft_testkit`] has for all tests.
#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod secured_examples;

use std::process::Output;

/// The program, as it was built for the tests.
pub(crate) const PODGRAFT: &str = env!("CARGO_BIN_EXE_podgraft");

/// Runs podgraft in the project's root with these arguments and this standard input.
pub(crate) fn podgraft(arguments: &[&str], input: &[u8]) -> Output {
    podgraft_testkit::process::run(PODGRAFT, arguments, input)
}
