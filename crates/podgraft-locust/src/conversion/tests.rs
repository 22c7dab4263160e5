//! What becomes of single fields, and of edits in the other version.

use serde_json::{Value, json};

use super::*;

fn object(version: Version, spec: &Value) -> Value {
    json!({
        "apiVersion": version.api_version(), "kind": "LocustTest",
        "metadata": {"name": "shop", "annotations": {"team": "checkout"}}, "spec": spec
    })
}

fn converted(object: &Value, to: Version) -> Value {
    convert(object, to).unwrap()
}

fn kept(object: &Value) -> Value {
    let text = object["metadata"]["annotations"].get(ANNOTATION).and_then(Value::as_str);
    text.map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}

/// What both versions can say.
fn common() -> (Value, Value) {
    let v1 = json!({
        "image": "i", "imagePullPolicy": "Always", "imagePullSecrets": ["one", "two"],
        "masterCommandSeed": "m", "workerCommandSeed": "w", "workerReplicas": 3, "configMap": "c", "libConfigMap": "l",
        "labels": {"master": {"a": "b"}, "worker": {"c": "d"}}, "annotations": {"master": {"e": "f"}},
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"zone": "a", "arch": "arm64"}}},
        "tolerations": [{"key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"}],
        "observability": {"metricsExporter": {"enabled": false}},
        "podTemplate": {"spec": {"$append/tolerations": [{"key": null}]}}, "job": {"suspend": true}
    });
    let v2 = json!({
        "image": "i", "imagePullPolicy": "Always", "imagePullSecrets": [{"name": "one"}, {"name": "two"}],
        "master": {"command": "m", "labels": {"a": "b"}, "annotations": {"e": "f"}},
        "worker": {"command": "w", "replicas": 3, "labels": {"c": "d"}},
        "testFiles": {"configMapRef": "c", "libConfigMapRef": "l"},
        "scheduling": {
            "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                {"matchExpressions": [
                    {"key": "arch", "operator": "In", "values": ["arm64"]}, {"key": "zone", "operator": "In", "values": ["a"]}
                ]}
            ]}}},
            "tolerations": [{"key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"}]
        },
        "observability": {"metricsExporter": {"enabled": false}},
        "podTemplate": {"spec": {"$append/tolerations": [{"key": null}]}}, "job": {"suspend": true}
    });
    (v1, v2)
}

#[test]
fn what_both_versions_say_needs_no_annotation() {
    let (v1, v2) = common();
    let (v1, v2) = (object(Version::V1, &v1), object(Version::V2, &v2));
    assert_eq!(converted(&v1, Version::V2), v2);
    assert_eq!(converted(&v2, Version::V1), v1);
    assert_eq!(converted(&v1, Version::V1), v1);
    assert_eq!(converted(&v2, Version::V2), v2);
}

/// Specs of v2 with something that v1 cannot say, each with all that it becomes there.
fn only_v2() -> Vec<(Value, Value)> {
    let affinity = |terms: Value| {
        json!({"scheduling": {"affinity": {"nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}
        }}}, "worker": {"replicas": 1}})
    };
    let zones = json!({"key": "zone", "operator": "In", "values": ["a", "b"]});
    let arch = json!({"key": "arch", "operator": "In", "values": ["arm64"]});
    vec![
        (json!({}), json!({})),
        (json!({"master": {}, "worker": {}, "scheduling": {}}), json!({})),
        (
            json!({"master": null, "worker": {"replicas": 1, "labels": {}}}),
            json!({"workerReplicas": 1, "labels": {"worker": {}}}),
        ),
        (json!({"worker": {"replicas": null}}), json!({"workerReplicas": null})),
        (
            json!({"worker": {"replicas": 2, "extraArgs": ["--x"]}, "env": {"variables": [{"name": "A"}]}}),
            json!({"workerReplicas": 2}),
        ),
        (
            json!({"security": {"podSecurityContext": {"runAsUser": 5}}, "worker": {"replicas": 1}}),
            json!({"workerReplicas": 1}),
        ),
        (
            json!({"imagePullSecrets": [{"name": "a", "b": 1}, {}], "worker": {"replicas": 1}}),
            json!({"imagePullSecrets": ["a"], "workerReplicas": 1}),
        ),
        (
            json!({"scheduling": {"tolerations": [
                {"operator": "Exists"}, {"key": "a", "effect": "NoExecute", "tolerationSeconds": 5}
            ], "nodeSelector": {"a": "b"}}, "worker": {"replicas": 1}}),
            json!({"tolerations": [{"key": "a", "operator": "Equal", "effect": "NoExecute"}], "workerReplicas": 1}),
        ),
        (affinity(json!([{"matchExpressions": [zones]}])), json!({"workerReplicas": 1})),
        (
            affinity(json!([{"matchExpressions": [arch]}, {"matchExpressions": [arch]}])),
            json!({"workerReplicas": 1}),
        ),
        (
            affinity(json!([{"matchExpressions": [zones, arch], "matchFields": [zones]}])),
            json!({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"arch": "arm64"}}}, "workerReplicas": 1}),
        ),
        (
            json!({"observability": {"openTelemetry": {"enabled": true}, "metricsExporter": {}}, "worker": {"replicas": 1}}),
            json!({"observability": {"metricsExporter": {}}, "workerReplicas": 1}),
        ),
        (
            json!({"labels": {"master": {}}, "configMap": 5, "worker": {"replicas": 1}}),
            json!({"workerReplicas": 1}),
        ),
        (
            json!({"env": 5, "master": [1], "scheduling": "x", "worker": {"replicas": "1"}}),
            json!({"workerReplicas": "1"}),
        ),
    ]
}

#[test]
fn what_v1_cannot_say_is_kept_and_comes_back() {
    for (v2, v1) in only_v2() {
        let before = object(Version::V2, &v2);
        let there = converted(&before, Version::V1);
        assert_eq!(there["spec"], v1, "{v2}");
        assert_eq!(kept(&there)["version"], "v2", "{v2}");
        assert_eq!(there["metadata"]["annotations"]["team"], "checkout");
        assert_eq!(converted(&there, Version::V2), before);
        assert_eq!(converted(&converted(&there, Version::V2), Version::V1), there);
    }
}

#[test]
fn what_v2_cannot_say_is_kept_and_comes_back() {
    for (v1, v2) in [
        (json!({}), json!({"worker": {"replicas": 1}})),
        (json!({"workerReplicas": null}), json!({"worker": {"replicas": 1}})),
        (json!({"labels": {}, "workerReplicas": 1}), json!({"worker": {"replicas": 1}})),
        (
            json!({"labels": {"both": {"a": "b"}, "master": {}}, "workerReplicas": 1}),
            json!({"master": {"labels": {}}, "worker": {"replicas": 1}}),
        ),
        (json!({"affinity": {"podAffinity": {}}, "workerReplicas": 1}), json!({"worker": {"replicas": 1}})),
        (json!({"env": {"a": 1}, "master": {}, "workerReplicas": 1}), json!({"worker": {"replicas": 1}})),
        (
            json!({"imagePullSecrets": [{"name": "a"}], "workerReplicas": 1}),
            json!({"worker": {"replicas": 1}}),
        ),
    ] {
        let before = object(Version::V1, &v1);
        let there = converted(&before, Version::V2);
        assert_eq!((&there["spec"], &kept(&there)["version"]), (&v2, &json!("v1")), "{v1}");
        assert_eq!(converted(&there, Version::V1), before);
        assert_eq!(converted(&converted(&there, Version::V1), Version::V2), there);
    }
}

/// An object of v2 as it is after `edit` changed its form in v1.
fn edited_in_v1(v2: &Value, edit: impl FnOnce(&mut Value)) -> Value {
    let mut there = converted(&object(Version::V2, v2), Version::V1);
    edit(&mut there["spec"]);
    converted(&there, Version::V2)
}

#[test]
fn an_edit_in_v1_leaves_alone_what_v1_does_not_show() {
    let toleration = |key: &str, seconds: Option<i64>| {
        let mut toleration = json!({"key": key, "operator": "Exists", "effect": "NoExecute"});
        if let Some(seconds) = seconds {
            toleration["tolerationSeconds"] = seconds.into();
        }
        toleration
    };
    let v2 = json!({
        "image": "i", "master": {"command": "m", "extraArgs": ["--x"]}, "worker": {"command": "w", "replicas": 1},
        "scheduling": {"tolerations": [toleration("a", Some(5)), {"operator": "Exists"}, toleration("b", Some(6))],
            "affinity": {"podAffinity": {"a": 1}}},
    });
    let after = edited_in_v1(&v2, |v1| {
        v1["masterCommandSeed"] = "other".into();
        v1["tolerations"] = json!([toleration("c", None), toleration("b", None)]);
    });
    let mut expected = v2;
    expected["master"]["command"] = "other".into();
    expected["scheduling"]["tolerations"] =
        json!([toleration("c", None), toleration("b", Some(6)), {"operator": "Exists"}]);
    assert_eq!(after["spec"], expected);
    assert_eq!(kept(&after), Value::Null);
}

#[test]
fn an_edit_of_the_node_labels_keeps_the_other_demands() {
    const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    let expression = |key: &str, values: &[&str]| json!({"key": key, "operator": "In", "values": values});
    let selector = |expressions: Value| {
        json!({"worker": {"replicas": 1}, "scheduling": {"affinity": {"nodeAffinity": {
            REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": expressions}]}
        }}}})
    };
    let before = selector(json!([
        expression("zone", &["a", "b"]),
        expression("os", &["linux"]),
        expression("arch", &["arm64"])
    ]));
    let after = edited_in_v1(&before, |v1| {
        v1["affinity"]["nodeAffinity"][REQUIRED] = json!({"arch": "arm64", "disk": "ssd"});
    });
    let expected = selector(json!([
        expression("zone", &["a", "b"]),
        expression("arch", &["arm64"]),
        expression("disk", &["ssd"])
    ]));
    assert_eq!(after["spec"], expected);
    let only_labels = selector(json!([expression("zone", &["a"]), expression("arch", &["arm64"])]));
    let after = edited_in_v1(&only_labels, |v1| {
        v1.as_object_mut().unwrap().remove("affinity");
    });
    assert_eq!(after["spec"], json!({"worker": {"replicas": 1}}));
}

#[test]
fn what_was_edited_in_v2_is_not_restored() {
    let before = object(Version::V1, &json!({"labels": {}, "workerReplicas": null}));
    let mut there = converted(&before, Version::V2);
    there["spec"]["worker"] = json!({"replicas": 4, "labels": {"a": "b"}});
    let back = converted(&there, Version::V1);
    assert_eq!(back, object(Version::V1, &json!({"labels": {"worker": {"a": "b"}}, "workerReplicas": 4})));
}

#[test]
fn the_annotation_goes_with_its_map_and_a_wrong_one_says_nothing() {
    let mut bare = object(Version::V2, &json!({"env": {}, "worker": {"replicas": 1}}));
    bare["metadata"].as_object_mut().unwrap().remove("annotations");
    assert_eq!(converted(&converted(&bare, Version::V1), Version::V2), bare);
    for text in [
        json!("{"),
        json!("[]"),
        json!("{\"version\":\"v1\",\"spec\":{\"env\":{}}}"),
        json!(5),
        json!(null),
        json!("{\"version\":\"v2\",\"spec\":[],\"absent\":5}"),
        json!("{\"version\":\"v2\",\"spec\":{\"image\":\"other\"}}"),
        json!("[".repeat(10_000)),
    ] {
        let mut v1 = object(Version::V1, &common().0);
        v1["metadata"]["annotations"][ANNOTATION] = text;
        assert_eq!(converted(&v1, Version::V2), object(Version::V2, &common().1));
    }
}

#[test]
fn what_is_no_test_is_refused_where_it_is() {
    let whole = object(Version::V1, &common().0);
    for (pointer, value, path) in [
        ("/kind", json!("Job"), ".kind"),
        ("/apiVersion", json!("locust.io/v3"), ".apiVersion"),
        ("/apiVersion", json!(1), ".apiVersion"),
        ("/spec", json!("image: i"), ".spec"),
        ("/spec", json!([]), ".spec"),
        ("/metadata", json!([]), ".metadata"),
        ("/metadata/annotations", json!("a: b"), ".metadata.annotations"),
    ] {
        let mut wrong = whole.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let error = convert(&wrong, Version::V2).unwrap_err();
        assert_eq!(error.path.unwrap().to_string(), path);
    }
    for value in [json!(null), json!(5), json!([]), json!({})] {
        assert!(convert(&value, Version::V2).is_err(), "{value}");
    }
    for spec in [json!(null), Value::Null] {
        let converted = converted(&object(Version::V1, &spec), Version::V2);
        assert_eq!(converted, object(Version::V2, &spec));
    }
}
