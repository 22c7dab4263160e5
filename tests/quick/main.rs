//! The tests that need only Rust: `cargo test --test quick`, or those of one module, `cargo test --test quick docs::`.
#![cfg(test)]

mod against;
mod batch;
mod cli;
mod compiled_templates;
mod convert;
mod crds;
mod diagnostics;
mod dialects;
mod docs;
mod examples;
mod explain;
mod extended;
mod how_to;
mod long_lists;
mod modules;
mod observer;
mod operator_settings;
mod overlays;
mod paths;
mod pod_security;
mod provenance;
mod refused;
mod repository;
mod shipped;
mod slips;
#[path = "../support/mod.rs"]
mod support;
mod syntax;
mod system;
mod typed_fields;
mod validate;
mod words;
