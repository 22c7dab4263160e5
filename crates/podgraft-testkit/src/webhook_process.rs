//! `podgraft webhook` as a process, and what makes an API server ask it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::{
    cluster::Cluster,
    control_plane::{ControlPlane, free_ports},
    files::root,
};

/// How long it may take to answer.
const START: Duration = Duration::from_secs(60);

/// `podgraft webhook`, running; it is killed when this is dropped.
pub struct WebhookProcess {
    process: Child,
    /// Where it answers reviews.
    pub port: u16,
    /// Where it answers probes.
    pub health: u16,
    /// Where it shows its metrics.
    pub metrics: u16,
}

impl WebhookProcess {
    /// Starts it with a certificate of a folder, which [`write_certificate`] writes, and waits until it is ready.
    pub fn of_folder(cluster: &Cluster, folder: &Path, arguments: &[&str]) -> Self {
        let folder = folder.to_str().unwrap();
        Self::start(cluster, &[&["--webhook-cert-dir", folder], arguments].concat())
    }

    /// Starts it with the operator's rights, and waits until it is ready.
    pub fn start(cluster: &Cluster, arguments: &[&str]) -> Self {
        let webhook = Self::begin(cluster, arguments);
        webhook.until_ready();
        webhook
    }

    /// Starts it, and waits for nothing.
    pub fn begin(cluster: &Cluster, arguments: &[&str]) -> Self {
        let [port, health, metrics] = free_ports();
        let log = cluster.plane.folder().join(format!("webhook-{port}.log"));
        let log = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        let process = Command::new(&cluster.program)
            .args(["webhook", "--kubeconfig", &cluster.plane.kubeconfig("podgraft")])
            .args(["--webhook-bind-address", &format!("127.0.0.1:{port}")])
            .args(["--health-probe-bind-address", &format!("127.0.0.1:{health}")])
            .args(["--metrics-bind-address", &format!("127.0.0.1:{metrics}")])
            .args(arguments)
            .current_dir(root())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { process, port, health, metrics }
    }

    /// Waits until it is ready.
    pub fn until_ready(&self) {
        let started = Instant::now();
        while !is_ready(self.health) {
            assert!(started.elapsed() < START, "the webhook is not ready");
            sleep(Duration::from_millis(50));
        }
    }

    /// The process's ID.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// `SIGTERM`, and how it ended.
    pub fn stop(&mut self) -> Option<i32> {
        Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        self.process.wait().unwrap().code()
    }
}

impl Drop for WebhookProcess {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether a probe says that a process is ready.
pub fn is_ready(health: u16) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", health)) else { return false };
    let mut answer = String::new();
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.contains("200 OK")
}

/// Makes an authority and a certificate for `localhost`, and writes the latter into a folder; the authority in PEM.
pub fn write_certificate(folder: &Path) -> String {
    fs::create_dir_all(folder).unwrap();
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    fs::write(folder.join("tls.key"), key.serialize_pem()).unwrap();
    fs::write(folder.join("tls.crt"), certificate.pem()).unwrap();
    authority.pem()
}

/// A webhook with a certificate of a folder, which the API server asks about everything in this namespace.
pub fn serve_namespace(cluster: &Cluster, namespace: &str) -> (WebhookProcess, PathBuf) {
    let folder = cluster.plane.folder().join(format!("webhook-{namespace}"));
    let authority = write_certificate(&folder);
    let webhook = WebhookProcess::of_folder(cluster, &folder, &[]);
    ask(&cluster.plane, namespace, webhook.port, Some(&authority), namespace);
    (webhook, folder)
}

/// Makes the API server ask a webhook about LocustTests and overlays in a namespace.
pub fn ask(plane: &ControlPlane, name: &str, port: u16, authority: Option<&str>, namespace: &str) {
    ask_all(plane, name, &[port], authority, namespace);
}

/// Makes the API server ask all of these webhooks about LocustTests and overlays in a namespace.
pub fn ask_all(plane: &ControlPlane, name: &str, ports: &[u16], authority: Option<&str>, namespace: &str) {
    let bundle = authority.map_or_else(String::new, |pem| format!("caBundle: {}, ", base64(pem.as_bytes())));
    let webhook = |port: &u16| {
        format!(
            "- name: validate-{port}.locust.io\n  admissionReviewVersions: [v1]\n  sideEffects: None\n  failurePolicy: Fail\n  \
             timeoutSeconds: 10\n  clientConfig: {{{bundle}url: 'https://localhost:{port}/validate'}}\n  \
             namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}\n  rules:\n  \
             - {{apiGroups: [locust.io], apiVersions: ['*'], operations: [CREATE, UPDATE], resources: [locusttests]}}\n  \
             - {{apiGroups: [locust.io], apiVersions: ['*'], operations: [CREATE, UPDATE, DELETE], resources: [podoverlays]}}\n"
        )
    };
    let webhooks = ports.iter().map(webhook).collect::<String>();
    let text = format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {{name: {name}}}\nwebhooks:\n{webhooks}"
    );
    plane.kubectl_ok(&["apply", "-f", "-"], text.as_bytes());
}

/// Bytes in base64.
pub fn base64(bytes: &[u8]) -> String {
    let bytes = k8s_openapi::ByteString(bytes.to_vec());
    serde_json::to_value(bytes).unwrap().as_str().unwrap().to_owned()
}
