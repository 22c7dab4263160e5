//! Which overlays apply to a test.

use podgraft_locust::{read_overlays, role::Role};
use podgraft_pod::{manifest::Document, overlay::Namespace};
use serde_json::{Value, json};

use super::render::{cluster, codes, errors, namespaced, pod, render, render_in, rendered, team_a, test};

const CLUSTER: &str = "ClusterPodOverlay";
const NAMESPACED: &str = "PodOverlay";

fn mark() -> Value {
    json!({"podTemplate": {"metadata": {"annotations": {"applied": "yes"}}}})
}

fn with(mut spec: Value) -> Value {
    spec["defaults"] = mark();
    spec
}

#[test]
fn selectors_and_namespaces_choose() {
    let elsewhere = |mut overlay: Value| {
        overlay["metadata"]["namespace"] = "team-b".into();
        overlay
    };
    let expression = |key: &str, operator: &str, values: Value| json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]});
    for (overlay, applies) in [
        (cluster("a", with(json!({}))), true),
        (cluster("a", with(json!({"selector": {}, "namespaceSelector": {}}))), true),
        (cluster("a", with(json!({"selector": {"matchLabels": {"team": "shop"}}}))), true),
        (cluster("a", with(json!({"selector": {"matchLabels": {"team": "other"}}}))), false),
        (cluster("a", with(json!({"selector": expression("team", "NotIn", json!(["other"]))}))), true),
        (cluster("a", with(json!({"selector": expression("team", "DoesNotExist", json!([]))}))), false),
        (cluster("a", with(json!({"namespaceSelector": {"matchLabels": {"tier": "gold"}}}))), true),
        (cluster("a", with(json!({"namespaceSelector": {"matchLabels": {"tier": "tin"}}}))), false),
        (
            cluster(
                "a",
                with(
                    json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "team-a"}}}),
                ),
            ),
            true,
        ),
        (
            cluster(
                "a",
                with(
                    json!({"namespaceSelector": expression("kubernetes.io/metadata.name", "NotIn", json!(["team-a"]))}),
                ),
            ),
            false,
        ),
        // Both must hold.
        (
            cluster(
                "a",
                with(
                    json!({"selector": {"matchLabels": {"team": "shop"}}, "namespaceSelector": {"matchLabels": {"tier": "tin"}}}),
                ),
            ),
            false,
        ),
        (namespaced("a", with(json!({}))), true),
        (elsewhere(namespaced("a", with(json!({})))), false),
        (namespaced("a", with(json!({"selector": {"matchLabels": {"team": "other"}}}))), false),
        (cluster("a", with(json!({"optIn": true}))), false),
        (cluster("a", with(json!({"optIn": false}))), true),
    ] {
        let rendered = rendered(test(json!({})), vec![overlay.clone()]);
        let annotations = &pod(&rendered, Role::Master)["metadata"]["annotations"];
        assert_eq!(annotations["applied"] == "yes", applies, "{overlay}");
    }
}

#[test]
fn both_versions_opt_in() {
    let overlay = || vec![cluster("a", with(json!({"optIn": true})))];
    let v1 = json!({
        "apiVersion": "locust.io/v1", "kind": "LocustTest", "metadata": {"name": "old"},
        "spec": {"image": "i", "masterCommandSeed": "", "workerCommandSeed": "", "workerReplicas": 1, "overlays": [{"name": "a"}]}
    });
    for test in [
        test(json!({"overlays": [{"name": "a"}]})),
        test(json!({"overlays": [{"name": "a", "kind": "ClusterPodOverlay"}]})),
        v1,
    ] {
        let rendered = rendered(test, overlay());
        assert_eq!(pod(&rendered, Role::Master)["metadata"]["annotations"]["applied"], "yes");
    }
}

#[test]
fn wrong_lists_are_told() {
    let list = |names: &[(&str, &str)]| {
        let listed: Vec<Value> =
            names.iter().map(|(kind, name)| json!({"kind": kind, "name": name})).collect();
        test(json!({"overlays": listed}))
    };
    let opt_in = |more: Value| {
        let mut spec = with(more);
        spec["optIn"] = true.into();
        spec
    };
    let spot = || cluster("spot-workers", opt_in(json!({})));
    for (listed, overlay, code, path, part) in [
        (
            &[(CLUSTER, "spot")][..],
            spot(),
            "missing-overlay",
            ".spec.overlays[0].name",
            "did you mean \"spot-workers\"",
        ),
        (
            &[(CLUSTER, "zzz")],
            spot(),
            "missing-overlay",
            ".spec.overlays[0].name",
            "correct the name, or create it",
        ),
        // A name of one kind never stands for the other.
        (
            &[(NAMESPACED, "spot-workers")],
            spot(),
            "missing-overlay",
            ".spec.overlays[0].name",
            "did you mean kind: ClusterPodOverlay",
        ),
        (
            &[(CLUSTER, "own")],
            namespaced("own", opt_in(json!({}))),
            "missing-overlay",
            ".spec.overlays[0].name",
            "did you mean kind: PodOverlay",
        ),
        (
            &[(CLUSTER, "spot-workers"), (CLUSTER, "spot-workers")],
            spot(),
            "repeated-overlay",
            ".spec.overlays[1]",
            "listed twice",
        ),
        (
            &[(CLUSTER, "a")],
            cluster("a", opt_in(json!({"selector": {"matchLabels": {"team": "other"}}}))),
            "overlay-not-for-test",
            ".spec.overlays[0]",
            "labels of the test",
        ),
        (
            &[(CLUSTER, "a")],
            cluster("a", opt_in(json!({"namespaceSelector": {"matchLabels": {"tier": "tin"}}}))),
            "overlay-not-for-test",
            ".spec.overlays[0]",
            "namespace",
        ),
    ] {
        let rendered = render(list(listed), vec![overlay]);
        let errors = errors(&rendered);
        assert_eq!(errors.len(), 1, "{listed:?}: {errors:#?}");
        assert_eq!(errors[0].code, code, "{listed:?}");
        assert_eq!(errors[0].path.as_ref().unwrap().to_string(), path, "{listed:?}");
        assert!(errors[0].message.contains(part), "{listed:?}: {}", errors[0].message);
    }
}

#[test]
fn one_name_may_be_listed_in_both_kinds() {
    let overlay = |make: fn(&str, Value) -> Value, key: &str| {
        make(
            "same",
            json!({"optIn": true, "defaults": {"podTemplate": {"metadata": {"annotations": {key: "yes"}}}}}),
        )
    };
    let overlays = vec![overlay(cluster, "c"), overlay(namespaced, "n")];
    let both = json!({"overlays": [{"name": "same"}, {"name": "same", "kind": "PodOverlay"}]});
    let rendered = rendered(test(both), overlays);
    let annotations = &pod(&rendered, Role::Master)["metadata"]["annotations"];
    assert_eq!((&annotations["c"], &annotations["n"]), (&json!("yes"), &json!("yes")));
}

#[test]
fn listing_one_that_applies_anyway_changes_nothing_and_warns() {
    let overlay = || vec![cluster("a", with(json!({})))];
    let listed = rendered(test(json!({"overlays": [{"name": "a"}]})), overlay());
    assert!(codes(&listed).contains(&"overlay-not-opt-in"));
    let plain = rendered(test(json!({})), overlay());
    assert!(listed.jobs().eq(plain.jobs()));
}

#[test]
fn what_is_not_known_of_a_namespace_is_asked_for() {
    let overlay =
        || vec![cluster("a", with(json!({"namespaceSelector": {"matchLabels": {"tier": "gold"}}})))];
    for (namespace, asks) in [
        (Some(team_a()), false),
        (Some(Namespace::named("team-a")), true),
        (None, true),
        // Another namespace's labels say nothing of the test's own.
        (Some(Namespace { name: "team-b".into(), ..team_a() }), true),
    ] {
        let rendered = render_in(test(json!({})), overlay(), namespace.as_ref());
        assert_eq!(codes(&rendered).contains(&"unknown-namespace"), asks, "{namespace:?}");
    }
    let by_name = cluster(
        "a",
        with(json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "team-a"}}})),
    );
    let rendered = render_in(test(json!({})), vec![by_name], None);
    assert_eq!(pod(&rendered, Role::Master)["metadata"]["annotations"]["applied"], "yes");
}

#[test]
fn a_test_without_a_namespace_is_told_of_overlays_that_have_one() {
    let mut nowhere = test(json!({}));
    nowhere["metadata"].as_object_mut().unwrap().remove("namespace");
    let mut unplaced = namespaced("a", with(json!({})));
    unplaced["metadata"].as_object_mut().unwrap().remove("namespace");
    for (overlay, told) in [
        (namespaced("a", with(json!({}))), true),
        (namespaced("a", with(json!({"optIn": true}))), false),
        (cluster("a", with(json!({}))), false),
        // Neither says where it is: kubectl puts both into one namespace.
        (unplaced, false),
    ] {
        let rendered = render_in(nowhere.clone(), vec![overlay.clone()], None);
        assert_eq!(codes(&rendered).contains(&"unknown-namespace"), told, "{overlay}");
    }
}

#[test]
fn a_test_that_an_unreadable_overlay_may_be_for_is_refused() {
    let broken = |mut spec: Value| {
        spec["constraints"] = json!([{"expression": "object."}]);
        spec
    };
    for (overlay, fields, refused) in [
        (cluster("a", broken(json!({}))), json!({}), true),
        (cluster("a", broken(json!({"selector": {"matchLabels": {"team": "other"}}}))), json!({}), false),
        (cluster("a", broken(json!({"optIn": true}))), json!({}), false),
        (cluster("a", broken(json!({"optIn": true}))), json!({"overlays": [{"name": "a"}]}), true),
        (cluster("a", json!({"selector": {"matchLabels": {"a b": "c"}}})), json!({}), true),
    ] {
        let overlays = read_overlays([Document::from_value(overlay.clone())]);
        assert!(!overlays.diagnostics().is_empty());
        let namespace = team_a();
        let surroundings = podgraft_locust::ClusterContext {
            overlays: &overlays,
            namespace: Some(&namespace),
            pod_security: None,
        };
        let test = Document::from_value(test(fields));
        let rendered =
            podgraft_locust::render(&test, &surroundings, &podgraft_locust::config::Config::default());
        assert_eq!(rendered.is_refused(), refused, "{overlay} {:?}", rendered.diagnostics);
        assert_eq!(codes(&rendered).contains(&"invalid-overlay"), refused, "{overlay}");
    }
}

#[test]
fn a_test_is_told_what_is_wrong_with_an_unreadable_overlay() {
    let wrong = |name: &str| json!({"podTemplate": {}, name: {"name": "all"}});
    let broken = cluster(
        "a",
        json!({"priority": "high", "colour": "red", "selektor": {}, "defaults": wrong("eachContainer")}),
    );
    let overlays = read_overlays([Document::from_value(broken)]);
    let namespace = team_a();
    let surroundings = podgraft_locust::ClusterContext {
        overlays: &overlays,
        namespace: Some(&namespace),
        pod_security: None,
    };
    let test = Document::from_value(test(json!({})));
    let rendered = podgraft_locust::render(&test, &surroundings, &podgraft_locust::config::Config::default());
    let said =
        &rendered.diagnostics.iter().find(|one| one.code.as_str() == "invalid-overlay").unwrap().message;
    let start =
        "correct ClusterPodOverlay a, which may apply to this test and cannot be read: .spec.colour: ";
    assert!(said.starts_with(start), "{said}");
    assert!(said.ends_with("; and 1 more") && said.contains("; .spec.selektor: "), "{said}");
}
