//! The program: the command line and the operator, the two ends that have effects.
//!
//! What they do is in crates that have none: [`podgraft_merge`] and [`podgraft_locust`].

pub mod cli;
pub mod codes;
#[cfg(feature = "operator")]
pub mod operator;

/// The code on the page for other operators, run with the tests of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
pub struct LibraryPage;
