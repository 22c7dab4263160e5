//! What people write and what podgraft renders, on a real API server of the tested release.
#![cfg(test)]

mod expressions;
mod other_languages;
mod pod_security;
mod stored;
#[path = "../support/mod.rs"]
mod support;
mod write_paths;

use std::sync::{Mutex, MutexGuard, PoisonError};

use podgraft_testkit::control_plane::ControlPlane;

/// One API server at a time: two would only wait for each other.
static TURN: Mutex<()> = Mutex::new(());

/// An API server without controllers, when it is this test's turn.
fn plane() -> (MutexGuard<'static, ()>, ControlPlane) {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    (turn, ControlPlane::start())
}
