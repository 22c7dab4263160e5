//! The program: the command line and the operator, the two ends that have effects.
//!
//! What they do is in crates that have none: [`podgraft_merge`] and [`podgraft_locust`].

pub mod cli;
pub mod codes;
#[cfg(feature = "operator")]
pub mod operator;
