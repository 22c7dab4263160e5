//! The operator as a process, and the cluster that it runs in.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    control_plane::{ControlPlane, free_ports},
    pod_life::PodLife,
    root, text,
};

/// How long anything may take to come true.
const PATIENCE: Duration = Duration::from_secs(60);

/// The CRDs, and the resources that they define.
const CRDS: [(&str, &str); 3] = [
    ("crds/locusttests.locust.io.yaml", "locusttests"),
    ("crds/clusterpodoverlays.locust.io.yaml", "clusterpodoverlays"),
    ("crds/podoverlays.locust.io.yaml", "podoverlays"),
];

/// A cluster with the CRDs, and pods that live.
pub(crate) struct Cluster {
    pub(crate) life: PodLife,
    pub(crate) plane: ControlPlane,
}

impl Cluster {
    /// Starts it, with the operator's service account and its rights in the whole cluster.
    pub(crate) fn start() -> Self {
        let cluster = Self::start_without_rights();
        cluster.plane.kubectl_ok(&["apply", "-f", "docs/operator/cluster.yaml"], b"");
        cluster
    }

    /// Starts it, with the operator's service account and no rights for it.
    pub(crate) fn start_without_rights() -> Self {
        let plane = ControlPlane::start_all(&CRDS);
        plane.kubectl_ok(&["apply", "-f", "docs/operator/base.yaml"], b"");
        plane.service_account("podgraft", "podgraft");
        Self { life: PodLife::start(&plane.kubeconfig("admin")), plane }
    }

    /// Applies this text.
    pub(crate) fn apply(&self, text: &str) {
        self.plane.kubectl_ok(&["apply", "-f", "-"], text.as_bytes());
    }

    /// An object, or null when there is none.
    pub(crate) fn get(&self, kind: &str, name: &str, namespace: &str) -> Value {
        let output = self.plane.kubectl(&["get", kind, name, "-n", namespace, "-o", "json"], b"");
        if output.status.success() { serde_json::from_slice(&output.stdout).unwrap() } else { Value::Null }
    }

    /// Waits until `is` holds of an object, and returns it.
    pub(crate) fn until(
        &self,
        kind: &str,
        name: &str,
        namespace: &str,
        is: impl Fn(&Value) -> bool,
    ) -> Value {
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
    pub(crate) fn phase(&self, name: &str, namespace: &str, phase: &str) -> Value {
        self.until("locusttest", name, namespace, |test| test["status"]["phase"] == phase)
    }

    /// Waits until a test has a condition with this reason, and returns the condition's message.
    pub(crate) fn reason(&self, name: &str, namespace: &str, kind: &str, reason: &str) -> String {
        let test =
            self.until("locusttest", name, namespace, |test| condition(test, kind)["reason"] == reason);
        condition(&test, kind)["message"].as_str().unwrap().to_owned()
    }

    /// Waits until there is no such object.
    pub(crate) fn gone(&self, kind: &str, name: &str, namespace: &str) {
        self.until(kind, name, namespace, Value::is_null);
    }
}

/// A condition of an object; null when it has none of this type.
pub(crate) fn condition<'v>(object: &'v Value, kind: &str) -> &'v Value {
    let conditions = object["status"]["conditions"].as_array();
    conditions
        .and_then(|conditions| conditions.iter().find(|condition| condition["type"] == kind))
        .unwrap_or(&Value::Null)
}

/// `podgraft operator`, running; it is killed when this is dropped.
pub(crate) struct Operator {
    process: Child,
    pub(crate) health: u16,
    pub(crate) metrics: u16,
}

impl Operator {
    /// Starts it with the rights of this kubeconfig and more arguments.
    pub(crate) fn start(cluster: &Cluster, kubeconfig: &str, arguments: &[&str]) -> Self {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(cluster.plane.folder().join("operator.log"))
            .unwrap();
        Self::spawn(Path::new(env!("CARGO_BIN_EXE_podgraft")), kubeconfig, arguments, log)
    }

    /// Starts another build of it, as the chart would.
    pub(crate) fn of_build(cluster: &Cluster, program: &Path) -> Self {
        let log = fs::File::create(cluster.plane.folder().join("operator.log")).unwrap();
        Self::spawn(program, &cluster.plane.kubeconfig("podgraft"), &[], log)
    }

    fn spawn(program: &Path, kubeconfig: &str, arguments: &[&str], log: fs::File) -> Self {
        let [health, metrics] = free_ports();
        let process = Command::new(program)
            .args(["operator", "--kubeconfig", kubeconfig])
            .args(["--health-probe-bind-address", &format!("127.0.0.1:{health}")])
            .args(["--metrics-bind-address", &format!("127.0.0.1:{metrics}")])
            .args(arguments)
            .current_dir(root())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { process, health, metrics }
    }

    /// Starts it as the chart would.
    pub(crate) fn of(cluster: &Cluster) -> Self {
        Self::start(cluster, &cluster.plane.kubeconfig("podgraft"), &[])
    }

    /// `SIGKILL`.
    pub(crate) fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// `SIGTERM`, and how it ended.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        self.process.wait().unwrap().code()
    }

    /// How it ended by itself; `None` when it goes on.
    pub(crate) fn ended(&mut self, within: Duration) -> Option<i32> {
        let started = Instant::now();
        while started.elapsed() < within {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.code();
            }
            sleep(Duration::from_millis(50));
        }
        None
    }

    /// The process's ID.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.kill();
    }
}
