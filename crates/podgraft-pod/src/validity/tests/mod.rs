//! Tests of validity.

mod messages;
mod recorded;
