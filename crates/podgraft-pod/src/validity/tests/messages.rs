//! What is said, and of which place.

use serde_json::{Value, json};

use crate::validity::{Workload, validity};
use podgraft_merge::work::Work;
use podgraft_testkit::edits::{lines, remove, set};

/// A pod template with a container and volumes.
fn base() -> Value {
    json!({
        "metadata": {
            "labels": {"app": "checkout", "performance-test-name": "checkout",
                "performance-test-pod-name": "checkout-worker", "managed-by": "locust-k8s-operator"},
            "annotations": {"kubectl.kubernetes.io/default-container": "locust"}
        },
        "spec": {
            "restartPolicy": "Never",
            "initContainers": [],
            "containers": [{"name": "locust", "image": "locustio/locust:2.47.0", "args": ["-f", "test.py"],
                "ports": [{"containerPort": 8080}],
                "volumeMounts": [
                    {"name": "locust-src", "mountPath": "/lotest/src", "readOnly": false},
                    {"name": "locust-lib", "mountPath": "/opt/locust/lib", "readOnly": false}]}],
            "volumes": [
                {"name": "locust-src", "configMap": {"name": "checkout-test"}},
                {"name": "locust-lib", "configMap": {"name": "checkout-lib"}}]
        }
    })
}

/// What is wrong with the base after `change`.
fn judged(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut pod = base();
    change(&mut pod);
    lines(&validity(&pod, Workload::Job, &Work::unlimited()))
}

fn apply(pod: &mut Value, edits: &[(&str, Value)]) {
    for (pointer, value) in edits {
        set(pod, pointer, value.clone());
    }
}

fn found(edits: &[(&str, Value)]) -> Vec<String> {
    judged(|pod| apply(pod, edits))
}

#[test]
fn the_base_is_valid() {
    assert_eq!(judged(|_| ()), Vec::<String>::new());
}

#[test]
fn messages_say_what_to_do_and_where() {
    let c = "/spec/containers/0";
    for (pointer, value, wanted) in [
        (
            format!("{c}/ports"),
            json!([{"containerPort": "8080"}]),
            r#"containers[name="locust"].ports[containerPort="8080",protocol="TCP"].containerPort: write "containerPort" as an integer, not as "8080": remove the quotes"#,
        ),
        (
            format!("{c}/tty"),
            json!("true"),
            r#"containers[name="locust"].tty: write "tty" as true or false, not as "true": remove the quotes"#,
        ),
        (
            format!("{c}/env"),
            json!([{"name": "A", "value": 1}]),
            r#"containers[name="locust"].env[name="A"].value: write "value" as a string, not as 1: put it in quotes"#,
        ),
        (
            format!("{c}/image"),
            json!(true),
            r#"containers[name="locust"].image: write "image" as a string, not as true: put it in quotes, without them y, yes, on and true mean true"#,
        ),
        (
            format!("{c}/args"),
            json!("--x"),
            r#"containers[name="locust"].args: write "args" as a list, not as "--x": write ["--x"]"#,
        ),
        (
            format!("{c}/env"),
            json!([{"value": "x"}]),
            r#"containers[name="locust"].env[0].name: add name: each item of env needs it"#,
        ),
        (
            format!("{c}/imagePullPolicy"),
            json!("always"),
            r#"containers[name="locust"].imagePullPolicy: set imagePullPolicy to Always, IfNotPresent or Never, not "always"; did you mean "Always"?"#,
        ),
        (
            format!("{c}/volumeMounts/-"),
            json!({"name": "locust-scr", "mountPath": "/x"}),
            r#"containers[name="locust"].volumeMounts[mountPath="/x"].name: add a volume named "locust-scr" or correct the mount's name; did you mean "locust-src"?"#,
        ),
        (
            format!("{c}/resources"),
            json!({"limits": {"memory": "1GB"}}),
            r#"containers[name="locust"].resources.limits.memory: write memory as an amount, as in 500m, 2 or 1Gi, not "1GB""#,
        ),
        (
            format!("{c}/resources"),
            json!({"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}),
            r#"containers[name="locust"].resources.requests.cpu: lower it to "1" or less, or raise the limit: a request fits into its limit"#,
        ),
        (
            format!("{c}/livenessProbe"),
            json!({}),
            r#"containers[name="locust"].livenessProbe: give the probe one of exec, httpGet, tcpSocket or grpc: it has none"#,
        ),
        (
            "/spec/volumes/-".into(),
            json!({"name": "x", "emptyDir": {}, "secret": {"secretName": "s"}}),
            r#"volumes[name="x"].secret: remove secret or emptyDir: a volume has only one source"#,
        ),
        (
            "/spec/restartPolicy".into(),
            json!("Always"),
            r#"restartPolicy: set restartPolicy to Never or OnFailure: a Job's pods cannot have "Always""#,
        ),
        (
            "/spec/tolerations".into(),
            json!([{"key": "a", "operator": "Exists", "value": "b"}]),
            "tolerations[0].value: remove value, or set operator to Equal: Exists takes none",
        ),
        (
            "/spec/topologySpreadConstraints".into(),
            json!([{"maxSkew": 0, "topologyKey": "k", "whenUnsatisfiable": "DoNotSchedule"}]),
            r#"topologySpreadConstraints[topologyKey="k",whenUnsatisfiable="DoNotSchedule"].maxSkew: set maxSkew to 1 or more, not 0"#,
        ),
        (
            "/spec/containers/-".into(),
            json!({"name": "My_Helper", "image": "x"}),
            r#"containers[name="My_Helper"].name: write name with lower case letters, digits and "-", a letter or digit at both ends, at most 63 characters, as in "my-name", not "My_Helper""#,
        ),
        (
            "/spec/activeDeadlineSeconds".into(),
            json!(4_294_967_296_i64),
            "activeDeadlineSeconds: set activeDeadlineSeconds to a number from 1 to 2147483647, not 4294967296",
        ),
    ] {
        assert_eq!(found(&[(&pointer, value.clone())]), [format!(".spec.{wanted}")], "{value}");
    }
}

#[test]
fn messages_about_seldom_used_fields_say_so_too() {
    for (pointer, value, wanted) in [
        (
            "/spec/volumes/-",
            json!({"name": "x", "iscsi": {"targetPortal": "10.0.0.1", "iqn": "storage", "lun": 0}}),
            r#"volumes[name="x"].iscsi.iqn: write iqn with iqn, a month, a domain and a name, or eui or naa and its digits, as in "iqn.2001-04.com.example:storage", not "storage""#,
        ),
        (
            "/spec/volumes/-",
            json!({"name": "x", "fc": {}}),
            r#"volumes[name="x"].fc.targetWWNs: add targetWWNs and lun, or wwids: they find the disk"#,
        ),
        (
            "/spec/volumes/-",
            json!({"name": "x", "projected": {"sources": [{"podCertificate": {"signerName": "example.com/ca",
                "keyType": "ED25519", "keyPath": "tls", "certificateChainPath": "tls"}}]}}),
            r#"volumes[name="x"].projected.sources[0].podCertificate.certificateChainPath: choose another path: tls is taken in this volume"#,
        ),
        (
            "/spec/volumes/-",
            json!({"name": "x", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}}, "dataSource": {"kind": "VolumeSnapshot", "name": "a"}}}}}),
            r#"volumes[name="x"].ephemeral.volumeClaimTemplate.spec.dataSource.kind: add the apiGroup of VolumeSnapshot, or set kind to PersistentVolumeClaim: without a group only that is known"#,
        ),
        (
            "/spec/containers/0/securityContext/windowsOptions",
            json!({"runAsUserName": "CORP\\"}),
            r#"containers[name="locust"].securityContext.windowsOptions.runAsUserName: write runAsUserName as USER or DOMAIN\USER: the user has 1 to 104 characters"#,
        ),
    ] {
        assert_eq!(found(&[(pointer, value.clone())]), [format!(".spec.{wanted}")], "{value}");
    }
}

#[test]
fn annotations_that_kubernetes_reads_agree_with_the_fields() {
    let (annotations, profile) = ("/metadata/annotations", "/spec/securityContext/seccompProfile");
    let seccomp = json!({"seccomp.security.alpha.kubernetes.io/pod": "unconfined"});
    let path = ".metadata.annotations.seccomp.security.alpha.kubernetes.io/pod";
    assert_eq!(
        found(&[(annotations, seccomp), (profile, json!({"type": "RuntimeDefault"}))]),
        [format!(
            r#"{path}: remove the annotation seccomp.security.alpha.kubernetes.io/pod, which says "unconfined": seccompProfile says "runtime/default", and the two may not differ"#
        )]
    );
    let mirror = json!({"kubernetes.io/config.mirror": "x"});
    assert_eq!(
        found(&[(annotations, mirror)]),
        [
            ".metadata.annotations.kubernetes.io/config.mirror: remove the annotation kubernetes.io/config.mirror: it is for the pods that a node makes itself"
        ]
    );
    let old = json!({"scheduler.alpha.kubernetes.io/tolerations": "[{\"key\": \"a b\"}]"});
    let found = found(&[(annotations, old)]);
    assert!(found[0].contains("write spec.tolerations: write key with letters"), "{found:?}");
}

#[test]
fn a_wrong_type_is_told_once_and_other_faults_beside_it() {
    let edits = [("/spec/containers/0/image", json!(5)), ("/spec/hostname", json!("A"))];
    let found = found(&edits);
    assert_eq!(found.len(), 2, "{found:?}");
    let mut pod = base();
    apply(&mut pod, &edits);
    let found = validity(&pod, Workload::Job, &Work::unlimited());
    let codes: Vec<&str> = found.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["invalid-structure", "invalid-field"]);
}

#[test]
fn what_is_missing_has_the_path_that_it_would_have() {
    let found = judged(|pod| remove(pod, "/spec/containers/0/image"));
    assert_eq!(
        found,
        [r#".spec.containers[name="locust"].image: add image, as in image: registry.example.com/image:1.0"#]
    );
    let found = judged(|pod| remove(pod, "/spec/restartPolicy"));
    assert_eq!(found, [".spec.restartPolicy: add restartPolicy: Never: a Job needs it, or OnFailure"]);
}

#[test]
fn annotations_have_a_size_together() {
    let with = |length: usize| {
        let text = "x".repeat(length);
        judged(|pod| pod["metadata"]["annotations"] = json!({"a": text}))
    };
    assert_eq!(with(256 * 1024 - 1), Vec::<String>::new());
    assert_eq!(
        with(256 * 1024),
        [".metadata.annotations: shorten the annotations: they take 262145 bytes, and 262144 are allowed"]
    );
    let certificate = |length: usize| {
        let source = json!({"podCertificate": {"signerName": "a.b/c", "keyType": "ED25519", "keyPath": "k",
            "userAnnotations": {"a/b": "x".repeat(length)}}});
        found(&[("/spec/volumes/-", json!({"name": "x", "projected": {"sources": [source]}}))])
    };
    assert_eq!(certificate(256 * 1024 - 3), Vec::<String>::new());
    assert!(certificate(256 * 1024 - 2)[0].contains("userAnnotations: shorten the annotations"));
}
