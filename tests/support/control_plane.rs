//! A real etcd and kube-apiserver on loopback, for one test.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{root, text};

/// How long the API server may take to start.
const START: Duration = Duration::from_secs(120);

/// A running control plane; it and its files are gone when this is dropped, and also when the test is
/// killed: each program is watched by a shell that ends it when the test's end of a pipe closes.
pub(crate) struct ControlPlane {
    programs: Vec<Child>,
    folder: PathBuf,
    binaries: PathBuf,
}

impl ControlPlane {
    /// Starts etcd and the API server of the tested Kubernetes version, built or found by
    /// `conformance/build.sh`.
    pub(crate) fn start() -> Self {
        let binaries = build("control-plane");
        let folder = std::env::temp_dir().join(format!("podgraft-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut plane = Self { programs: Vec::new(), folder, binaries };
        let [etcd, peer, api] = free_ports();
        let at = |port: u16| format!("http://127.0.0.1:{port}");
        plane.run(
            "etcd",
            &[
                format!("--data-dir={}", plane.file("etcd")),
                format!("--listen-client-urls={}", at(etcd)),
                format!("--advertise-client-urls={}", at(etcd)),
                format!("--listen-peer-urls={}", at(peer)),
                "--unsafe-no-fsync".into(),
            ],
        );
        let key = rcgen::KeyPair::generate().unwrap();
        fs::write(plane.file("key"), key.serialize_pem()).unwrap();
        fs::write(plane.file("public-key"), key.public_key_pem()).unwrap();
        fs::write(plane.file("tokens"), "admin-token,admin,admin,system:masters\n").unwrap();
        plane.run(
            "kube-apiserver",
            &[
                format!("--etcd-servers={}", at(etcd)),
                format!("--cert-dir={}", plane.file("certificates")),
                format!("--secure-port={api}"),
                "--bind-address=127.0.0.1".into(),
                "--authorization-mode=RBAC".into(),
                "--service-cluster-ip-range=10.0.0.0/24".into(),
                format!("--token-auth-file={}", plane.file("tokens")),
                "--service-account-issuer=https://podgraft.test".into(),
                format!("--service-account-key-file={}", plane.file("public-key")),
                format!("--service-account-signing-key-file={}", plane.file("key")),
                "--disable-admission-plugins=ServiceAccount".into(),
            ],
        );
        let kubeconfig = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\ncontexts:\n- name: test\n  context: {{cluster: test, user: admin}}\n\
             clusters:\n- name: test\n  cluster: {{server: 'https://127.0.0.1:{api}', insecure-skip-tls-verify: true}}\n\
             users:\n- name: admin\n  user: {{token: admin-token}}\n"
        );
        fs::write(plane.file("kubeconfig"), kubeconfig).unwrap();
        plane.wait();
        plane
    }

    /// Runs kubectl with these arguments and this standard input.
    pub(crate) fn kubectl(&self, arguments: &[&str], input: &[u8]) -> Output {
        let stdin = self.file("stdin");
        fs::write(&stdin, input).unwrap();
        Command::new(self.binaries.join("kubectl"))
            .arg("--kubeconfig")
            .arg(self.file("kubeconfig"))
            .args(arguments)
            .current_dir(root())
            .env("HOME", &self.folder)
            .stdin(fs::File::open(stdin).unwrap())
            .output()
            .unwrap()
    }

    /// Runs kubectl, which must succeed, and returns what it prints.
    pub(crate) fn kubectl_ok(&self, arguments: &[&str], input: &[u8]) -> String {
        let output = self.kubectl(arguments, input);
        assert!(output.status.success(), "kubectl {arguments:?}: {}", text(&output.stderr));
        text(&output.stdout).to_owned()
    }

    /// Applies a CRD and waits until its kind can be used.
    pub(crate) fn install(&self, file: &str, resource: &str) {
        self.kubectl_ok(&["apply", "-f", file], b"");
        let started = Instant::now();
        // kubectl validates against, and explains from, a document that the server publishes a little later.
        while ["get", "explain"].iter().any(|verb| !self.kubectl(&[verb, resource], b"").status.success()) {
            assert!(started.elapsed() < START, "{resource} cannot be used");
            sleep(Duration::from_millis(200));
        }
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn run(&mut self, program: &str, arguments: &[String]) {
        let log = fs::File::create(self.file(&format!("{program}.log"))).unwrap();
        let child = Command::new("sh")
            .args(["-c", "\"$@\" & program=$!; cat >/dev/null; kill $program; wait $program", "sh"])
            .arg(self.binaries.join(program))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.programs.push(child);
    }

    fn wait(&self) {
        let started = Instant::now();
        loop {
            let ready = self.kubectl(&["get", "--raw", "/readyz"], b"");
            // The default namespace is made a moment after the server is ready.
            if ready.status.success() && self.kubectl(&["get", "namespace", "default"], b"").status.success()
            {
                return;
            }
            if started.elapsed() > START {
                let log = fs::read_to_string(self.file("kube-apiserver.log")).unwrap_or_default();
                let last: Vec<&str> = log.lines().rev().take(20).collect();
                panic!("the API server does not start:\n{}", last.join("\n"));
            }
            sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        for mut program in self.programs.drain(..).rev() {
            drop(program.stdin.take());
            let _ = program.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Builds or finds a part of `conformance/`; the path that its script prints last.
pub(crate) fn build(part: &str) -> PathBuf {
    let script = root().join("conformance/build.sh");
    let output = Command::new("bash").arg(script).arg(part).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "conformance/build.sh {part} failed");
    Path::new(text(&output.stdout).lines().last().unwrap()).to_owned()
}

/// Ports that nobody listens on now.
fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
