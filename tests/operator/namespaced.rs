//! The operator with nothing but Roles.

use std::{thread::sleep, time::Duration};

use podgraft_testkit::{
    cluster::{Cluster, condition},
    operator_process::OperatorProcess,
};

use crate::{scenario::test, support::PODGRAFT, turn};

#[test]
fn roles_in_two_namespaces_are_enough() {
    let _turn = turn();
    let cluster = Cluster::start_without_rights(PODGRAFT);
    let plane = &cluster.plane;
    for namespace in ["team-a", "team-b", "others"] {
        plane.kubectl_ok(&["create", "namespace", namespace], b"");
    }
    for namespace in ["team-a", "team-b"] {
        plane.kubectl_ok(&["apply", "-n", namespace, "-f", "docs/operator/namespaced.yaml"], b"");
    }
    let may = |arguments: &[&str]| {
        let who = "--as=system:serviceaccount:podgraft:podgraft";
        let arguments = [&["auth", "can-i", who], arguments].concat();
        plane.kubectl(&arguments, b"").status.success()
    };
    assert!(may(&["create", "jobs", "-n", "team-a"]));
    assert!(!may(&["list", "pods", "--all-namespaces"]) && !may(&["create", "jobs", "-n", "others"]));
    assert!(!may(&["create", "pods", "-n", "team-a"]), "dry runs of pods are not needed");
    // Overlays of the cluster that cannot be read could demand anything.
    let arguments = ["--namespace", "team-a", "--namespace", "team-b"];
    let careful = OperatorProcess::start(&cluster, &plane.kubeconfig("podgraft"), &arguments);
    plane.kubectl_ok(&["apply", "-n", "team-a", "-f", "-"], test("careful", "").as_bytes());
    let said = cluster.reason("careful", "team-a", "TemplatesAccepted", "Refused");
    assert!(said.contains("clusterOverlays: Off") && said.contains("forbidden"), "{said}");
    drop(careful);
    let config = plane.folder().join("config.yaml");
    std::fs::write(&config, "clusterOverlays: Off\n").unwrap();
    let without = [&arguments[..], &["--config", config.to_str().unwrap()]].concat();
    let off = OperatorProcess::start(&cluster, &plane.kubeconfig("podgraft"), &without);
    cluster.phase("careful", "team-a", "Running");
    drop(off);
    plane.kubectl_ok(&["apply", "-f", "docs/operator/cluster-overlays.yaml"], b"");
    std::fs::remove_file(plane.folder().join("operator.log")).unwrap();
    let operator = OperatorProcess::start(&cluster, &plane.kubeconfig("podgraft"), &arguments);
    for namespace in ["team-a", "team-b", "others"] {
        plane.kubectl_ok(&["apply", "-n", namespace, "-f", "-"], test("load", "").as_bytes());
    }
    for namespace in ["team-a", "team-b"] {
        let running = cluster.phase("load", namespace, "Running");
        let said = condition(&running, "TemplatesApplied")["message"].as_str().unwrap();
        assert!(said.contains("pods were not checked: the operator has no right to create them"), "{said}");
        cluster.reason("load", namespace, "WorkersConnected", "AllWorkersConnected");
    }
    sleep(Duration::from_secs(1));
    assert!(cluster.get("locusttest", "load", "others")["status"].is_null(), "not its namespace");
    let log = std::fs::read_to_string(plane.folder().join("operator.log")).unwrap();
    assert!(!log.contains("watching failed"), "{log}");
    drop(operator);
}
