//! The operator where the public operator was: tests stored by its CRD, in both versions.

use std::{fs, net::TcpStream, thread::sleep, time::Duration};

use podgraft_pod::manifest;
use podgraft_testkit::{cluster::Cluster, files::root, operator_process::OperatorProcess};
use serde_json::{Value, json};

use crate::{
    cluster,
    conversion::{begin_webhook, converted_crd},
    scenario::{http, test},
};

/// The CRD of LocustTests.
const CRD: &str = "locusttests.locust.io";

/// The public operator's CRD, which stores this version, and serves others with it only where v2 is stored.
fn public_crd(stored: &str) -> String {
    let bytes = fs::read(root().join("tests/operator/public-crd.yaml")).unwrap();
    let mut crd = manifest::read("crd", &bytes).documents.remove(0).value;
    let versions = crd["spec"]["versions"].as_array_mut().unwrap();
    versions.retain(|version| stored == "v2" || version["name"] == "v1");
    for version in versions {
        version["storage"] = (version["name"] == stored).into();
    }
    crd.to_string()
}

/// A cluster with the public CRD, a test that was stored when that stored v1, and one that was stored as v2; then with
/// our CRD over it.
fn taken_over() -> (std::sync::MutexGuard<'static, ()>, Cluster) {
    let (turn, cluster) = cluster();
    let plane = &cluster.plane;
    plane.kubectl_ok(&["delete", "crd", CRD], b"");
    plane.kubectl_ok(&["create", "namespace", "load"], b"");
    install(&cluster, &public_crd("v1"));
    let old = json!({
        "apiVersion": "locust.io/v1", "kind": "LocustTest", "metadata": {"name": "old", "namespace": "load"},
        "spec": {
            "image": "locustio/locust:2.43.0", "masterCommandSeed": "--locustfile /lotest/src/test.py",
            "workerCommandSeed": "--locustfile /lotest/src/test.py", "workerReplicas": 2,
            "labels": {"worker": {"team": "search"}}
        }
    });
    until_taken(&cluster, &old.to_string());
    install(&cluster, &public_crd("v2"));
    until_taken(&cluster, &test("new", "").replace("name: new", "name: new\n  namespace: load"));
    plane.kubectl_ok(
        &["apply", "--server-side", "--force-conflicts", "-f", "crds/locusttests.locust.io.yaml"],
        b"",
    );
    assert_eq!(stored_versions(&cluster), ["v1", "v2"]);
    (turn, cluster)
}

fn install(cluster: &Cluster, crd: &str) {
    cluster.plane.kubectl_ok(&["apply", "--server-side", "-f", "-"], crd.as_bytes());
    cluster.plane.kubectl_ok(&["wait", "--for=condition=Established", "crd", CRD], b"");
}

/// Creates an object as soon as its version is served.
fn until_taken(cluster: &Cluster, text: &str) {
    for _ in 0..100 {
        if cluster.plane.kubectl(&["create", "-f", "-"], text.as_bytes()).status.success() {
            return;
        }
        sleep(Duration::from_millis(200));
    }
    cluster.plane.kubectl_ok(&["create", "-f", "-"], text.as_bytes());
}

fn stored_versions(cluster: &Cluster) -> Vec<String> {
    let crd: Value =
        serde_json::from_str(&cluster.plane.kubectl_ok(&["get", "crd", CRD, "-o", "json"], b"")).unwrap();
    serde_json::from_value(crd["status"]["storedVersions"].clone()).unwrap()
}

/// Waits until the operator is ready, or is not for this reason.
fn until_ready(operator: &OperatorProcess, part: &str) {
    for _ in 0..300 {
        // It does not listen at once.
        let listens = TcpStream::connect(("127.0.0.1", operator.health)).is_ok();
        if listens && http(operator.health, "/readyz").contains(part) {
            return;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("{}", http(operator.health, "/readyz"));
}

/// The objects that belong to tests.
fn created(cluster: &Cluster) -> String {
    cluster.plane.kubectl_ok(&["get", "jobs,services,controllerrevisions", "-n", "load", "-o", "name"], b"")
}

#[test]
fn tests_that_may_be_stored_as_v1_are_left_alone_without_a_webhook() {
    let (_turn, cluster) = taken_over();
    let before = ["old", "new"].map(|name| cluster.get("locusttest", name, "load"));
    assert!(before[0]["spec"].get("master").is_none(), "a test of v1 looks empty: {}", before[0]);
    let operator = OperatorProcess::of(&cluster);
    until_ready(&operator, "LocustTests may be stored as locust.io/v1");
    assert!(http(operator.health, "/readyz").contains("503"));
    sleep(Duration::from_secs(3));
    assert_eq!(
        ["old", "new"].map(|name| cluster.get("locusttest", name, "load")),
        before,
        "nothing is written"
    );
    assert_eq!(created(&cluster), "");
    // A person who gives up the tests of v1 says so.
    cluster.plane.kubectl_ok(&["delete", "locusttest", "old", "-n", "load"], b"");
    let patch = json!({"status": {"storedVersions": ["v2"]}}).to_string();
    cluster
        .plane
        .kubectl_ok(&["patch", "crd", CRD, "--subresource=status", "--type=merge", "-p", &patch], b"");
    until_ready(&operator, "200 OK");
    cluster.phase("new", "load", "Running");
    // And it is not only looked at when the operator starts.
    let patch = json!({"status": {"storedVersions": ["v1", "v2"]}}).to_string();
    cluster
        .plane
        .kubectl_ok(&["patch", "crd", CRD, "--subresource=status", "--type=merge", "-p", &patch], b"");
    until_ready(&operator, "LocustTests may be stored as locust.io/v1");
    let running = cluster.get("locusttest", "new", "load");
    cluster.plane.kubectl_ok(&["delete", "job", "new-worker", "-n", "load"], b"");
    sleep(Duration::from_secs(3));
    assert_eq!(cluster.get("locusttest", "new", "load"), running, "nothing is written");
}

/// With the webhook, they are what they were: the tests of v1 are stored anew, and both run.
#[test]
fn tests_that_are_stored_as_v1_are_taken_over_through_the_webhook() {
    let (_turn, cluster) = taken_over();
    let uids = ["old", "new"].map(|name| cluster.get("locusttest", name, "load")["metadata"]["uid"].clone());
    let (webhook, authority) = begin_webhook(&cluster);
    // Nothing answers at this port.
    let crd = converted_crd(1, &authority).to_string();
    cluster.plane.kubectl_ok(&["apply", "--server-side", "--force-conflicts", "-f", "-"], crd.as_bytes());
    let operator = OperatorProcess::of(&cluster);
    until_ready(&operator, "the conversion webhook does not convert them");
    assert_eq!(created(&cluster), "");
    let crd = converted_crd(webhook.port, &authority).to_string();
    cluster.plane.kubectl_ok(&["apply", "--server-side", "--force-conflicts", "-f", "-"], crd.as_bytes());
    until_ready(&operator, "200 OK");
    for (name, uid) in ["old", "new"].into_iter().zip(uids) {
        let running = cluster.phase(name, "load", "Running");
        assert_eq!(running["metadata"]["uid"], uid);
    }
    let old = cluster.get("locusttests.v2.locust.io", "old", "load");
    assert_eq!(old["spec"]["worker"]["labels"]["team"], "search");
    for _ in 0..100 {
        if stored_versions(&cluster) == ["v2"] {
            break;
        }
        sleep(Duration::from_millis(200));
    }
    assert_eq!(stored_versions(&cluster), ["v2"]);
    // Nothing needs the webhook any more that is asked in v2.
    drop(webhook);
    assert_eq!(cluster.get("locusttests.v2.locust.io", "old", "load")["spec"], old["spec"]);
}
