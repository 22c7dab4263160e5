//! Ports, names and flags are written in one file each: what makes the pods and what judges them read them there.

use std::fs;

use podgraft_testkit::files::{files, relative, root};

/// What is written once, as a literal.
const LITERALS: [&str; 22] = [
    "5557",
    "8089",
    "9646",
    "locust-src",
    "locust-lib",
    "locust-metrics-exporter",
    "performance-test-name",
    "performance-test-pod-name",
    "managed-by",
    "locust-k8s-operator",
    "batch.kubernetes.io/job-name",
    "kubectl.kubernetes.io/default-container",
    "prometheus-metrics",
    "/lotest/src",
    "/opt/locust/lib",
    "--master",
    "--worker",
    "--master-host",
    "--master-port",
    "--master-bind-port",
    "--expect-workers",
    "--processes",
];

/// What is made of others, and written nowhere.
const DERIVED: [&str; 3] = ["5558", "port5557", "port5558"];

/// Recorded from Locust's own parser: every option of it.
const RECORDED: &str = "locust_options.rs";

/// The literals of a source without its tests: those in quotes that are no sentences, and what stands between them.
fn literals(source: &str) -> Vec<&str> {
    let end = source.find("#[cfg(test)]\nmod tests {").unwrap_or(source.len());
    let lines = source[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found = Vec::new();
    for line in lines {
        for (index, part) in line.split('"').enumerate() {
            if index % 2 == 1 {
                found.push(part);
            } else {
                found.extend(part.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')));
            }
        }
    }
    found
}

#[test]
fn ports_names_and_flags_are_written_once() {
    let folders = ["src", "crates/podgraft-locust/src"].map(|folder| files(&root().join(folder), ".rs"));
    let is_of_tests = |path: &str| {
        path.contains("/tests/")
            || ["/tests.rs", "/fixture.rs", RECORDED].iter().any(|end| path.ends_with(end))
    };
    let sources: Vec<(String, String)> = folders
        .concat()
        .into_iter()
        .map(|file| (relative(&file).to_owned(), fs::read_to_string(&file).unwrap()))
        .filter(|(path, _)| !is_of_tests(path))
        .collect();
    assert!(sources.len() > 100, "{} files", sources.len());
    let with = |literal: &str| {
        let has = |(_, source): &&(String, String)| literals(source).contains(&literal);
        sources.iter().filter(has).map(|(path, _)| path.as_str()).collect::<Vec<_>>()
    };
    for literal in LITERALS {
        assert_eq!(with(literal).len(), 1, "{literal} is written in {:?}", with(literal));
    }
    for literal in DERIVED {
        assert_eq!(with(literal), Vec::<&str>::new(), "{literal}");
    }
}
