//! `eachContainer`: onto every container there, and under every one that comes later.

use podgraft_locust::{read_overlays, role::Role};
use podgraft_pod::manifest;
use serde_json::{Value, json};

use super::render::{cluster, errors, namespaced, pod, render, rendered, test};

/// A test with a sidecar, an init container and a container of its own.
fn with_containers(more: Value) -> Value {
    let mut fields = json!({"podTemplate": {"spec": {
        "initContainers": [{"name": "fetch", "image": "i"}, {"name": "proxy", "image": "i", "restartPolicy": "Always"}],
        "containers": [{"name": "side", "image": "i"}]
    }}});
    super::render::merge(&mut fields, more);
    test(fields)
}

/// A field of every container of the master's pod, by name.
fn every<'p>(pod: &'p Value, pointer: &str) -> Vec<(&'p str, Value)> {
    ["initContainers", "containers"]
        .iter()
        .flat_map(|list| pod["spec"][list].as_array().into_iter().flatten())
        .map(|container| {
            (container["name"].as_str().unwrap(), container.pointer(pointer).cloned().unwrap_or_default())
        })
        .collect()
}

fn each(part: &str, patch: Value) -> Value {
    json!({part: {"eachContainer": patch}})
}

#[test]
fn every_container_of_both_lists_gets_it() {
    for make in [cluster as fn(&str, Value) -> Value, namespaced] {
        for part in ["defaults", "overrides"] {
            let patch = json!({"securityContext": {"readOnlyRootFilesystem": true}});
            let rendered = rendered(with_containers(json!({})), vec![make("a", each(part, patch))]);
            let found = every(pod(&rendered, Role::Master), "/securityContext/readOnlyRootFilesystem");
            let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, ["locust-metrics-exporter", "fetch", "proxy", "locust", "side"]);
            assert!(found.iter().all(|(_, value)| *value == true), "{part}: {found:?}");
        }
    }
}

#[test]
fn authors_beat_defaults_and_not_overrides() {
    let policy = |part: &str| vec![cluster("a", each(part, json!({"imagePullPolicy": "Always"})))];
    let own = || {
        let container = json!([{"name": "side", "image": "i", "imagePullPolicy": "Never"}]);
        test(json!({"podTemplate": {"spec": {"containers": container}}, "imagePullPolicy": "IfNotPresent"}))
    };
    let of = |part: &str| {
        let rendered = rendered(own(), policy(part));
        let found = every(pod(&rendered, Role::Worker), "/imagePullPolicy");
        found.into_iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>()
    };
    assert_eq!(of("defaults"), ["locust \"IfNotPresent\"", "side \"Never\""]);
    assert_eq!(of("overrides"), ["locust \"Always\"", "side \"Always\""]);
}

#[test]
fn a_container_made_new_by_replace_keeps_the_default_under_it() {
    let patch = json!({"env": [{"name": "HTTPS_PROXY", "value": "proxy:3128"}]});
    let replaced = json!({"initContainers": [{"$patch": "replace"}, {"name": "fetch", "image": "i", "env": [{"name": "A", "value": "1"}]}]});
    let test = test(
        json!({"masterPodTemplate": {"spec": replaced}, "observability": {"metricsExporter": {"enabled": false}}}),
    );
    let rendered = rendered(test, vec![cluster("a", each("defaults", patch))]);
    let fetch = &pod(&rendered, Role::Master)["spec"]["initContainers"];
    assert_eq!(
        *fetch,
        json!([{"name": "fetch", "image": "i", "env": [{"name": "HTTPS_PROXY", "value": "proxy:3128"}, {"name": "A", "value": "1"}]}])
    );
}

#[test]
fn within_an_overlay_it_is_first() {
    let spec = json!({"defaults": {
        "eachContainer": {"imagePullPolicy": "Always", "tty": true},
        "podTemplate": {"spec": {"containers": [{"name": "locust", "imagePullPolicy": "Never"}]}},
        "workerPodTemplate": {"spec": {"containers": [{"name": "locust", "tty": false}]}}
    }});
    let rendered = rendered(test(json!({})), vec![cluster("a", spec)]);
    let locust = |role: Role| pod(&rendered, role)["spec"]["containers"][0].clone();
    let seen = |role: Role| (locust(role)["imagePullPolicy"].clone(), locust(role)["tty"].clone());
    assert_eq!(seen(Role::Master), (json!("Never"), json!(true)));
    assert_eq!(seen(Role::Worker), (json!("Never"), json!(false)));
}

#[test]
fn what_is_wrong_with_it_is_said_where_it_is() {
    let text = "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {name: a}\nspec:\n  defaults:\n    eachContainer:\n      securityContext:\n        runAsUsr: 1\n";
    let read = manifest::read("a.yaml", text.as_bytes());
    let overlays = read_overlays(read.documents);
    let surroundings =
        podgraft_locust::ClusterContext { overlays: &overlays, namespace: None, pod_security: None };
    let test = manifest::Document::from_value(test(json!({})));
    let rendered = podgraft_locust::render(&test, &surroundings, &podgraft_locust::config::Config::default());
    let errors = errors(&rendered);
    assert_eq!(errors.len(), 1, "one patch, two pods, three containers: {errors:#?}");
    assert_eq!(errors[0].code, "unknown-field");
    assert!(errors[0].message.contains("did you mean \"runAsUser\""), "{}", errors[0].message);
    assert_eq!(errors[0].position.as_ref().unwrap().to_string(), "a.yaml:8:9");
    assert!(errors[0].layer_name().unwrap().starts_with("ClusterPodOverlay a (defaults)"));
}

#[test]
fn a_bound_on_each_container_is_met_by_its_own_default_and_override() {
    let bound = json!({"eachContainer": ".securityContext.runAsNonRoot", "enum": [true], "required": true});
    let with = |part: &str| {
        let mut spec = each(part, json!({"securityContext": {"runAsNonRoot": true}}));
        spec["constraints"] = json!([bound]);
        vec![cluster("a", spec)]
    };
    let root = || json!({"podTemplate": {"spec": {"containers": [{"name": "side", "image": "i", "securityContext": {"runAsNonRoot": false}}]}}});
    for (part, more, refused) in [
        ("defaults", json!({}), 0),
        ("defaults", root(), 1),
        ("overrides", json!({}), 0),
        ("overrides", root(), 0),
    ] {
        let rendered = render(with_containers(more.clone()), with(part));
        assert_eq!(errors(&rendered).len(), refused, "{part} {more}: {:#?}", errors(&rendered));
    }
}

#[test]
fn whoever_changed_a_sidecar_did_not_add_it() {
    let changed = cluster("a", each("overrides", json!({"imagePullPolicy": "Always"})));
    let rendered = rendered(with_containers(json!({})), vec![changed]);
    let lint = rendered.diagnostics.iter().find(|said| said.code.as_str() == "plain-sidecar").unwrap();
    assert_eq!(lint.layer_name(), Some("podTemplate"));
}
