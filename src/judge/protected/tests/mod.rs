//! Tests of the protected fields.

mod exec_limits;
mod fields;
mod locust;
mod wiring;
