//! No crate of `crates/` that is published reaches a crate with effects, and every dependency builds with the
//! oldest supported Rust.

use std::process::Command;

use podgraft_testkit::files::{root, text};
use serde_json::Value;

/// Crates that open files or sockets, start threads or processes, read clocks, or bring a command line.
const EFFECTS: [&str; 17] = [
    "axum",
    "clap",
    "hyper",
    "hyper-util",
    "kube-client",
    "kube-runtime",
    "mio",
    "native-tls",
    "notify",
    "prometheus-client",
    "reqwest",
    "rustls",
    "socket2",
    "tempfile",
    "tokio",
    "tracing-subscriber",
    "ureq",
];

/// How many crates each of these may build, itself among them.
const LIMITS: [(&str, usize); 1] = [("podgraft-merge", 20)];

/// What these crates must not build: what is for any operator knows nothing of one.
const WITHOUT: [(&str, &[&str]); 2] = [
    ("podgraft-merge", &["podgraft-pod", "k8s-openapi", "schemars", "jsonschema", "regex"]),
    ("podgraft-pod", &["podgraft-locust", "kube", "kube-core"]),
];

#[test]
fn no_pure_crate_reaches_one_with_effects() {
    let packages = packages(&["--no-deps"]);
    let pure: Vec<&Value> = packages.iter().filter(|package| is_pure(package)).collect();
    assert!(pure.len() >= 2, "the engine and the LocustTest");
    for package in pure {
        let name = package["name"].as_str().unwrap();
        let tree = tree(name);
        println!("{name} builds {} crates: {}", tree.len(), tree.join(" "));
        for effect in EFFECTS {
            assert!(
                !tree.iter().any(|one| one == effect),
                "{name} reaches {effect}: cargo tree -p {name} --all-features -i {effect}"
            );
        }
        let forbidden = WITHOUT.iter().filter(|(of, _)| *of == name).flat_map(|(_, names)| names.iter());
        for crate_name in forbidden {
            assert!(!tree.iter().any(|one| one == crate_name), "{name} builds {crate_name}");
        }
        for (_, limit) in LIMITS.iter().filter(|(limited, _)| *limited == name) {
            assert!(tree.len() <= *limit, "{name} builds {} crates, more than {limit}: {tree:?}", tree.len());
        }
    }
}

#[test]
fn the_example_in_rust_is_short_and_knows_no_locust() {
    let tree = tree("widget-operator");
    assert!(!tree.iter().any(|one| one == "podgraft-locust" || one == "kube"), "{tree:?}");
    let code = std::fs::read_to_string(root().join("examples/rust/src/main.rs")).unwrap();
    assert!(code.lines().count() < 120, "{} lines", code.lines().count());
}

/// The README's first command says `cargo run`, and the examples have programs too.
#[test]
fn cargo_run_is_podgraft() {
    let packages = packages(&["--no-deps"]);
    let named: Vec<&str> = packages.iter().filter_map(|package| package["default_run"].as_str()).collect();
    assert_eq!(named, ["podgraft"]);
}

/// Cargo picks versions by this field, but only when it picks them.
#[test]
fn every_dependency_builds_with_the_oldest_supported_rust() {
    let packages = packages(&[]);
    let ours = packages.iter().find(|package| package["name"] == "podgraft").unwrap();
    let oldest = version(&ours["rust_version"]).expect("rust-version in Cargo.toml");
    for package in packages {
        if let Some(needed) = version(&package["rust_version"]) {
            assert!(needed <= oldest, "{} needs Rust {needed:?}, not {oldest:?}", package["name"]);
        }
    }
}

/// The fuzz targets are a workspace of their own, whose lock file nothing else reads.
#[test]
fn the_lock_file_of_the_fuzz_targets_is_in_step() {
    let arguments = ["metadata", "--format-version", "1", "--locked", "--manifest-path", "fuzz/Cargo.toml"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(
        output.status.success(),
        "run cargo check --manifest-path fuzz/Cargo.toml, and commit fuzz/Cargo.lock: {}",
        text(&output.stderr)
    );
}

/// Everything under `crates/` is pure, but for what is there only for tests.
fn is_pure(package: &Value) -> bool {
    let manifest = package["manifest_path"].as_str().unwrap();
    let published = package["publish"].as_array().is_none_or(|registries| !registries.is_empty());
    manifest.starts_with(root().join("crates").to_str().unwrap()) && published
}

/// The packages of this workspace, and what they depend on.
pub(crate) fn packages(arguments: &[&str]) -> Vec<Value> {
    let output = cargo(&[&["metadata", "--format-version", "1", "--locked"], arguments].concat());
    let metadata: Value = serde_json::from_str(&output).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// What a crate builds with all of its features, itself among it. (`cargo metadata` has the features of the
/// whole workspace, `cargo tree` those of the one crate.)
fn tree(name: &str) -> Vec<String> {
    let output = cargo(&[
        "tree",
        "--locked",
        "--package",
        name,
        "--all-features",
        "--edges",
        "normal",
        "--target",
        "all",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let mut names: Vec<String> =
        output.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo {}: {}", arguments.join(" "), text(&output.stderr));
    text(&output.stdout).to_owned()
}

/// `1.89` and `1.89.0` are the same.
fn version(field: &Value) -> Option<(u32, u32)> {
    let mut parts = field.as_str()?.split('.').map(|part| part.parse().unwrap());
    Some((parts.next().unwrap(), parts.next().unwrap_or(0)))
}
