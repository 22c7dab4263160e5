//! Every way to write a LocustTest, on a real API server: what arrives is what was meant, or it is refused
//! with words.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod edits;
mod managers;
mod objects;
mod outcomes;
#[path = "../support/mod.rs"]
mod support;
mod transitions;

use std::time::Instant;

use outcomes::Outcomes;
use support::control_plane::ControlPlane;

/// One chapter of the test.
type Check = fn(&ControlPlane, &mut Outcomes);

#[test]
fn what_arrives_is_what_was_meant() {
    let plane = ControlPlane::start();
    plane.install("crds/locusttests.locust.io.yaml", "locusttests");
    let mut outcomes = Outcomes::default();
    let checks: [(&str, Check); 3] =
        [("transitions", transitions::check), ("managers", managers::check), ("edits", edits::check)];
    for (name, check) in checks {
        let started = Instant::now();
        check(&plane, &mut outcomes);
        println!("{name}: {:.1} s", started.elapsed().as_secs_f32());
    }
    println!("{outcomes}");
}
