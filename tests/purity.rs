//! The engine alone is small: no runtime, no Kubernetes client, no command line.
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

#[test]
fn the_engine_alone_has_a_tiny_tree() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--no-default-features", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut names: Vec<&str> =
        text(&output.stdout).lines().filter_map(|line| line.split(' ').next()).collect();
    names.sort_unstable();
    names.dedup();
    println!("{} crates: {}", names.len(), names.join(" "));
    for heavy in ["tokio", "kube", "kube-core", "clap", "k8s-openapi", "hyper", "schemars", "jsonschema"] {
        assert!(!names.contains(&heavy), "the engine alone builds {heavy}");
    }
    assert!(names.len() <= 25, "the engine alone builds {} crates: {names:?}", names.len());
}

/// The engine's modules name nothing that has effects.
#[test]
fn the_pure_modules_have_no_effects() {
    for folder in ["schema", "patch", "layers", "judge", "locust", "report"] {
        for file in support::files(&root().join("src").join(folder), ".rs") {
            let code = std::fs::read_to_string(&file).unwrap();
            for effect in [
                "std::fs",
                "std::env",
                "std::net::Tcp",
                "std::process",
                "SystemTime",
                "Instant::now",
                "tokio",
            ] {
                assert!(!code.contains(effect), "{} names {effect}", file.display());
            }
        }
    }
}
