//! A cluster that has never seen podgraft, and what is done in it.

use std::{
    collections::BTreeSet,
    thread::sleep,
    time::{Duration, Instant},
};

use podgraft_testkit::{
    control_plane::{ControlPlane, free_ports},
    files::text,
    pod_life::PodLife,
};

use crate::helm::helm;

/// How long anything may take to come true.
const PATIENCE: Duration = Duration::from_secs(60);

/// A cluster that has never seen podgraft.
pub(crate) fn empty_cluster() -> (ControlPlane, PodLife) {
    let plane = ControlPlane::start_all_with_services();
    let life = PodLife::start(&plane.kubeconfig("admin"));
    (plane, life)
}

/// Runs Helm with the administrator's rights; what it says must not be an error.
pub(crate) fn helm_ok(plane: &ControlPlane, major: &str, arguments: &[&str]) -> String {
    let output = helm(major, Some(&plane.kubeconfig("admin")), arguments);
    assert!(output.status.success(), "{major} {arguments:?}: {}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

pub(crate) fn until(what: &str, mut is: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is() {
        assert!(started.elapsed() < PATIENCE, "{what}: not after {PATIENCE:?}");
        sleep(Duration::from_millis(200));
    }
}

/// Values by which a release listens where nobody does.
pub(crate) fn ports() -> String {
    let [health, webhook, metrics] = free_ports();
    format!("health.port={health},webhook.port={webhook},metrics.port={metrics}")
}

pub(crate) fn load_test(name: &str) -> String {
    format!(
        "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {{name: {name}}}\nspec:\n  image: locustio/locust:2.43.0\n  \
         master: {{command: --locustfile /lotest/src/test.py}}\n  worker: {{command: --locustfile /lotest/src/test.py, replicas: 2}}\n"
    )
}

/// A test that would not get its own restart policy.
pub(crate) fn wrong_test(name: &str) -> String {
    format!("{}  workerPodTemplate: {{spec: {{restartPolicy: Always}}}}\n", load_test(name))
}

/// A test in the version of old.
pub(crate) fn old_test(name: &str) -> String {
    format!(
        "apiVersion: locust.io/v1\nkind: LocustTest\nmetadata: {{name: {name}}}\nspec:\n  image: locustio/locust:2.43.0\n  \
         masterCommandSeed: --locustfile /lotest/src/test.py\n  workerCommandSeed: --locustfile /lotest/src/test.py\n  workerReplicas: 3\n"
    )
}

pub(crate) fn phase(plane: &ControlPlane, namespace: &str, name: &str) -> String {
    let output =
        plane.kubectl(&["get", "locusttest", name, "-n", namespace, "-o", "jsonpath={.status.phase}"], b"");
    text(&output.stdout).to_owned()
}

/// The overlays that there are.
pub(crate) fn overlays(plane: &ControlPlane) -> BTreeSet<String> {
    let list = plane.kubectl(&["get", "clusterpodoverlays,podoverlays", "-A", "-o", "name"], b"");
    text(&list.stdout).lines().map(|line| line.rsplit('/').next().unwrap().to_owned()).collect()
}

pub(crate) fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
