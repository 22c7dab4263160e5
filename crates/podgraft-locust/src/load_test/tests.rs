//! Reading both versions: what is refused, and where; what v1 becomes.

use serde_json::{Value, json};

use super::*;

fn v2() -> Value {
    json!({
        "apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": "shop"},
        "spec": {"image": "i", "master": {"command": "-f a.py"}, "worker": {"command": "-f a.py", "replicas": 3}}
    })
}

fn v1() -> Value {
    json!({
        "apiVersion": "locust.io/v1", "kind": "LocustTest", "metadata": {"name": "shop"},
        "spec": {"image": "i", "masterCommandSeed": "m", "workerCommandSeed": "w", "workerReplicas": 2}
    })
}

/// `object` with `value` at `pointer`, the last part of which may be new.
fn with(mut object: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    object.pointer_mut(parent).unwrap()[name] = value;
    object
}

fn errors(object: &Value) -> Vec<(&'static str, String, String)> {
    let found = match read(object) {
        Ok((_, found)) | Err(found) => found,
    };
    found
        .into_iter()
        .filter(Diagnostic::is_error)
        .map(|error| (error.code.as_str(), error.path.unwrap().to_string(), error.message))
        .collect()
}

#[test]
fn what_is_wrong_is_told_where_it_is() {
    for (pointer, value, code, path, part) in [
        ("/kind", json!("Job"), "unsupported-kind", ".kind", "LocustTest"),
        ("/apiVersion", json!("locust.io/v3"), "unsupported-version", ".apiVersion", "locust.io/v2"),
        ("/metadata/name", json!("Shop"), "invalid-name", ".metadata.name", "lower case"),
        ("/metadata/name", json!("a..b"), "invalid-name", ".metadata.name", "no DNS name"),
        ("/metadata/name", json!("a-"), "invalid-name", ".metadata.name", "no DNS name"),
        ("/metadata/name", json!(""), "invalid-name", ".metadata.name", "no DNS name"),
        ("/metadata/name", json!("1a"), "invalid-name", ".metadata.name", "start with a letter"),
        ("/metadata/name", json!("a".repeat(57)), "invalid-name", ".metadata.name", "by 1 characters"),
        ("/metadata/name", json!(7), "invalid-name", ".metadata.name", "as a string"),
        ("/metadata", json!({"generateName": "A-"}), "invalid-name", ".metadata.generateName", "lower case"),
        ("/metadata", json!({"generateName": 5}), "invalid-name", ".metadata.generateName", "quotes"),
        ("/metadata", json!({"generateName": ""}), "missing-name", ".metadata.name", "add metadata.name"),
        (
            "/metadata",
            json!({"generateName": "a".repeat(52)}),
            "invalid-name",
            ".metadata.generateName",
            "by 1 characters",
        ),
        ("/metadata", json!("name:a"), "invalid-value", ".metadata", "behind the colon, name: a"),
        ("/metadata", json!([{"name": "a"}]), "invalid-value", ".metadata", "as a map"),
        ("/metadata/labels", json!("x:y"), "invalid-value", ".metadata.labels", "behind the colon, x: y"),
        ("/specs", json!({}), "unknown-field", ".specs", "did you mean \"spec\"?"),
        ("/spec/imag", json!("x"), "unknown-field", ".spec.imag", "did you mean \"image\"?"),
        ("/spec/worker/replicas", json!(0), "invalid-value", ".spec.worker.replicas", "1 or more"),
        ("/spec/worker/replicas", json!(501), "invalid-value", ".spec.worker.replicas", "500 or less"),
        ("/spec/worker/replicas", json!("3"), "invalid-value", ".spec.worker.replicas", "an integer"),
        ("/spec/imagePullPolicy", json!("Often"), "invalid-value", ".spec.imagePullPolicy", "one of"),
        ("/spec/master", json!({}), "invalid-value", ".spec.master.command", "add \"command\""),
        (
            "/spec/scheduling",
            json!({"runtimeClassName": "A"}),
            "invalid-value",
            ".spec.scheduling.runtimeClassName",
            "matches",
        ),
        ("/spec/podTemplate", json!([]), "invalid-value", ".spec.podTemplate", "a map"),
        (
            "/spec/env",
            json!({"variables": [{"value": "x"}]}),
            "invalid-value",
            ".spec.env.variables[0].name",
            "add \"name\"",
        ),
        (
            "/spec/volumes",
            json!([{"name": "a", "emptydir": {}}]),
            "unknown-field",
            ".spec.volumes[0].emptydir",
            "emptyDir",
        ),
        (
            "/spec/volumeMounts",
            json!([{"name": "a", "mountPath": "/a", "target": "all"}]),
            "invalid-value",
            ".spec.volumeMounts[0].target",
            "one of",
        ),
        (
            "/spec/volumes",
            json!([{"name": "secret-x", "emptyDir": {}}]),
            "reserved-volume-name",
            ".spec.volumes[0].name",
            "rename",
        ),
        (
            "/spec/workerVolumes",
            json!([{"name": "locust-src", "emptyDir": {}}]),
            "reserved-volume-name",
            ".spec.workerVolumes[0].name",
            "rename",
        ),
        (
            "/spec/observability",
            json!({"openTelemetry": {"enabled": true}}),
            "missing-endpoint",
            ".spec.observability.openTelemetry.endpoint",
            "add the endpoint",
        ),
        ("/spec/job", json!({"backoffLimit": -1}), "invalid-value", ".spec.job.backoffLimit", "0 or more"),
    ] {
        let found = errors(&with(v2(), pointer, value.clone()));
        assert_eq!(found.len(), 1, "{pointer} {value}: {found:?}");
        assert_eq!((found[0].0, found[0].1.as_str()), (code, path), "{pointer} {value}");
        assert!(found[0].2.contains(part), "{pointer} {value}: {}", found[0].2);
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let object = with(
        with(with(v2(), "/spec/imag", json!("x")), "/spec/worker/replicas", json!(0)),
        "/metadata/name",
        json!("A"),
    );
    let codes: Vec<&str> = errors(&object).iter().map(|error| error.0).collect();
    assert_eq!(codes, ["invalid-name", "unknown-field", "invalid-value"]);
}

#[test]
fn names_that_kubernetes_takes_are_taken() {
    for name in ["a", "a.b", "shop-2", &"a".repeat(56)] {
        assert_eq!(errors(&with(v2(), "/metadata/name", json!(name))), [], "{name}");
    }
    for name in ["a", "a.", "shop-2-", &"a".repeat(51)] {
        let named = with(v2(), "/metadata", json!({"generateName": name}));
        assert_eq!(errors(&named), [], "{name}");
        assert_eq!(read(&named).unwrap().0.name, format!("{name}xxxxx"));
        let with_empty = with(named, "/metadata/name", json!(""));
        assert_eq!(name_of(&with_empty), Some(read(&with_empty).unwrap().0.name));
    }
}

#[test]
fn templates_are_not_looked_into() {
    let template = json!({"spec": {"nosuchfield": 1, "containers": [{"name": "locust", "$patch": "delete"}], "$unset": ["x"]}});
    let (test, _) = read(&with(v2(), "/spec/workerPodTemplate", template.clone())).unwrap();
    assert_eq!(test.spec.overrides.worker_pod_template, Some(template));
}

#[test]
fn what_the_author_wrote_stays_as_it_is() {
    let volume = json!({"name": "a", "emptyDir": {"sizeLimit": 5}});
    let (test, _) = read(&with(v2(), "/spec/volumes", json!([volume]))).unwrap();
    assert_eq!(test.spec.overrides.volumes, [volume]);
}

#[test]
fn v1_becomes_v2() {
    let mut object = v1();
    let spec = object["spec"].as_object_mut().unwrap();
    for (name, value) in [
        ("imagePullPolicy", json!("Always")),
        ("imagePullSecrets", json!(["one", "two"])),
        ("configMap", json!("files")),
        ("labels", json!({"master": {"a": "m"}, "worker": {"a": "w"}})),
        ("annotations", json!({"worker": {"b": "w"}})),
        (
            "affinity",
            json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"zone": "z", "disk": "ssd"}}}),
        ),
        ("tolerations", json!([{"key": "k", "operator": "Exists", "effect": "NoExecute"}])),
    ] {
        spec.insert(name.to_owned(), value);
    }
    let (test, _) = read(&object).unwrap();
    let spec = serde_json::to_value(&test.spec).unwrap();
    assert_eq!(
        spec,
        json!({
            "image": "i", "imagePullPolicy": "Always", "imagePullSecrets": [{"name": "one"}, {"name": "two"}],
            "master": {"command": "m", "labels": {"a": "m"}},
            "worker": {"command": "w", "replicas": 2, "labels": {"a": "w"}, "annotations": {"b": "w"}},
            "testFiles": {"configMapRef": "files"},
            "scheduling": {
                "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                    {"matchExpressions": [
                        {"key": "disk", "operator": "In", "values": ["ssd"]}, {"key": "zone", "operator": "In", "values": ["z"]}
                    ]}
                ]}}},
                "tolerations": [{"key": "k", "operator": "Exists", "effect": "NoExecute"}]
            }
        })
    );
}

#[test]
fn an_empty_affinity_of_v1_is_none() {
    let none = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}}});
    let (test, _) = read(&with(v1(), "/spec/affinity", none)).unwrap();
    assert!(test.spec.scheduling.is_none());
}

#[test]
fn what_a_test_of_v1_keeps_of_v2_is_read_and_checked() {
    let kept = |spec: Value| {
        let text = json!({"version": "v2", "spec": spec}).to_string();
        with(v1(), "/metadata/annotations", json!({"locust.io/conversion": text}))
    };
    let (test, _) =
        read(&kept(json!({"worker": {"extraArgs": ["--x"]}, "env": {"variables": null}}))).unwrap();
    assert_eq!(test.spec.worker.extra_args, ["--x"]);
    for (spec, part) in [
        (json!({"worker": {"extraArgs": "--x"}}), ".spec.worker.extraArgs"),
        (json!({"security": {"podSecurity": {}}}), ".spec.security.podSecurity"),
    ] {
        let found = errors(&kept(spec));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].1, ".metadata.annotations.locust.io/conversion", "{found:?}");
        assert!(found[0].2.contains(part), "{found:?}");
    }
}

#[test]
fn v1_is_checked_by_its_own_rules() {
    for (pointer, value, path) in [
        ("/spec/worker", json!({}), ".spec.worker"),
        ("/spec/workerReplicas", json!(0), ".spec.workerReplicas"),
        (
            "/spec/tolerations",
            json!([{"key": "k", "operator": "In", "effect": "NoExecute"}]),
            ".spec.tolerations[0].operator",
        ),
        ("/spec/podTemplate", json!("x"), ".spec.podTemplate"),
    ] {
        let found = errors(&with(v1(), pointer, value));
        assert_eq!(found.iter().map(|error| error.1.as_str()).collect::<Vec<_>>(), [path], "{found:?}");
    }
}

#[test]
fn places_are_named_as_in_the_author_s_version() {
    let (old, _) = read(&v1()).unwrap();
    let (new, _) = read(&v2()).unwrap();
    for (fields, tail, wanted) in [
        (&["spec", "master", "command"][..], None, ".spec.masterCommandSeed"),
        (&["spec", "worker", "replicas"], None, ".spec.workerReplicas"),
        (&["spec", "worker", "labels", "a"], None, ".spec.labels.worker.a"),
        (&["spec", "testFiles", "libConfigMapRef"], None, ".spec.libConfigMap"),
        (&["spec", "scheduling", "tolerations"], Some(1), ".spec.tolerations[1]"),
        (&["spec", "volumes"], Some(0), ".spec.volumes[0]"),
        (&["spec", "image"], None, ".spec.image"),
    ] {
        let path = FieldPath::fields(fields.iter().copied());
        let path = tail.map_or(path.clone(), |index| path.index(index));
        assert_eq!(old.origin(&path).to_string(), wanted);
        assert_eq!(new.origin(&path), path);
    }
}
