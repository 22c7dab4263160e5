//! Pods for tests: the base of each role, and the same with something changed.

use serde_json::{Value, json};

use super::PodContext;
use crate::role::Role;
use podgraft_merge::diagnostic::Diagnostic;
pub(super) use podgraft_testkit::edits::{lines, remove, set};

/// What the operator makes for a role, near enough.
pub(super) fn base(role: Role) -> Value {
    let (args, ports) = match role {
        Role::Master => (
            json!([
                "-f",
                "test.py",
                "--master",
                "--master-port=5557",
                "--expect-workers=3",
                "--autostart",
                "--autoquit",
                "60",
                "--enable-rebalancing",
                "--only-summary"
            ]),
            json!([{"containerPort": 5557}, {"containerPort": 5558}, {"containerPort": 8089}]),
        ),
        Role::Worker => (
            json!(["-f", "test.py", "--worker", "--master-port=5557", "--master-host=checkout-master"]),
            json!([{"containerPort": 8080}]),
        ),
    };
    let exporter = json!({"name": "locust-metrics-exporter", "image": "exporter:1", "restartPolicy": "Always",
        "ports": [{"containerPort": 9646}]});
    json!({
        "metadata": {
            "labels": {"app": "checkout", "performance-test-name": "checkout",
                "performance-test-pod-name": format!("checkout-{role}"), "managed-by": "locust-k8s-operator"},
            "annotations": {"kubectl.kubernetes.io/default-container": "locust"}
        },
        "spec": {
            "restartPolicy": "Never",
            "initContainers": if role == Role::Master { json!([exporter]) } else { json!([]) },
            "containers": [{"name": "locust", "image": "locustio/locust:2.47.0", "args": args, "ports": ports,
                "volumeMounts": [
                    {"name": "locust-src", "mountPath": "/lotest/src", "readOnly": false},
                    {"name": "locust-lib", "mountPath": "/opt/locust/lib", "readOnly": false}]}],
            "volumes": [
                {"name": "locust-src", "configMap": {"name": "checkout-test"}},
                {"name": "locust-lib", "configMap": {"name": "checkout-lib"}}]
        }
    })
}

/// Judges a role's base after `change`.
pub(super) fn judged(
    judge: fn(&PodContext<'_>) -> Vec<Diagnostic>,
    role: Role,
    change: impl FnOnce(&mut Value),
) -> Vec<Diagnostic> {
    let base = base(role);
    let mut pod = base.clone();
    change(&mut pod);
    judge(&PodContext {
        role,
        test_name: "checkout",
        base: &base,
        pod: &pod,
        replicas: 3,
        workers: 3,
        work: &podgraft_merge::work::Work::unlimited(),
    })
}
