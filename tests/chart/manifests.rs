//! `deploy`: what the chart installs, as plain manifests. UPDATE=1 writes them.

use podgraft_pod::manifest::to_yaml;
use podgraft_testkit::{control_plane::ControlPlane, files::root, snapshot::assert_file};
use serde_json::{Value, json};

use crate::helm::{objects, rendered_as};

/// What says that Helm manages an object.
const OF_HELM: [&str; 3] = ["app.kubernetes.io/managed-by", "helm.sh/chart", "helm.sh/resource-policy"];

/// The chart's objects at its defaults, without what says that Helm manages them.
fn manifests() -> Vec<Value> {
    let namespace = json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": "podgraft",
            "labels": { "pod-security.kubernetes.io/enforce": "restricted" }
        }
    });
    let mut all = vec![namespace];
    for mut object in objects(&rendered_as("helm4", "podgraft", "podgraft", &[])) {
        without_helm(&mut object["metadata"]);
        if let Some(metadata) = object.pointer_mut("/spec/template/metadata") {
            without_helm(metadata);
        }
        all.push(object);
    }
    all
}

fn without_helm(metadata: &mut Value) {
    for map in ["labels", "annotations"] {
        let Some(entries) = metadata.get_mut(map).and_then(Value::as_object_mut) else { continue };
        entries.retain(|name, _| !OF_HELM.contains(&name.as_str()));
        if entries.is_empty() {
            metadata.as_object_mut().unwrap().remove(map);
        }
    }
}

#[test]
fn the_plain_manifests_are_what_the_chart_installs() {
    let mut text =
        "# What the chart installs at its defaults. Made by UPDATE=1 cargo test --test chart manifests\n"
            .to_owned();
    for object in manifests() {
        text.push_str("---\n");
        text.push_str(&to_yaml(&object));
    }
    assert_file(&root().join("deploy/install.yaml"), &text);
}

/// In one go, on a server that has never seen them, and the same again.
#[test]
fn a_server_takes_the_plain_manifests_twice() {
    let plane = ControlPlane::start();
    let apply = || plane.kubectl_ok(&["apply", "--server-side", "-k", "deploy"], b"");
    assert_eq!(apply().lines().count(), manifests().len());
    let versions = || {
        let kinds = "crd,clusterrole,clusterrolebinding,role,rolebinding,deployment,configmap,serviceaccount,poddisruptionbudget";
        let path =
            "jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.resourceVersion}{\"\\n\"}{end}";
        plane.kubectl_ok(
            &["get", kinds, "-n", "podgraft", "-l", "app.kubernetes.io/name=podgraft", "-o", path],
            b"",
        )
    };
    // Until the server has looked at its new definitions.
    for name in ["locusttests", "clusterpodoverlays", "podoverlays"] {
        let crd = format!("crd/{name}.locust.io");
        plane.kubectl_ok(&["wait", "--for=condition=Established", &crd, "--timeout=60s"], b"");
    }
    std::thread::sleep(std::time::Duration::from_secs(2));
    let before = versions();
    apply();
    assert_eq!(versions(), before, "nothing changes by being applied again");
    assert!(before.lines().count() > 10, "{before}");
}
