//! The crates under `crates/` are small and pure: no runtime, no Kubernetes client, no command line.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::process::Command;

use support::{root, text};

/// What brings a network, a runtime or a command line with it.
const EFFECTS: [&str; 10] = [
    "tokio",
    "kube-client",
    "kube-runtime",
    "hyper",
    "reqwest",
    "axum",
    "rustls",
    "clap",
    "tracing-subscriber",
    "tempfile",
];

/// The crates that a crate of this workspace is built with, itself among them.
fn tree(package: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let lines = text(&output.stdout).lines();
    let mut names: Vec<String> = lines.filter_map(|line| Some(line.split(' ').next()?.to_owned())).collect();
    names.sort_unstable();
    names.dedup();
    println!("{package}: {} crates: {}", names.len(), names.join(" "));
    names
}

fn assert_without(package: &str, names: &[&str]) {
    let tree = tree(package);
    for name in names {
        assert!(!tree.iter().any(|one| one == name), "{package} builds {name}");
    }
}

#[test]
fn the_engine_has_a_tiny_tree() {
    let names = tree("podgraft-merge");
    assert!(names.len() <= 20, "the engine builds {} crates: {names:?}", names.len());
    assert_without("podgraft-merge", &EFFECTS);
}

#[test]
fn no_pure_crate_reaches_one_with_effects() {
    for package in ["podgraft-merge", "podgraft-locust"] {
        assert_without(package, &EFFECTS);
    }
}
