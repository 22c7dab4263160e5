//! Runs what a rendered pod would run, as a process on this machine.

use std::{
    fs::{self, File},
    io::Read,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use podgraft_testkit::files::{root, text};
use serde_json::Value;

/// How a pod's process finds the master by its Service's name, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// An /etc/hosts of its own, in a private mount namespace: for root, and for whom the system gives a
    /// user namespace. libc, and so libzmq, then resolves the name as it does in a pod.
    Hosts,
    /// `conformance/locust/loopback`, which replaces the name in Python, before libzmq sees it.
    Python,
}

/// Runs "$@" and ends it when standard input closes, which it also does when the test is killed. Locust may
/// take a moment to leave on SIGTERM, and is not waited for without end.
const WATCHED: &str = r#"exec 3<&0
"$@" 3<&- </dev/null & program=$!
{ cat <&3 >/dev/null; kill $program; sleep 5; kill -9 $program; } 2>/dev/null & watcher=$!
wait $program; code=$?
kill $watcher 2>/dev/null
exit $code"#;

/// Gives "$@" an /etc/hosts of its own.
const WITH_HOSTS: &str = r#"mount --bind "$1" /etc/hosts && shift && exec "$@""#;

impl Names {
    /// The first that works here, or the one that `PODGRAFT_NAMES` asks for (`hosts` or `python`).
    pub(crate) fn choose(hosts: &Path) -> Self {
        match std::env::var("PODGRAFT_NAMES").as_deref() {
            Ok("hosts") => return Self::Hosts,
            Ok("python") => return Self::Python,
            Ok(other) => panic!("PODGRAFT_NAMES is {other}, not hosts or python"),
            Err(_) => {}
        }
        let [program, arguments @ ..] = &*unshare(hosts) else { unreachable!() };
        let seen = Command::new(program).args(arguments).args(["cat", "/etc/hosts"]).output();
        let same = |output: std::process::Output| output.stdout == fs::read(hosts).unwrap();
        if seen.is_ok_and(same) { Self::Hosts } else { Self::Python }
    }
}

/// The command before a program that has these hosts.
fn unshare(hosts: &Path) -> Vec<String> {
    let hosts = hosts.to_str().unwrap();
    // -r makes whoever this is root in a user namespace, which may mount; root may already.
    ["unshare", "-r", "-m", "sh", "-c", WITH_HOSTS, "sh", hosts].map(str::to_owned).into()
}

/// A pod's process; it is ended when this is dropped.
pub(crate) struct Pod {
    pub(crate) name: String,
    child: Child,
    log: PathBuf,
}

/// What all pods of a test share.
pub(crate) struct Node<'a> {
    /// The virtual environment with Locust.
    pub(crate) locust: &'a Path,
    /// A folder for logs, and the pods' home.
    pub(crate) folder: &'a Path,
    pub(crate) names: Names,
    /// The file that takes the place of /etc/hosts, and the name that it is for.
    pub(crate) hosts: &'a Path,
    pub(crate) master: &'a str,
}

impl Node<'_> {
    /// Runs container `locust` of a Job's pod: the image's entrypoint, the rendered arguments as they are, and
    /// the rendered environment.
    pub(crate) fn start(&self, job: &Value, name: &str) -> Pod {
        let containers = job["spec"]["template"]["spec"]["containers"].as_array().unwrap();
        let container = containers.iter().find(|container| container["name"] == "locust").unwrap();
        assert!(container.get("command").is_none(), "the image's entrypoint is what is run here");
        let arguments = container["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
        let log = self.folder.join(format!("{name}.log"));
        let output = File::create(&log).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", WATCHED, "sh"]);
        if self.names == Names::Hosts {
            command.args(unshare(self.hosts));
        }
        command
            .arg(self.locust.join("bin/locust"))
            .args(arguments)
            // Nothing of this machine's environment may decide what Locust does.
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.folder)
            .envs(environment(container, name))
            .current_dir(self.folder)
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output);
        if self.names == Names::Python {
            command
                .env("PYTHONPATH", root().join("conformance/locust/loopback"))
                .env("PODGRAFT_LOOPBACK_NAME", self.master)
                .env("PYTHONDONTWRITEBYTECODE", "1");
        }
        Pod { name: name.to_owned(), child: command.spawn().unwrap(), log }
    }
}

/// A container's variables, with what a kubelet fills in.
fn environment(container: &Value, pod: &str) -> Vec<(String, String)> {
    let value = |variable: &Value| match variable.pointer("/valueFrom/fieldRef/fieldPath") {
        Some(path) => {
            assert_eq!(path, "metadata.name", "{variable}");
            pod.to_owned()
        }
        None => variable["value"].as_str().unwrap().to_owned(),
    };
    let variables = container["env"].as_array().unwrap();
    variables.iter().map(|variable| (variable["name"].as_str().unwrap().into(), value(variable))).collect()
}

impl Pod {
    /// Waits for the process to end; `None` when it does not before the deadline.
    pub(crate) fn wait(&mut self, deadline: Instant) -> Option<ExitStatus> {
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            if Instant::now() > deadline {
                return None;
            }
            sleep(Duration::from_millis(50));
        }
    }

    /// What it has printed.
    pub(crate) fn log(&self) -> String {
        let mut bytes = Vec::new();
        File::open(&self.log).unwrap().read_to_end(&mut bytes).unwrap();
        text(&bytes).to_owned()
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Waits until nobody listens on the ports that the rendered commands name: they cannot be others.
pub(crate) fn wait_for_ports(ports: &[u16], patience: Duration) {
    let started = Instant::now();
    for port in ports {
        while TcpListener::bind(("0.0.0.0", *port)).is_err() {
            assert!(
                started.elapsed() < patience,
                "port {port} is busy, and the rendered commands use it: end what listens there, and run the test again"
            );
            println!("port {port} is busy: waiting for it");
            sleep(Duration::from_secs(1));
        }
    }
}
