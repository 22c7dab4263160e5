//! Fields that are written elsewhere than they belong, and objects that are nearly a `LocustTest` or overlay: a table of
//! what people write, with the first line that they read.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use podgraft::{
    diagnostic::Diagnostic,
    locust::{self, Surroundings, config::Config, overlay::Overlays},
    manifest,
};
use serde_json::{Value, json};

const TABLE: &str = include_str!("slips/table.txt");

/// The places of the table, each with the pointer to the object that gets the wrong field.
const PLACES: [(&str, &str); 26] = [
    ("object", ""),
    ("metadata", "/metadata"),
    ("spec", "/spec"),
    ("worker", "/spec/worker"),
    ("master", "/spec/master"),
    ("test files", "/spec/testFiles"),
    ("env", "/spec/env"),
    ("secret mount", "/spec/env/secretMounts/0"),
    ("scheduling", "/spec/scheduling"),
    ("typed volume", "/spec/volumes/0"),
    ("typed secret volume", "/spec/volumes/1/secret"),
    ("worker resources", "/spec/worker/resources"),
    ("template", "/spec/workerPodTemplate"),
    ("template metadata", "/spec/workerPodTemplate/metadata"),
    ("pod", "/spec/workerPodTemplate/spec"),
    ("container", "/spec/workerPodTemplate/spec/containers/0"),
    ("variable", "/spec/workerPodTemplate/spec/containers/0/env/0"),
    ("resources", "/spec/workerPodTemplate/spec/containers/0/resources"),
    ("probe", "/spec/workerPodTemplate/spec/containers/0/livenessProbe"),
    ("port", "/spec/workerPodTemplate/spec/containers/0/ports/0"),
    ("mount", "/spec/workerPodTemplate/spec/containers/0/volumeMounts/0"),
    ("container security", "/spec/workerPodTemplate/spec/containers/0/securityContext"),
    ("pod security", "/spec/workerPodTemplate/spec/securityContext"),
    ("volume", "/spec/workerPodTemplate/spec/volumes/0"),
    ("secret volume", "/spec/workerPodTemplate/spec/volumes/1/secret"),
    ("claim volume", "/spec/workerPodTemplate/spec/volumes/2/persistentVolumeClaim"),
];

/// A test that has each of the places.
fn test() -> Value {
    json!({
        "apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": "a"},
        "spec": {
            "image": "locustio/locust:2.43.0",
            "master": {"command": "-f a.py"},
            "worker": {"command": "-f a.py", "replicas": 1, "resources": {}},
            "testFiles": {"configMapRef": "files"},
            "env": {"secretMounts": [{"name": "keys", "mountPath": "/keys"}]},
            "scheduling": {},
            "volumes": [{"name": "typed", "emptyDir": {}}, {"name": "typed-secret", "secret": {"secretName": "s"}}],
            "workerPodTemplate": {
                "metadata": {},
                "spec": {
                    "securityContext": {},
                    "volumes": [
                        {"name": "scratch", "emptyDir": {}},
                        {"name": "secret", "secret": {"secretName": "s"}},
                        {"name": "claim", "persistentVolumeClaim": {"claimName": "c"}}
                    ],
                    "containers": [{
                        "name": "locust",
                        "env": [{"name": "A", "value": "1"}],
                        "resources": {},
                        "livenessProbe": {"httpGet": {"path": "/", "port": 8089}},
                        "ports": [{"name": "extra", "containerPort": 9000}],
                        "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
                        "securityContext": {}
                    }]
                }
            }
        }
    })
}

fn overlay(place: &str, name: &str) -> Option<Value> {
    let mut overlay = json!({
        "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay", "metadata": {"name": "a"},
        "spec": {"defaults": {}, "selector": {}, "constraints": [{"path": ".spec.hostNetwork", "required": true}]}
    });
    let pointer = match place {
        "overlay" => "/spec",
        "overlay metadata" => "/metadata",
        "overlay defaults" => "/spec/defaults",
        "overlay selector" => "/spec/selector",
        "overlay constraint" => "/spec/constraints/0",
        _ => return None,
    };
    overlay.pointer_mut(pointer).unwrap()[name] = json!({});
    Some(overlay)
}

fn first_error(diagnostics: Vec<Diagnostic>) -> Option<String> {
    diagnostics.into_iter().find(|found| found.code == "unknown-field").map(|found| found.message)
}

fn said(place: &str, name: &str) -> Option<String> {
    if let Some(overlay) = overlay(place, name) {
        let read = manifest::read("overlay.yaml", overlay.to_string().as_bytes());
        return first_error(Overlays::read(read.documents).diagnostics());
    }
    let (_, pointer) = PLACES.iter().find(|(known, _)| *known == place).expect(place);
    let mut test = test();
    test.pointer_mut(pointer).unwrap()[name] = json!({});
    let document = manifest::read("test.yaml", test.to_string().as_bytes()).documents.remove(0);
    let overlays = Overlays::none();
    let around = Surroundings { overlays: &overlays, namespace: None };
    first_error(locust::render(&document, &around, &Config::default()).diagnostics)
}

#[test]
fn misplaced_fields_are_told_where_they_belong() {
    let mut count = 0;
    let mut lines = String::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let mut parts = line.splitn(3, " | ");
        let (place, name) = (parts.next().unwrap(), parts.next().unwrap());
        let message = said(place, name).unwrap_or_else(|| "nothing".to_owned());
        lines.extend([place, " | ", name, " | ", &message, "\n"]);
        count += 1;
    }
    assert!(count >= 100, "{count} slips");
    let heading: String =
        TABLE.lines().filter(|line| line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
    let whole = heading + &lines;
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/slips/table.txt"), &whole).unwrap();
    } else {
        assert_eq!(whole, TABLE, "run with UPDATE=1 and look at what changed");
    }
}

#[test]
fn no_field_of_the_sound_test_is_refused() {
    let document = manifest::read("test.yaml", test().to_string().as_bytes()).documents.remove(0);
    let overlays = Overlays::none();
    let around = Surroundings { overlays: &overlays, namespace: None };
    assert_eq!(first_error(locust::render(&document, &around, &Config::default()).diagnostics), None);
}

#[test]
fn what_is_nearly_of_the_group_is_an_error() {
    for (text, wanted) in [
        (
            "kind: LocustTest\nspec: {}\n",
            Some("add apiVersion: locust.io/v2: without it the LocustTest would be left out"),
        ),
        (
            "apiVersion: locust.io/v2\nkind: Locusttest\n",
            Some(
                "write kind as LocustTest, not as \"Locusttest\"; did you mean \"LocustTest\"? It would be left out",
            ),
        ),
        (
            "kind: PodOverlay\nspec: {}\n",
            Some("add apiVersion: locust.io/v1alpha1: without it the PodOverlay would be left out"),
        ),
        (
            "kind: locusttest\n",
            Some(
                "write kind as LocustTest, not as \"locusttest\", and add apiVersion: locust.io/v2; did you mean \"LocustTest\"?",
            ),
        ),
        (
            "apiVersion: v2\nkind: LocustTest\n",
            Some(
                "write apiVersion as locust.io/v2, not as \"v2\"; did you mean \"locust.io/v2\"? The LocustTest would be left out",
            ),
        ),
        (
            "apiVersion: locusts.io/v2\nkind: LocustTest\n",
            Some(
                "write apiVersion as locust.io/v2, not as \"locusts.io/v2\"; did you mean \"locust.io/v2\"? The LocustTest would be left out",
            ),
        ),
        (
            "apiversion: locust.io/v2\nkind: LocustTest\n",
            Some("write \"apiversion\" as apiVersion: without it the LocustTest would be left out"),
        ),
        (
            "apiVersion: locust.io/v2\nKind: LocustTest\n",
            Some("write \"Kind\" as kind: without it the LocustTest would be left out"),
        ),
        (
            "apiVersion: locust.io/v2\nspec: {}\n",
            Some("add kind: LocustTest: without it the object would be left out"),
        ),
        (
            "spec: {master: {}, worker: {}}\n",
            Some(
                "add apiVersion: locust.io/v2 and kind: LocustTest: without them the LocustTest would be left out",
            ),
        ),
        (
            "spec: {overrides: {podTemplate: {}}}\n",
            Some(
                "add apiVersion: locust.io/v1alpha1 and kind: ClusterPodOverlay: without them the ClusterPodOverlay would be left out",
            ),
        ),
        (
            "apiVersion: locust.io/v2\nkind: LoadRun\n",
            Some(
                "write kind as one of LocustTest, ClusterPodOverlay, PodOverlay: locust.io has no \"LoadRun\"",
            ),
        ),
        (
            "kind: List\nitems: [{kind: LocustTest}]\n",
            Some("add apiVersion: v1 to the List: without it all its items would be left out"),
        ),
        // What is none of them is left alone.
        ("apiVersion: v1\nkind: Pod\n", None),
        ("apiVersion: v1\nkind: List\nitems: []\n", None),
        ("kind: Pod\n", None),
        ("apiVersion: v1\nkind: PodTemplate\n", None),
        ("apiVersion: locust.cloud/v1\nkind: LocustTest\n", None),
        ("apiVersion: example.com/v1\nkind: LocustTest\n", None),
        ("apiVersion: example.com/v1\nkind: PodOverlays\n", None),
        ("apiVersion: apps/v1\nkind: Deployment\nspec: {template: {}}\n", None),
        ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", None),
        ("name: values\nspec: {image: a}\n", None),
        ("apiVersion: locust.io/v2\nkind: LocustTest\n", None),
        ("apiVersion: locust.io/v2\nkind: LocustTestList\nitems: null\n", None),
    ] {
        let document = manifest::read("a.yaml", text.as_bytes()).documents.remove(0);
        let found = locust::near_miss(&document);
        assert!(found.as_ref().is_none_or(Diagnostic::is_error), "{text}");
        assert_eq!(found.map(|found| found.message).as_deref(), wanted, "{text}");
    }
}
