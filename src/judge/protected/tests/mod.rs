//! Tests of the protected fields.

mod fields;
mod locust;
mod wiring;
