//! The program: the command line, the operator and the webhook, the ends that have effects.
//!
//! What they do is in crates that have none: [`podgraft_merge`] and [`podgraft_locust`].

pub mod cli;
pub mod codes;
mod diagnostic_text;
#[cfg(feature = "operator")]
pub mod operator;
#[cfg(feature = "operator")]
mod render_pool;
#[cfg(feature = "operator")]
mod tls_server;
#[cfg(feature = "operator")]
pub mod webhook;

/// The code on the page for other operators, run with the tests of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
pub struct LibraryPage;
