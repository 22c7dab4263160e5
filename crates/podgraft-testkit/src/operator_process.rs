//! The operator as a process.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{cluster::Cluster, control_plane::free_ports, files::root};

/// `podgraft operator`, running; it is killed when this is dropped.
pub struct OperatorProcess {
    process: Child,
    /// The port on loopback where it answers probes.
    pub health: u16,
    /// The port on loopback where it shows its metrics.
    pub metrics: u16,
}

impl OperatorProcess {
    /// Starts it with the rights of this kubeconfig and more arguments.
    pub fn start(cluster: &Cluster, kubeconfig: &str, arguments: &[&str]) -> Self {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(cluster.plane.folder().join("operator.log"))
            .unwrap();
        Self::spawn(&cluster.program, kubeconfig, arguments, log)
    }

    /// Starts another build of it, as the chart would.
    pub fn of_build(cluster: &Cluster, program: &Path) -> Self {
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
    pub fn of(cluster: &Cluster) -> Self {
        Self::start(cluster, &cluster.plane.kubeconfig("podgraft"), &[])
    }

    /// `SIGKILL`.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// `SIGTERM`, and how it ended.
    pub fn stop(&mut self) -> Option<i32> {
        Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        self.process.wait().unwrap().code()
    }

    /// How it ended by itself; `None` when it goes on.
    pub fn ended(&mut self, within: Duration) -> Option<i32> {
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
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for OperatorProcess {
    fn drop(&mut self) {
        self.kill();
    }
}
