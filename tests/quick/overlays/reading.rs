//! Overlays are read as strictly as tests, and what is wrong is said where it is.

use podgraft_locust::{near_miss, read_overlays};
use podgraft_pod::manifest::{self, Document};
use serde_json::{Value, json};

use super::render::{cluster, namespaced};

fn constraint(value: Value) -> Value {
    cluster("a", json!({"constraints": [value]}))
}

/// The overlay is not read, and something at this path says this.
fn is_told(overlay: Value, path: &str, part: &str) {
    let overlays = read_overlays([manifest::Document::from_value(overlay.clone())]);
    let found = overlays.diagnostics();
    assert!(overlays.readable().next().is_none(), "{overlay} is read");
    let there: Vec<_> =
        found.iter().filter(|error| error.path.as_ref().unwrap().to_string() == path).collect();
    assert!(!there.is_empty(), "{overlay}: nothing at {path}: {found:#?}");
    assert!(there.iter().any(|error| error.message.contains(part)), "{overlay}: {there:#?}");
    assert!(there.iter().all(|error| error.is_error() && error.object.is_some()), "{overlay}");
}

#[test]
fn everything_that_is_wrong_is_said_at_its_place() {
    let mut scoped = cluster("a", json!({}));
    scoped["metadata"]["namespace"] = "team-a".into();
    let mut unnamed = cluster("a", json!({}));
    unnamed["metadata"] = json!({});
    let mut misplaced = namespaced("a", json!({}));
    misplaced["metadata"]["namespace"] = false.into();
    let mut old = cluster("a", json!({}));
    old["apiVersion"] = "locust.io/v1".into();
    for (overlay, path, part) in [
        (cluster("a", json!({"default": {}})), ".spec.default", "did you mean \"defaults\""),
        (cluster("a", json!(null)), ".spec", "write \"spec\" as a map"),
        (
            cluster("a", json!({"defaults": {"podTemplat": {}}})),
            ".spec.defaults.podTemplat",
            "did you mean \"podTemplate\"",
        ),
        (cluster("a", json!({"defaults": {"podTemplate": []}})), ".spec.defaults.podTemplate", "as a map"),
        (cluster("a", json!({"priority": "high"})), ".spec.priority", "as an integer"),
        (cluster("a", json!({"priority": 99_999_999_999_i64})), ".spec.priority", "2147483647 or less"),
        (
            cluster("a", json!({"selector": {"matchLabel": {}}})),
            ".spec.selector.matchLabel",
            "did you mean \"matchLabels\"",
        ),
        (
            cluster("a", json!({"selector": {"matchExpressions": [{"key": "a", "operator": "In"}]}})),
            ".spec.selector.matchExpressions[0].values",
            "add values",
        ),
        (namespaced("a", json!({"namespaceSelector": {}})), ".spec.namespaceSelector", "no field"),
        (
            cluster("a", json!({"defaults": {"eachContainer": {"name": "x"}}})),
            ".spec.defaults.eachContainer.name",
            "remove the name",
        ),
        (scoped, ".metadata.namespace", "in no namespace"),
        (unnamed, ".metadata.name", "add metadata.name"),
        (cluster("A_b", json!({})), ".metadata.name", "lower case"),
        (misplaced, ".metadata.namespace", "as a string"),
        (old, ".apiVersion", "locust.io/v1alpha1"),
    ] {
        is_told(overlay, path, part);
    }
}

#[test]
fn wrong_constraints_are_told_when_they_are_read() {
    for (overlay, path, part) in [
        (constraint(json!({})), ".spec.constraints[0].path", "add path"),
        (constraint(json!({"path": ".spec.hostNetwork"})), ".spec.constraints[0].path", "demands nothing"),
        (
            constraint(json!({"path": ".spec.hostNetwork", "required": false})),
            ".spec.constraints[0].path",
            "demands nothing",
        ),
        (
            constraint(json!({"path": ".spec.hostNetwork", "eachContainer": ".image", "required": true})),
            ".spec.constraints[0].eachContainer",
            "remove path or eachContainer",
        ),
        (
            constraint(json!({"eachContainer": ".image", "enum": ["a"], "pattern": "b"})),
            ".spec.constraints[0].pattern",
            "a constraint of its own",
        ),
        (
            constraint(json!({"expression": "true", "required": true})),
            ".spec.constraints[0].required",
            "an expression says everything",
        ),
        (
            constraint(json!({"path": ".spec.x", "required": true, "expression": "true"})),
            ".spec.constraints[0].expression",
            "a constraint of its own",
        ),
        (
            constraint(json!({"path": ".spec.containres", "required": true})),
            ".spec.constraints[0].path",
            "did you mean \"containers\"",
        ),
        (
            constraint(json!({"path": ".spec.containers.image", "required": true})),
            ".spec.constraints[0].path",
            "write [*]",
        ),
        (
            constraint(json!({"eachContainer": ".imag", "required": true})),
            ".spec.constraints[0].eachContainer",
            "did you mean \"image\"",
        ),
        (
            constraint(json!({"eachContainer": ".image", "min": 1})),
            ".spec.constraints[0].min",
            "nothing else has bounds",
        ),
        (
            constraint(json!({"eachContainer": ".resources", "pattern": "x"})),
            ".spec.constraints[0].pattern",
            "matches no map",
        ),
        (
            constraint(json!({"eachContainer": ".image", "pattern": "("})),
            ".spec.constraints[0].pattern",
            "correct the pattern",
        ),
        (
            constraint(json!({"eachContainer": ".image", "pattern": "(?:.{999}){999}"})),
            ".spec.constraints[0].pattern",
            "simpler",
        ),
        (
            constraint(json!({"eachContainer": ".image", "pattern": "(?x)a # b"})),
            ".spec.constraints[0].pattern",
            "correct the pattern",
        ),
        (
            constraint(json!({"eachContainer": ".resources.limits.memory", "max": "1GB"})),
            ".spec.constraints[0].max",
            "as a quantity",
        ),
        (
            constraint(json!({"eachContainer": ".resources.limits.memory", "min": "2Gi", "max": "1Gi"})),
            ".spec.constraints[0].max",
            "2Gi or more",
        ),
        (
            constraint(json!({"eachContainer": ".image", "enum": []})),
            ".spec.constraints[0].enum",
            "add values",
        ),
        (
            constraint(json!({"expression": "objekt.x"})),
            ".spec.constraints[0].expression",
            "did you mean \"object\"",
        ),
        (
            constraint(json!({"paht": ".spec", "required": true})),
            ".spec.constraints[0].paht",
            "did you mean \"path\"",
        ),
    ] {
        is_told(overlay, path, part);
    }
}

#[test]
fn two_of_one_name_are_told() {
    let overlays = || [cluster("a", json!({})), cluster("a", json!({})), namespaced("a", json!({}))];
    let read = read_overlays(overlays().map(manifest::Document::from_value));
    let found = read.diagnostics();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code, "duplicate-overlay");
}

#[test]
fn a_message_has_its_place_in_the_file() {
    let text = "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {name: a, namespace: shop}\nspec:\n  constraints:\n  - eachContainer: .imag\n    required: true\n";
    let read = manifest::read("overlay.yaml", text.as_bytes());
    let found = read_overlays(read.documents).diagnostics();
    assert_eq!(found[0].position.as_ref().unwrap().to_string(), "overlay.yaml:6:5");
    assert_eq!(found[0].object.as_deref(), Some("PodOverlay shop/a"));
}

#[test]
fn what_was_perhaps_meant_to_be_an_overlay_is_told() {
    let told = |version: &str, kind: &str| {
        let object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, "spec": {}});
        near_miss(&Document::from_value(object)).map(|said| said.message)
    };
    for (version, kind, part) in [
        ("locust.io/v1alpha1", "PodOverlays", "write kind as PodOverlay"),
        ("locust.io/v1alpha1", "clusterpodoverlay", "write kind as ClusterPodOverlay"),
        ("v1alpha1", "PodOverlay", "write apiVersion as locust.io/v1alpha1"),
    ] {
        assert!(told(version, kind).is_some_and(|said| said.contains(part)), "{version} {kind}");
    }
    for (version, kind) in [
        ("locust.io/v1alpha1", "PodOverlay"),
        // Read, and refused for its version.
        ("locust.io/v1", "PodOverlay"),
        ("locust.io/v2", "LocustTest"),
        ("v1", "Pod"),
        ("example.com/v1", "PodOverlays"),
    ] {
        assert_eq!(told(version, kind), None, "{version} {kind}");
    }
}
