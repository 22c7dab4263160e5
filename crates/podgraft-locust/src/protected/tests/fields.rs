//! Container, ports, metadata and test files: what is refused, where, and what still is free.

use serde_json::{Value, json};

use crate::{
    fixture::{base, judged, lines, remove, set},
    pod_context::PodContext,
    protected::protected,
    role::Role::{self, Master, Worker},
};

fn found(role: Role, change: impl FnOnce(&mut Value)) -> Vec<String> {
    lines(&judged(protected, role, change))
}

const NONE: [&str; 0] = [];

#[test]
fn the_container_must_be_there() {
    let rename = |pod: &mut Value| set(pod, "/spec/containers/0/name", json!("main"));
    let wanted =
        r#".spec.containers[name="locust"]: keep the container "locust", under this name: the pod has none"#;
    assert_eq!(found(Worker, rename), [wanted]);
    let moved = found(Worker, |pod| {
        rename(pod);
        set(pod, "/spec/initContainers/-", json!({"name": "locust", "image": "x"}));
    });
    let wanted = r#".spec.containers[name="locust"]: keep the container "locust" among the containers: as an init container it runs before them"#;
    assert_eq!(moved, [wanted]);
    let twice =
        found(Worker, |pod| set(pod, "/spec/initContainers/-", json!({"name": "locust", "image": "x"})));
    let wanted = r#".spec.initContainers[name="locust"]: rename the init container "locust": only the main container may have this name"#;
    assert_eq!(twice, [wanted]);
}

#[test]
fn the_masters_ports_are_protected_and_the_exporter_is_free() {
    let wanted = r#".spec.containers[name="locust"].ports[containerPort=5558,protocol="TCP"]: keep the TCP port 5558 of container "locust": the workers connect to it"#;
    assert_eq!(found(Master, |pod| remove(pod, "/spec/containers/0/ports/1")), [wanted]);
    assert_eq!(found(Master, |pod| set(pod, "/spec/containers/0/ports/1/protocol", json!("UDP"))), [wanted]);
    assert_eq!(found(Master, |pod| set(pod, "/spec/containers/0/ports/1/name", json!("workers"))), NONE);
    assert_eq!(found(Master, |pod| set(pod, "/spec/containers/0/ports/1/protocol", json!("TCP"))), NONE);
    assert_eq!(found(Worker, |pod| remove(pod, "/spec/containers/0/ports")), NONE);
    assert_eq!(found(Master, |pod| remove(pod, "/spec/initContainers/0")), NONE);
}

#[test]
fn the_restart_policy_is_protected() {
    let wanted =
        ".spec.restartPolicy: remove restartPolicy: the operator needs it to be Never, not OnFailure";
    assert_eq!(found(Master, |pod| set(pod, "/spec/restartPolicy", json!("OnFailure"))), [wanted]);
    let wanted = ".spec.restartPolicy: keep restartPolicy: Never: the operator needs it";
    assert_eq!(found(Worker, |pod| remove(pod, "/spec/restartPolicy")), [wanted]);
}

#[test]
fn the_container_locust_does_not_restart_and_others_may() {
    let locust = "/spec/containers/0";
    let place = r#".spec.containers[name="locust"]"#;
    let rules = json!([{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}]);
    for policy in ["Always", "OnFailure"] {
        let wanted = format!(
            "{place}.restartPolicy: remove restartPolicy from container \"locust\": it must not start again, and {policy} would start it"
        );
        assert_eq!(
            found(Worker, |pod| set(pod, &format!("{locust}/restartPolicy"), json!(policy))),
            [wanted]
        );
    }
    let wanted = format!(
        "{place}.restartPolicyRules: remove restartPolicyRules from container \"locust\": it must not start again"
    );
    let with_rules = found(Master, |pod| {
        set(pod, &format!("{locust}/restartPolicy"), json!("Never"));
        set(pod, &format!("{locust}/restartPolicyRules"), rules.clone());
    });
    assert_eq!(with_rules, [wanted]);
    assert_eq!(found(Worker, |pod| set(pod, &format!("{locust}/restartPolicy"), json!("Never"))), NONE);
    for list in ["containers", "initContainers"] {
        let helper =
            json!({"name": "helper", "image": "x", "restartPolicy": "Always", "restartPolicyRules": rules});
        assert_eq!(found(Worker, |pod| set(pod, &format!("/spec/{list}/-"), helper)), NONE);
        let all =
            json!([{"action": "RestartAllContainers", "exitCodes": {"operator": "In", "values": [42]}}]);
        let helper =
            json!({"name": "helper", "image": "x", "restartPolicy": "Never", "restartPolicyRules": all});
        let wanted = format!(
            r#".spec.{list}[name="helper"].restartPolicyRules[0].action: write another action than RestartAllContainers: it starts container "locust" again as well"#
        );
        assert_eq!(found(Worker, |pod| set(pod, &format!("/spec/{list}/-"), helper)), [wanted]);
    }
}

#[test]
fn the_metadata_is_protected() {
    for (change, wanted) in [
        (
            ("performance-test-name", json!("x")),
            r#"leave the label performance-test-name as it was, "checkout": the operator finds the pods by it, not by "x""#,
        ),
        (
            ("managed-by", Value::Null),
            r#"keep the label managed-by: "locust-k8s-operator": the operator finds the pods by it"#,
        ),
        (("job-name", json!("x")), "remove the label job-name: the Job controller sets it itself"),
        (
            ("batch.kubernetes.io/controller-uid", json!("x")),
            "remove the label batch.kubernetes.io/controller-uid: the Job controller sets it itself",
        ),
    ] {
        let (name, value) = change;
        let lines =
            found(Worker, |pod| set(pod, &format!("/metadata/labels/{}", name.replace('/', "~1")), value));
        assert_eq!(lines, [format!(".metadata.labels.{name}: {wanted}")]);
    }
    assert_eq!(found(Worker, |pod| set(pod, "/metadata/labels/app", json!("free"))), NONE);
    assert_eq!(found(Worker, |pod| set(pod, "/metadata/annotations/x", json!("free"))), NONE);
    let wanted = ".metadata.name: remove name from the template's metadata: only labels and annotations may be set there";
    assert_eq!(found(Worker, |pod| set(pod, "/metadata/name", json!("x"))), [wanted]);
    assert_eq!(found(Worker, |pod| remove(pod, "/metadata")).len(), 3);
}

#[test]
fn the_volumes_of_the_test_files_are_protected() {
    let wanted = r#".spec.volumes[name="locust-src"]: leave the source of volume "locust-src" as it was: the test's files are in ConfigMap "checkout-test""#;
    for change in [
        json!({"name": "locust-src", "emptyDir": {}}),
        json!({"name": "locust-src", "configMap": {"name": "other"}}),
        json!({"name": "locust-src", "configMap": {"name": "checkout-test", "items": [{"key": "a", "path": "a"}]}}),
        json!({"name": "locust-src", "configMap": {"name": "checkout-test", "optional": true}}),
    ] {
        assert_eq!(found(Worker, |pod| set(pod, "/spec/volumes/0", change)), [wanted]);
    }
    let modes = json!({"name": "checkout-test", "defaultMode": 365});
    assert_eq!(found(Worker, |pod| set(pod, "/spec/volumes/0/configMap", modes)), NONE);
    let wanted =
        r#".spec.volumes[name="locust-lib"]: keep the volume "locust-lib": it holds the test's files"#;
    assert_eq!(found(Worker, |pod| remove(pod, "/spec/volumes/1")), [wanted]);
}

#[test]
fn the_mounts_of_the_test_files_are_protected() {
    let mount = |rest: &str| {
        format!(r#".spec.containers[name="locust"].volumeMounts[mountPath="/lotest/src"]: {rest}"#)
    };
    let first = "/spec/containers/0/volumeMounts/0";
    let gone =
        mount(r#"keep the mount of volume "locust-src" at /lotest/src: Locust reads the test's files there"#);
    assert_eq!(found(Worker, |pod| remove(pod, first)), [gone]);
    let other =
        mount(r#"mount volume "x" elsewhere: the test's files of volume "locust-src" are at /lotest/src"#);
    assert_eq!(found(Worker, |pod| set(pod, &format!("{first}/name"), json!("x"))), [other]);
    for field in ["subPath", "subPathExpr"] {
        let part = mount(&format!(
            "remove {field} from the mount at /lotest/src: Locust needs all of the test's files there"
        ));
        assert_eq!(found(Worker, |pod| set(pod, &format!("{first}/{field}"), json!("x"))), [part]);
    }
    for (field, value) in
        [("readOnly", json!(true)), ("subPath", json!("")), ("mountPropagation", json!("None"))]
    {
        assert_eq!(found(Worker, |pod| set(pod, &format!("{first}/{field}"), value)), NONE);
    }
}

#[test]
fn nothing_else_is_mounted_at_above_or_below_the_test_files() {
    for path in [
        "/lotest/src/",
        "/lotest",
        "/",
        "/lotest/src/data",
        "//lotest/./src",
        "/x/../lotest/src",
        "lotest/src/a",
    ] {
        let mount = json!({"name": "data", "mountPath": path});
        let wanted = format!(
            r#".spec.containers[name="locust"].volumeMounts[mountPath="{path}"]: mount volume "data" elsewhere than {path}: the test's files are at /lotest/src"#
        );
        assert_eq!(found(Worker, |pod| set(pod, "/spec/containers/0/volumeMounts/-", mount)), [wanted]);
    }
    let device = json!({"name": "disk", "devicePath": "/opt/locust/lib/disk"});
    let lines = found(Worker, |pod| set(pod, "/spec/containers/0/volumeDevices", json!([device])));
    assert!(
        lines.len() == 1
            && lines[0].starts_with(r#".spec.containers[name="locust"].volumeDevices[devicePath="/opt/"#)
    );
    for free in [
        json!({"name": "data", "mountPath": "/lotest/srcs"}),
        json!({"name": "locust-src", "mountPath": "/again"}),
    ] {
        assert_eq!(found(Worker, |pod| set(pod, "/spec/containers/0/volumeMounts/-", free)), NONE);
    }
    let sidecar = json!({"name": "helper", "image": "x", "volumeMounts": [{"name": "locust-src", "mountPath": "/lotest/src/x"}]});
    assert_eq!(found(Worker, |pod| set(pod, "/spec/containers/-", sidecar)), NONE);
}

#[test]
fn a_path_is_reserved_only_while_its_config_map_is_set_and_the_names_always() {
    let mut base = base(Worker);
    remove(&mut base, "/spec/volumes/1");
    remove(&mut base, "/spec/containers/0/volumeMounts/1");
    let mut pod = base.clone();
    set(&mut pod, "/spec/volumes/-", json!({"name": "own", "emptyDir": {}}));
    set(
        &mut pod,
        "/spec/containers/0/volumeMounts/-",
        json!({"name": "own", "mountPath": "/opt/locust/lib"}),
    );
    let judge = |pod: &Value| {
        lines(&protected(&PodContext {
            role: Worker,
            test_name: "t",
            base: &base,
            pod,
            replicas: 1,
            workers: 1,
            work: &podgraft_merge::work::Work::unlimited(),
        }))
    };
    assert_eq!(judge(&pod), NONE);
    set(&mut pod, "/spec/volumes/-", json!({"name": "locust-lib", "emptyDir": {}}));
    let wanted = r#".spec.volumes[name="locust-lib"]: rename the volume "locust-lib": the name is kept for the test's files"#;
    assert_eq!(judge(&pod), [wanted]);
}
