//! What the benchmarks share: cases, times, tables.
#![allow(dead_code, reason = "each benchmark uses a part of it")]

pub(crate) mod case;
pub(crate) mod conformance;
pub(crate) mod table;
pub(crate) mod timing;
