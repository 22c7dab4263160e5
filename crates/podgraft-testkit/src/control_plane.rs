//! A real Kubernetes control plane on loopback, for one test.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    files::{root, text},
    service_proxy::ServiceProxy,
};

/// How long the API server may take to start.
const START: Duration = Duration::from_secs(120);

/// The users that there are, beside `admin`: none of them may do anything until a role is bound.
const USERS: [&str; 3] = ["author", "platform", "viewer"];

/// The controllers that a test's objects need; the others would only cost time.
const CONTROLLERS: &str = "--controllers=job-controller,garbage-collector-controller,namespace-controller,\
    serviceaccount-controller,resourcequota-controller,ttl-after-finished-controller,pod-garbage-collector-controller";

/// What the audit log holds: one line a request.
const AUDIT_POLICY: &str =
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: Metadata\n";

/// How the API server reaches what is in the cluster: by the proxy on the socket.
const EGRESS: &str = "apiVersion: apiserver.k8s.io/v1beta1\nkind: EgressSelectorConfiguration\negressSelections:\n\
    - name: cluster\n  connection: {proxyProtocol: HTTPConnect, transport: {uds: {udsName: SOCKET}}}\n";

/// A running control plane; it and its files are gone when this is dropped, and also when the test is
/// killed: each program is watched by a shell that ends it when the test's end of a pipe closes.
pub struct ControlPlane {
    programs: Vec<(String, Child)>,
    folder: PathBuf,
    binaries: PathBuf,
    etcd: u16,
    peer: u16,
    api: u16,
    services: Option<ServiceProxy>,
}

impl ControlPlane {
    /// Starts etcd and the API server of the tested Kubernetes version, built or found by
    /// `conformance/build.sh`. Nothing acts on what is stored, and pods need no service account.
    pub fn start() -> Self {
        let mut plane = Self::begin();
        plane.start_etcd();
        plane.start_api_server(&["--disable-admission-plugins=ServiceAccount"]);
        plane
    }

    /// Starts all of it: also the controllers, the admission of service accounts and the audit log. CRDs
    /// (file, resource) are there before the controllers: the garbage collector looks for new kinds only
    /// every 30 seconds.
    pub fn start_all(crds: &[(&str, &str)]) -> Self {
        Self::start_controllers(Self::begin(), crds)
    }

    /// Starts all of it, with an API server that reaches webhooks by their Services: [`Self::services`].
    pub fn start_all_with_services() -> Self {
        let mut plane = Self::begin();
        let (services, socket) = (ServiceProxy::default(), plane.file("proxy.sock"));
        services.serve(Path::new(&socket));
        fs::write(plane.file("egress"), EGRESS.replace("SOCKET", &socket)).unwrap();
        plane.services = Some(services);
        Self::start_controllers(plane, &[])
    }

    /// Where Services lead, which a test says.
    pub fn services(&self) -> &ServiceProxy {
        self.services.as_ref().expect("started with services")
    }

    fn start_controllers(mut plane: Self, crds: &[(&str, &str)]) -> Self {
        plane.start_etcd();
        plane.start_api_server(&[]);
        for (file, resource) in crds {
            plane.install(file, resource);
        }
        let arguments = [
            format!("--kubeconfig={}", plane.kubeconfig("admin")),
            format!("--service-account-private-key-file={}", plane.file("key")),
            "--leader-elect=false".into(),
            "--secure-port=0".into(),
            "--concurrent-job-syncs=10".into(),
            "--kube-api-qps=400".into(),
            "--kube-api-burst=600".into(),
            CONTROLLERS.into(),
        ];
        plane.run("kube-controller-manager", &arguments);
        plane.wait_for(&["get", "serviceaccount", "default"]);
        plane
    }

    fn begin() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let binaries = build("control-plane");
        let name = format!("podgraft-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let [etcd, peer, api] = free_ports();
        let plane = Self { programs: Vec::new(), folder, binaries, etcd, peer, api, services: None };
        let key = rcgen::KeyPair::generate().unwrap();
        fs::write(plane.file("key"), key.serialize_pem()).unwrap();
        fs::write(plane.file("public-key"), key.public_key_pem()).unwrap();
        fs::write(plane.file("audit-policy"), AUDIT_POLICY).unwrap();
        let mut tokens = "admin-token,admin,admin,system:masters\n".to_owned();
        plane.write_kubeconfig("admin", "admin-token");
        for user in USERS {
            writeln!(tokens, "{user}-token,{user},{user}").unwrap();
            plane.write_kubeconfig(user, &format!("{user}-token"));
        }
        fs::write(plane.file("tokens"), tokens).unwrap();
        plane
    }

    fn start_etcd(&mut self) {
        let at = |port: u16| format!("http://127.0.0.1:{port}");
        let arguments = [
            format!("--data-dir={}", self.file("etcd")),
            format!("--listen-client-urls={}", at(self.etcd)),
            format!("--advertise-client-urls={}", at(self.etcd)),
            format!("--listen-peer-urls={}", at(self.peer)),
            "--unsafe-no-fsync".into(),
        ];
        self.run("etcd", &arguments);
    }

    fn start_api_server(&mut self, more: &[&str]) {
        let mut arguments = vec![
            format!("--etcd-servers=http://127.0.0.1:{}", self.etcd),
            format!("--cert-dir={}", self.file("certificates")),
            format!("--secure-port={}", self.api),
            "--bind-address=127.0.0.1".into(),
            "--authorization-mode=RBAC".into(),
            "--service-cluster-ip-range=10.0.0.0/16".into(),
            // As clusters have it: privileged containers are for admission to refuse.
            "--allow-privileged=true".into(),
            format!("--token-auth-file={}", self.file("tokens")),
            "--service-account-issuer=https://podgraft.test".into(),
            format!("--service-account-key-file={}", self.file("public-key")),
            format!("--service-account-signing-key-file={}", self.file("key")),
            format!("--audit-policy-file={}", self.file("audit-policy")),
            format!("--audit-log-path={}", self.file("audit.log")),
        ];
        if self.services.is_some() {
            arguments.push(format!("--egress-selector-config-file={}", self.file("egress")));
        }
        arguments.extend(more.iter().map(|one| (*one).to_owned()));
        self.run("kube-apiserver", &arguments);
        self.wait_for(&["get", "--raw", "/readyz"]);
        // The default namespace is made a moment after the server is ready.
        self.wait_for(&["get", "namespace", "default"]);
    }

    /// Kills the API server, and starts it again on the same port with the same data.
    pub fn restart_api_server(&mut self, pause: Duration) {
        self.stop_api_server();
        sleep(pause);
        self.start_api_server(&[]);
    }

    /// The same at once, with more arguments.
    pub fn restart_api_server_with(&mut self, arguments: &[&str]) {
        self.stop_api_server();
        self.start_api_server(arguments);
    }

    fn stop_api_server(&mut self) {
        let index = self.programs.iter().position(|(name, _)| name == "kube-apiserver").unwrap();
        let (_, mut program) = self.programs.remove(index);
        end(&mut program);
    }

    /// The kubeconfig of a user: `admin`, one of [`USERS`], or what was named to
    /// [`Self::service_account`].
    pub fn kubeconfig(&self, user: &str) -> String {
        self.file(&format!("{user}.kubeconfig"))
    }

    /// The path of one of the programs: `kubectl`.
    pub fn binary(&self, program: &str) -> PathBuf {
        self.binaries.join(program)
    }

    /// The folder with everything that the programs write.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Binds a role to one of [`USERS`] in a namespace.
    pub fn bind(&self, user: &str, role: &str, namespace: &str) {
        let (role, user) = (format!("--clusterrole={role}"), format!("--user={user}"));
        let name = format!("{user}-{namespace}").replace(['-', '='], "");
        self.kubectl_ok(&["create", "rolebinding", &name, &role, &user, "-n", namespace], b"");
    }

    /// Makes a kubeconfig for a service account that exists, and returns its path.
    pub fn service_account(&self, namespace: &str, name: &str) -> String {
        let token = self.kubectl_ok(&["create", "token", name, "-n", namespace, "--duration=4h"], b"");
        self.write_kubeconfig(name, token.trim());
        self.kubeconfig(name)
    }

    /// How many requests the audit log holds of a user, by verb and resource.
    pub fn requests(&self, user: &str) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for line in fs::read_to_string(self.file("audit.log")).unwrap_or_default().lines() {
            let Ok(event) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            if event["user"]["username"] == user && event["verb"] != "watch" {
                let part =
                    |pointer: &str| event.pointer(pointer).and_then(|v| v.as_str()).unwrap_or("").to_owned();
                let dry = if part("/requestURI").contains("dryRun") { " (dry run)" } else { "" };
                let subresource = part("/objectRef/subresource");
                let slash = if subresource.is_empty() { "" } else { "/" };
                let what =
                    format!("{} {}{slash}{subresource}{dry}", part("/verb"), part("/objectRef/resource"));
                *counts.entry(what).or_default() += 1;
            }
        }
        counts
    }

    fn write_kubeconfig(&self, user: &str, token: &str) {
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\ncontexts:\n- name: test\n  context: {{cluster: test, user: {user}}}\n\
             clusters:\n- name: test\n  cluster: {{server: 'https://127.0.0.1:{}', insecure-skip-tls-verify: true}}\n\
             users:\n- name: {user}\n  user: {{token: {token}}}\n",
            self.api
        );
        fs::write(self.kubeconfig(user), text).unwrap();
    }

    /// Runs kubectl with these arguments and this standard input.
    pub fn kubectl(&self, arguments: &[&str], input: &[u8]) -> Output {
        self.kubectl_as("admin", arguments, input)
    }

    /// Runs kubectl as this user.
    pub fn kubectl_as(&self, user: &str, arguments: &[&str], input: &[u8]) -> Output {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let stdin = self.file(&format!("stdin-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
        fs::write(&stdin, input).unwrap();
        let output = Command::new(self.binaries.join("kubectl"))
            .arg("--kubeconfig")
            .arg(self.kubeconfig(user))
            .args(arguments)
            .current_dir(root())
            .env("HOME", &self.folder)
            .stdin(fs::File::open(&stdin).unwrap())
            .output()
            .unwrap();
        let _ = fs::remove_file(stdin);
        output
    }

    /// Runs kubectl, which must succeed, and returns what it prints.
    pub fn kubectl_ok(&self, arguments: &[&str], input: &[u8]) -> String {
        let output = self.kubectl(arguments, input);
        assert!(output.status.success(), "kubectl {arguments:?}: {}", text(&output.stderr));
        text(&output.stdout).to_owned()
    }

    /// Applies a CRD and waits until its kind can be used.
    pub fn install(&self, file: &str, resource: &str) {
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
            // Nothing here outlives the test, so nothing needs to end in order.
            .args(["-c", "\"$@\" & program=$!; cat >/dev/null; kill -9 $program; wait $program", "sh"])
            .arg(self.binaries.join(program))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.programs.push((program.to_owned(), child));
    }

    /// Waits until kubectl can do this.
    fn wait_for(&self, arguments: &[&str]) {
        let started = Instant::now();
        while !self.kubectl(arguments, b"").status.success() {
            if started.elapsed() > START {
                let log = fs::read_to_string(self.file("kube-apiserver.log")).unwrap_or_default();
                let last: Vec<&str> = log.lines().rev().take(20).collect();
                panic!("the control plane does not start:\n{}", last.join("\n"));
            }
            sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        for (_, mut program) in self.programs.drain(..).rev() {
            end(&mut program);
        }
        if std::env::var_os("PODGRAFT_KEEP").is_none() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn end(program: &mut Child) {
    drop(program.stdin.take());
    let _ = program.wait();
}

/// Builds or finds a part of `conformance/`; the path that its script prints last.
pub fn build(part: &str) -> PathBuf {
    let script = root().join("conformance/build.sh");
    let output = Command::new("bash").arg(script).arg(part).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "conformance/build.sh {part} failed");
    Path::new(text(&output.stdout).lines().last().unwrap()).to_owned()
}

/// Ports that nobody listens on now.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
