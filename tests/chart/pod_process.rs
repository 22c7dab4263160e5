//! A pod of the chart's Deployment, as a process: its image's file in an otherwise empty root, its volumes, variables and
//! arguments, its user, and the token of its service account.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use podgraft_testkit::{control_plane::ControlPlane, files::text, service_proxy::ServiceRoute};
use serde_json::Value;

use crate::values::yaml;

/// Where a kubelet mounts the service account.
const SERVICE_ACCOUNT: &str = "var/run/secrets/kubernetes.io/serviceaccount";

/// A running pod; it is killed when this is dropped.
pub(crate) struct PodProcess {
    process: Child,
    root: PathBuf,
    health: u16,
    container: Value,
    /// It is an endpoint of these Services.
    routes: Vec<ServiceRoute>,
}

impl PodProcess {
    /// Starts a pod of a Deployment that is in the cluster, with this program as its image's.
    pub(crate) fn start(plane: &ControlPlane, namespace: &str, deployment: &str, program: &Path) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let deployment = get(plane, namespace, "deployment", deployment);
        let pod = &deployment["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        let root = plane.folder().join(format!("pod-{number}"));
        fs::create_dir_all(&root).unwrap();
        install(program, &root);
        mount_volumes(plane, namespace, pod, &root);
        mount_service_account(plane, namespace, pod["serviceAccountName"].as_str().unwrap(), &root);
        let config = yaml(&fs::read_to_string(plane.kubeconfig("admin")).unwrap());
        let server = config["clusters"][0]["cluster"]["server"].as_str().unwrap();
        let log = fs::File::create(plane.folder().join(format!("pod-{number}.log"))).unwrap();
        let mut command = in_root(&root, pod);
        command.args(container["args"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()));
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("KUBERNETES_SERVICE_HOST", "127.0.0.1");
        command.env("KUBERNETES_SERVICE_PORT", server.rsplit(':').next().unwrap());
        for variable in container["env"].as_array().into_iter().flatten() {
            let value = match variable["valueFrom"]["fieldRef"]["fieldPath"].as_str() {
                Some("metadata.name") => format!("pod-{number}"),
                Some("metadata.namespace") => namespace.to_owned(),
                Some(other) => panic!("no kubelet here knows {other}"),
                None => variable["value"].as_str().unwrap_or_default().to_owned(),
            };
            command.env(variable["name"].as_str().unwrap(), value);
        }
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let health = port_of(container, &"health".into());
        let mut pod = Self { process, root, health, container: container.clone(), routes: Vec::new() };
        pod.wait_until_ready(&plane.folder().join(format!("pod-{number}.log")));
        pod.routes = routes(plane, namespace, &deployment["spec"]["template"]);
        pod
    }

    fn wait_until_ready(&mut self, log: &Path) {
        let started = Instant::now();
        while !self.is_ready() {
            let ended = self.process.try_wait().unwrap();
            let goes_on = ended.is_none() && started.elapsed() < Duration::from_secs(60);
            assert!(goes_on, "the pod is not ready ({ended:?}):\n{}", fs::read_to_string(log).unwrap());
            sleep(Duration::from_millis(100));
        }
    }

    /// What a kubelet asks.
    fn is_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.health)) else { return false };
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).is_ok() && answer.contains("200 OK")
    }

    /// The port of this name.
    pub(crate) fn port(&self, name: &str) -> u16 {
        port_of(&self.container, &name.into())
    }

    /// The user and the group that the process runs as, as the system has them.
    pub(crate) fn user(&self) -> (u32, u32) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let id = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().next().unwrap().parse().unwrap()
        };
        (id("Uid:"), id("Gid:"))
    }

    /// The files in its root.
    pub(crate) fn files(&self) -> Vec<String> {
        let of_root = |path: PathBuf| path.strip_prefix(&self.root).unwrap().to_str().unwrap().to_owned();
        podgraft_testkit::files::files(&self.root, "").into_iter().map(of_root).collect()
    }

    /// `SIGTERM`, as a kubelet ends a pod that is no endpoint any more; how it ended.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.routes.clear();
        Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        self.process.wait().unwrap().code()
    }
}

impl Drop for PodProcess {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The port of this name, or of this number, of a container.
fn port_of(container: &Value, port: &Value) -> u16 {
    let mut ports = container["ports"].as_array().unwrap().iter();
    let named = ports.find(|one| one["name"] == *port || one["containerPort"] == *port).unwrap();
    u16::try_from(named["containerPort"].as_u64().unwrap()).unwrap()
}

/// Makes a pod of this template an endpoint of the Services that select it.
fn routes(plane: &ControlPlane, namespace: &str, template: &Value) -> Vec<ServiceRoute> {
    let services = plane.kubectl_ok(&["get", "services", "-n", namespace, "-o", "json"], b"");
    let services: Value = serde_json::from_str(&services).unwrap();
    let mut routes = Vec::new();
    for service in services["items"].as_array().unwrap() {
        let Some(selector) = service["spec"]["selector"].as_object() else { continue };
        let labels = &template["metadata"]["labels"];
        if selector.iter().any(|(name, value)| labels[name] != *value) {
            continue;
        }
        for port in service["spec"]["ports"].as_array().unwrap() {
            let address = format!("{}:{}", service["spec"]["clusterIP"].as_str().unwrap(), port["port"]);
            let to = port_of(&template["spec"]["containers"][0], &port["targetPort"]);
            routes.push(plane.services().route(&address, to));
        }
    }
    routes
}

/// An object of the cluster.
pub(crate) fn get(plane: &ControlPlane, namespace: &str, kind: &str, name: &str) -> Value {
    let text = plane.kubectl_ok(&["get", kind, name, "-n", namespace, "-o", "json"], b"");
    serde_json::from_str(&text).unwrap()
}

/// The program in its root, as the user of the pod: as a container runtime does it where that may be done, in a user
/// namespace otherwise.
fn in_root(root: &Path, pod: &Value) -> Command {
    let context = &pod["securityContext"];
    let (user, group) = (&context["runAsUser"], &context["runAsGroup"]);
    let me = Command::new("id").arg("-u").output().unwrap();
    let mut command = if text(&me.stdout).trim() == "0" {
        let mut command = Command::new("chroot");
        command.arg(format!("--userspec={user}:{group}")).arg("--groups=");
        command
    } else {
        let mut command = Command::new("unshare");
        command.arg(format!("--map-user={user}")).arg(format!("--map-group={group}")).arg("--root");
        command
    };
    command.arg(root).arg("/podgraft");
    command
}

/// The image's one file, and what the loader wants where it is not linked statically, as the image's is.
fn install(program: &Path, root: &Path) {
    let file = root.join("podgraft");
    // A build with debug information is large, and there is a root for each pod.
    fs::hard_link(program, &file).or_else(|_| fs::copy(program, &file).map(drop)).unwrap();
    let libraries = Command::new("ldd").arg(program).output().unwrap();
    for word in text(&libraries.stdout).split_whitespace().filter(|word| word.starts_with('/')) {
        let copy = root.join(word.trim_start_matches('/'));
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(word, copy).unwrap();
    }
}

fn mount_volumes(plane: &ControlPlane, namespace: &str, pod: &Value, root: &Path) {
    for mount in pod["containers"][0]["volumeMounts"].as_array().into_iter().flatten() {
        let volume =
            pod["volumes"].as_array().unwrap().iter().find(|one| one["name"] == mount["name"]).unwrap();
        let name = volume["configMap"]["name"].as_str().expect("only ConfigMaps are mounted here");
        let data = get(plane, namespace, "configmap", name)["data"].clone();
        for (key, content) in data.as_object().unwrap() {
            let path = mount["mountPath"].as_str().unwrap().trim_start_matches('/');
            write(&root.join(path).join(key), content.as_str().unwrap());
        }
    }
}

fn mount_service_account(plane: &ControlPlane, namespace: &str, name: &str, root: &Path) {
    let token = plane.kubectl_ok(&["create", "token", name, "-n", namespace, "--duration=1h"], b"");
    let authority = fs::read_to_string(plane.folder().join("certificates/apiserver.crt")).unwrap();
    for (file, content) in [("token", token.trim()), ("ca.crt", &authority), ("namespace", namespace)] {
        write(&root.join(SERVICE_ACCOUNT).join(file), content);
    }
}

fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
}
