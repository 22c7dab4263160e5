//! Tests of the protected fields.

mod address;
mod exec_limits;
mod fields;
mod launch;
mod processes;
mod table;
mod wiring;
