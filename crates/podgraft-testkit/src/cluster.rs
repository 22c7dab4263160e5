//! A cluster for the operator: the control plane, the CRDs, and pods that live.

use std::{
    fs,
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{control_plane::ControlPlane, files::text, pod_life::PodLife};

/// How long anything may take to come true.
const PATIENCE: Duration = Duration::from_secs(60);

/// The CRDs, and the resources that they define.
const CRDS: [(&str, &str); 3] = [
    ("crds/locusttests.locust.io.yaml", "locusttests"),
    ("crds/clusterpodoverlays.locust.io.yaml", "clusterpodoverlays"),
    ("crds/podoverlays.locust.io.yaml", "podoverlays"),
];

/// A cluster with the CRDs, and pods that live.
pub struct Cluster {
    /// What becomes of the pods.
    pub life: PodLife,
    /// The API server and what acts on its objects.
    pub plane: ControlPlane,
    /// The program `podgraft` that is tested.
    pub(crate) program: PathBuf,
}

impl Cluster {
    /// Starts it for this program, with the operator's service account and its rights in the whole cluster.
    pub fn start(program: impl AsRef<Path>) -> Self {
        let cluster = Self::start_without_rights(program);
        cluster.plane.kubectl_ok(&["apply", "-f", "docs/operator/cluster.yaml"], b"");
        cluster
    }

    /// Starts it for this program, with the operator's service account and no rights for it.
    pub fn start_without_rights(program: impl AsRef<Path>) -> Self {
        let plane = ControlPlane::start_all(&CRDS);
        plane.kubectl_ok(&["apply", "-f", "docs/operator/base.yaml"], b"");
        plane.service_account("podgraft", "podgraft");
        let life = PodLife::start(&plane.kubeconfig("admin"));
        Self { life, plane, program: program.as_ref().to_owned() }
    }

    /// Applies this text.
    pub fn apply(&self, text: &str) {
        self.plane.kubectl_ok(&["apply", "-f", "-"], text.as_bytes());
    }

    /// An object, or null when there is none.
    pub fn get(&self, kind: &str, name: &str, namespace: &str) -> Value {
        let output = self.plane.kubectl(&["get", kind, name, "-n", namespace, "-o", "json"], b"");
        if output.status.success() { serde_json::from_slice(&output.stdout).unwrap() } else { Value::Null }
    }

    /// Waits until `is` holds of an object, and returns it.
    pub fn until(&self, kind: &str, name: &str, namespace: &str, is: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let object = self.get(kind, name, namespace);
            if is(&object) {
                return object;
            }
            if started.elapsed() > PATIENCE {
                let pods = self.plane.kubectl(&["describe", "locusttests", "-n", namespace], b"");
                let log = fs::read_to_string(self.plane.folder().join("operator.log")).unwrap_or_default();
                let last: Vec<&str> = log.lines().rev().take(15).collect();
                panic!("{kind} {name} stays {object:#}\n{}\n{}", text(&pods.stdout), last.join("\n"));
            }
            sleep(Duration::from_millis(150));
        }
    }

    /// Waits until a test is in this phase.
    pub fn phase(&self, name: &str, namespace: &str, phase: &str) -> Value {
        self.until("locusttest", name, namespace, |test| test["status"]["phase"] == phase)
    }

    /// Waits until a test has a condition with this reason, and returns the condition's message.
    pub fn reason(&self, name: &str, namespace: &str, kind: &str, reason: &str) -> String {
        let test =
            self.until("locusttest", name, namespace, |test| condition(test, kind)["reason"] == reason);
        condition(&test, kind)["message"].as_str().unwrap().to_owned()
    }

    /// Waits until there is no such object.
    pub fn gone(&self, kind: &str, name: &str, namespace: &str) {
        self.until(kind, name, namespace, Value::is_null);
    }
}

/// A condition of an object; null when it has none of this type.
pub fn condition<'v>(object: &'v Value, kind: &str) -> &'v Value {
    let conditions = object["status"]["conditions"].as_array();
    conditions
        .and_then(|conditions| conditions.iter().find(|condition| condition["type"] == kind))
        .unwrap_or(&Value::Null)
}
