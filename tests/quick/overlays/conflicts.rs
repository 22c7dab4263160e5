//! Overlays of one band and priority that write the same place differently are told.

use podgraft_locust::role::Role;
use serde_json::{Value, json};

use super::render::{cluster, codes, namespaced, pod, render, rendered, test};

fn spec(fields: Value) -> Value {
    json!({"podTemplate": {"spec": fields}})
}

fn volume(source: Value) -> Value {
    let mut volume = json!({"name": "v"});
    super::render::merge(&mut volume, source);
    spec(json!({"volumes": [volume]}))
}

/// What two overlays of one band and priority write is a conflict there, or none.
fn is_conflict(one: Value, other: Value, path: Option<&str>) {
    for make in [cluster as fn(&str, Value) -> Value, namespaced] {
        for part in ["defaults", "overrides"] {
            let overlays =
                vec![make("a", json!({part: one.clone()})), make("b", json!({part: other.clone()}))];
            let rendered = render(test(json!({})), overlays);
            let found = &rendered.conflicts;
            let paths: Vec<String> =
                found.iter().flat_map(|conflict| &conflict.paths).map(ToString::to_string).collect();
            match path {
                Some(path) => {
                    assert_eq!(found.len(), 1, "{part}: {one} {other}: {paths:?}");
                    assert!(paths.iter().any(|found| found == path), "{part}: {one} {other}: {paths:?}");
                    assert_eq!((&*found[0].loser.name, &*found[0].winner.name), ("a", "b"));
                }
                None => assert!(found.is_empty(), "{part}: {one} {other}: {paths:?}"),
            }
            let said = codes(&rendered).iter().filter(|code| **code == "overlay-conflict").count();
            assert_eq!(said, usize::from(path.is_some()), "{part}: {one} {other}: both roles, said once");
        }
    }
}

#[test]
fn writes_that_overlap_are_conflicts() {
    let toleration = |key: &str| json!([{"key": key, "operator": "Exists"}]);
    let locust = |fields: Value| {
        let mut container = json!({"name": "locust"});
        super::render::merge(&mut container, fields);
        spec(json!({"containers": [container]}))
    };
    for (one, other, path) in [
        // The same leaf.
        (
            spec(json!({"priorityClassName": "a"})),
            spec(json!({"priorityClassName": "b"})),
            Some(".spec.priorityClassName"),
        ),
        (spec(json!({"priorityClassName": "a"})), spec(json!({"priorityClassName": "a"})), None),
        (spec(json!({"priorityClassName": "a"})), spec(json!({"hostNetwork": false})), None),
        (spec(json!({"nodeSelector": {"a": "1"}})), spec(json!({"nodeSelector": {"b": "1"}})), None),
        (
            spec(json!({"nodeSelector": {"a": "1"}})),
            spec(json!({"nodeSelector": {"a": "2"}})),
            Some(".spec.nodeSelector.a"),
        ),
        (
            locust(json!({"resources": {"limits": {"memory": "1Gi"}}})),
            locust(json!({"resources": {"limits": {"memory": "2Gi"}}})),
            Some(".spec.containers[name=\"locust\"].resources.limits.memory"),
        ),
        (
            locust(json!({"resources": {"limits": {"memory": "1Gi"}}})),
            locust(json!({"resources": {"limits": {"cpu": "2"}}})),
            None,
        ),
        // Lists that are replaced as a whole.
        (
            spec(json!({"tolerations": toleration("a")})),
            spec(json!({"tolerations": toleration("b")})),
            Some(".spec.tolerations"),
        ),
        (spec(json!({"tolerations": toleration("a")})), spec(json!({"tolerations": toleration("a")})), None),
        (
            spec(json!({"tolerations": toleration("a")})),
            spec(json!({"tolerations": [toleration("a")[0], toleration("b")[0]]})),
            Some(".spec.tolerations"),
        ),
        (
            spec(json!({"$append/tolerations": toleration("a")})),
            spec(json!({"$append/tolerations": toleration("b")})),
            None,
        ),
        (
            spec(json!({"$append/tolerations": toleration("a")})),
            spec(json!({"tolerations": toleration("b")})),
            Some(".spec.tolerations"),
        ),
        (
            spec(json!({"tolerations": toleration("b")})),
            spec(json!({"$append/tolerations": toleration("a")})),
            Some(".spec.tolerations"),
        ),
    ] {
        is_conflict(one, other, path);
    }
}

#[test]
fn writes_below_what_the_other_replaces_or_removes_are_conflicts() {
    let claim = |fields: Value| spec(json!({"securityContext": fields}));
    for (one, other, path) in [
        (
            claim(json!({"runAsUser": 1})),
            claim(json!({"$patch": "replace", "fsGroup": 2})),
            Some(".spec.securityContext"),
        ),
        (
            claim(json!({"$patch": "replace", "fsGroup": 2})),
            claim(json!({"runAsUser": 1})),
            Some(".spec.securityContext"),
        ),
        (
            claim(json!({"seccompProfile": {"type": "Unconfined"}})),
            spec(json!({"$unset": ["securityContext"]})),
            Some(".spec.securityContext"),
        ),
        (spec(json!({"$unset": ["securityContext"]})), spec(json!({"$unset": ["securityContext"]})), None),
        (
            volume(json!({"emptyDir": {}})),
            volume(json!({"configMap": {"name": "x"}})),
            Some(".spec.volumes[name=\"v\"].emptyDir"),
        ),
        (volume(json!({"emptyDir": {}})), volume(json!({"emptyDir": {}})), None),
        (volume(json!({"emptyDir": {}})), volume(json!({"emptyDir": {"medium": "Memory"}})), None),
    ] {
        is_conflict(one, other, path);
    }
}

#[test]
fn only_overlays_of_one_band_and_priority_can_be_in_conflict() {
    let class = |name: &str| spec(json!({"priorityClassName": name}));
    let with = |priority: i32, part: &str, class: Value| json!({"priority": priority, part: class});
    for (overlays, told) in [
        (
            vec![
                cluster("a", with(0, "defaults", class("x"))),
                cluster("b", with(1, "defaults", class("y"))),
            ],
            false,
        ),
        (
            vec![
                cluster("a", with(0, "defaults", class("x"))),
                cluster("b", with(0, "overrides", class("y"))),
            ],
            false,
        ),
        (
            vec![
                cluster("a", with(0, "defaults", class("x"))),
                namespaced("b", with(0, "defaults", class("y"))),
            ],
            false,
        ),
        (
            vec![
                cluster("a", with(7, "defaults", class("x"))),
                cluster("b", with(7, "defaults", class("y"))),
            ],
            true,
        ),
        // What lies between or above does not matter: the overlays themselves disagree.
        (
            vec![
                cluster("a", with(7, "defaults", class("x"))),
                cluster("b", with(7, "defaults", class("y"))),
                cluster("c", with(0, "overrides", class("z"))),
            ],
            true,
        ),
    ] {
        let rendered = rendered(test(json!({})), overlays.clone());
        assert_eq!(codes(&rendered).contains(&"overlay-conflict"), told, "{overlays:?}");
    }
}

#[test]
fn the_outcome_does_not_depend_on_the_order_of_reading() {
    let overlay = |name: &str| cluster(name, json!({"defaults": spec(json!({"priorityClassName": name}))}));
    for names in [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]] {
        let rendered = rendered(test(json!({})), names.map(overlay).to_vec());
        assert_eq!(pod(&rendered, Role::Master)["spec"]["priorityClassName"], "c");
        let pairs = rendered.conflicts.iter().map(|one| format!("{} {}", one.loser.name, one.winner.name));
        assert_eq!(pairs.collect::<Vec<_>>(), ["a b", "a c", "b c"]);
    }
}

#[test]
fn a_conflict_is_told_once_for_both_pods() {
    let policy = |name: &str, policy: &str| {
        cluster(name, json!({"defaults": {"eachContainer": {"imagePullPolicy": policy}}}))
    };
    let rendered = rendered(test(json!({})), vec![policy("a", "Always"), policy("b", "Never")]);
    let [conflict] = &rendered.conflicts[..] else { panic!("{:#?}", rendered.conflicts) };
    assert_eq!(conflict.pods, ["master", "worker"]);
    let paths: Vec<String> = conflict.paths.iter().map(ToString::to_string).collect();
    // The exporter is in the master's pod only.
    let exporter = ".spec.initContainers[name=\"locust-metrics-exporter\"].imagePullPolicy";
    assert_eq!(paths, [".spec.containers[name=\"locust\"].imagePullPolicy", exporter]);
    assert_eq!(codes(&rendered).iter().filter(|code| **code == "overlay-conflict").count(), 1);
}

#[test]
fn a_conflict_in_one_pod_names_it() {
    let class = |name: &str| {
        cluster(name, json!({"defaults": {"workerPodTemplate": {"spec": {"priorityClassName": name}}}}))
    };
    let rendered = rendered(test(json!({})), vec![class("a"), class("b")]);
    let [conflict] = &rendered.conflicts[..] else { panic!("{:#?}", rendered.conflicts) };
    assert_eq!(conflict.pods, ["worker"]);
    assert_eq!(conflict.diagnostic.layer_name(), Some("worker pod"));
}

#[test]
fn everybody_who_disagrees_is_told() {
    let class = |(name, class): (&str, &str)| {
        cluster(name, json!({"defaults": spec(json!({"priorityClassName": class}))}))
    };
    for (written, told) in [
        ([("a", "x"), ("b", "x"), ("c", "z")], &["a c", "b c"][..]),
        ([("a", "x"), ("b", "z"), ("c", "x")], &["a b", "b c"]),
    ] {
        let rendered = rendered(test(json!({})), written.map(class).to_vec());
        let pairs = rendered.conflicts.iter().map(|one| format!("{} {}", one.loser.name, one.winner.name));
        assert_eq!(pairs.collect::<Vec<_>>(), told);
    }
}
