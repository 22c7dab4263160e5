//! Every way to write a LocustTest, on a real API server: what arrives is what was meant, or it is refused
//! with words.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod objects;
mod outcomes;
#[path = "../support/mod.rs"]
mod support;
mod transitions;

use outcomes::Outcomes;
use support::control_plane::ControlPlane;

#[test]
fn what_arrives_is_what_was_meant() {
    let plane = ControlPlane::start();
    plane.install("crds/locusttests.locust.io.yaml", "locusttests");
    let mut outcomes = Outcomes::default();
    transitions::check(&plane, &mut outcomes);
    println!("{outcomes}");
}
