//! The shipped CRD and what podgraft renders, on a real API server.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use serde_json::Value;
use support::{control_plane::ControlPlane, files, relative, root};

/// A test with every directive of both dialects, partial items, empty maps and lists, and fields that no
/// schema knows.
const DIRECTIVES: &str = include_str!("cases/every-directive.yaml");

#[test]
fn a_real_api_server_takes_what_people_write() {
    let plane = ControlPlane::start();
    plane.install("crds/locusttests.locust.io.yaml", "locusttests");
    let explained = plane.kubectl_ok(&["explain", "locusttest.spec.workerPodTemplate.spec.containers"], b"");
    assert!(explained.contains("volumeMounts"), "{explained}");
    every_directive_survives(&plane);
    every_example_is_taken(&plane);
}

/// Client-side apply (create, then edit) and server-side apply store the templates as they are written.
fn every_directive_survives(plane: &ControlPlane) {
    let edited = DIRECTIVES.replace("value: first", "value: second");
    assert_ne!(edited, DIRECTIVES);
    for (way, text) in [("--server-side=false", DIRECTIVES), ("--server-side=false", &*edited)] {
        plane.kubectl_ok(&["apply", way, "-f", "-"], text.as_bytes());
        assert_eq!(stored(plane), written(text), "client-side apply");
    }
    plane.kubectl_ok(&["delete", "locusttest", "directives"], b"");
    for text in [DIRECTIVES, &*edited] {
        plane.kubectl_ok(&["apply", "--server-side", "-f", "-"], text.as_bytes());
        assert_eq!(stored(plane), written(text), "server-side apply");
    }
}

fn stored(plane: &ControlPlane) -> Value {
    let text = plane.kubectl_ok(&["get", "locusttest", "directives", "-o", "json"], b"");
    serde_json::from_str::<Value>(&text).unwrap()["spec"].take()
}

fn written(text: &str) -> Value {
    podgraft::manifest::read("-", text.as_bytes()).documents[0].value["spec"].clone()
}

/// Every v2 example is applied, and the Service and Jobs that it renders to are accepted.
fn every_example_is_taken(plane: &ControlPlane) {
    plane.kubectl_ok(&["create", "namespace", "load-tests"], b"");
    for example in files(&root().join("docs/examples"), "v2.yaml") {
        plane.kubectl_ok(&["apply", "-f", relative(&example)], b"");
        let rendered = example.with_file_name("rendered");
        plane.kubectl_ok(&["create", "--dry-run=server", "-f", relative(&rendered)], b"");
    }
}
