//! A life for pods without a kubelet: one node, one scheduler, and whatever fate a test chooses.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client, Config, ResourceExt,
    api::{DeleteParams, Patch, PatchParams, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
    runtime::{
        WatchStreamExt,
        reflector::{Store, store::Writer},
        watcher,
    },
};
use serde_json::{Value, json};

/// What becomes of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It runs and is ready.
    Run,
    /// All its containers end with 0.
    Succeed,
    /// Its first container ends with 1.
    Fail,
    /// No node takes it.
    Unschedulable,
    /// Its image cannot be pulled.
    ImageError,
    /// A Secret is missing.
    ConfigError,
    /// It ends again and again.
    CrashLoop,
}

/// How long a pod takes to end when it is deleted.
const LAST_BREATH: Duration = Duration::from_millis(1_500);
/// How often pods are looked at.
const TICK: Duration = Duration::from_millis(100);
const NODE: &str = "node-1";

/// What is known of the masters of one test.
#[derive(Debug, Clone, Default)]
pub struct Masters {
    /// How many pods there have ever been.
    pub ever: BTreeSet<String>,
    /// How many were alive at once, at most.
    pub at_once: usize,
}

#[derive(Default)]
struct LifeState {
    fates: Mutex<Vec<(String, Fate)>>,
    masters: Mutex<BTreeMap<String, Masters>>,
    stop: AtomicBool,
}

/// Gives pods a life until it is dropped.
pub struct PodLife {
    shared: Arc<LifeState>,
    thread: Option<JoinHandle<()>>,
}

impl PodLife {
    /// Starts, with the rights of this kubeconfig. Every pod runs unless its fate is another.
    pub fn start(kubeconfig: &str) -> Self {
        let shared = Arc::new(LifeState::default());
        let (kubeconfig, theirs) = (kubeconfig.to_owned(), Arc::clone(&shared));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
            runtime.unwrap().block_on(live(&kubeconfig, &theirs));
        });
        Self { shared, thread: Some(thread) }
    }

    /// Decides what becomes of the pods whose names start like this, from now on.
    pub fn fate(&self, pods: &str, fate: Fate) {
        self.shared.fates.lock().unwrap().push((pods.to_owned(), fate));
    }

    /// What is known of the masters of a test, by `namespace/name-master`.
    pub fn masters(&self, of: &str) -> Masters {
        self.shared.masters.lock().unwrap().get(of).cloned().unwrap_or_default()
    }
}

impl Drop for PodLife {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        let _ = self.thread.take().unwrap().join();
    }
}

/// A client with the rights of a kubeconfig.
pub async fn client(kubeconfig: &str) -> Client {
    Client::try_from(config(kubeconfig).await).unwrap()
}

/// What a kubeconfig says.
pub async fn config(kubeconfig: &str) -> Config {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
    Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap()
}

async fn live(kubeconfig: &str, shared: &LifeState) {
    let client = client(kubeconfig).await;
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}});
    let nodes: Api<k8s_openapi::api::core::v1::Node> = Api::all(client.clone());
    let _ = nodes.create(&PostParams::default(), &serde_json::from_value(node).unwrap()).await;
    let writer = Writer::<Pod>::default();
    let store = writer.as_reader();
    let mut stream = watcher(Api::<Pod>::all(client.clone()), watcher::Config::default())
        .default_backoff()
        .reflect(writer)
        .touched_objects()
        .boxed();
    let mut tick = tokio::time::interval(TICK);
    let (mut done, mut doomed) = (HashMap::new(), HashMap::new());
    while !shared.stop.load(Ordering::Relaxed) {
        tokio::select! {
            event = stream.next() => {
                if let Some(Ok(pod)) = event {
                    count(&pod, &store, shared);
                }
            }
            _ = tick.tick() => turn(&client, &store, shared, &mut done, &mut doomed).await,
        }
    }
}

fn is_alive(pod: &Pod) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    !matches!(phase, Some("Succeeded" | "Failed"))
}

/// Counts the masters of the test that a pod is of.
fn count(pod: &Pod, store: &Store<Pod>, shared: &LifeState) {
    let label = |pod: &Pod| pod.labels().get("performance-test-pod-name").cloned().unwrap_or_default();
    let (role, namespace) = (label(pod), pod.namespace());
    if !role.ends_with("-master") {
        return;
    }
    let same = store.state_filter(|other| label(other) == role && other.namespace() == namespace);
    let alive = same.iter().filter(|pod| is_alive(pod)).count();
    let mut masters = shared.masters.lock().unwrap();
    let known = masters.entry(format!("{}/{role}", namespace.unwrap_or_default())).or_default();
    known.ever.extend(same.iter().filter_map(|pod| pod.uid()));
    known.at_once = known.at_once.max(alive);
}

async fn turn(
    client: &Client,
    store: &Store<Pod>,
    shared: &LifeState,
    done: &mut HashMap<String, Fate>,
    doomed: &mut HashMap<String, Instant>,
) {
    let fates = shared.fates.lock().unwrap().clone();
    let mut work = Vec::new();
    for pod in store.state() {
        let (uid, name) = (pod.uid().unwrap_or_default(), pod.name_any());
        if pod.metadata.deletion_timestamp.is_some() {
            let since = *doomed.entry(uid).or_insert_with(Instant::now);
            // The kubelet first says how the containers ended, and lets the pod go a moment later.
            if since.elapsed() > LAST_BREATH || is_alive(&pod) && since.elapsed() > LAST_BREATH / 2 {
                work.push((pod, None));
            }
            continue;
        }
        let fate = fates.iter().rev().find(|(start, _)| name.starts_with(start.as_str()));
        let fate = fate.map_or(Fate::Run, |(_, fate)| *fate);
        if is_alive(&pod) && done.get(&uid) != Some(&fate) {
            work.push((pod, Some((uid, fate))));
        }
    }
    let outcomes = futures::stream::iter(work)
        .map(|(pod, fate)| async move {
            match fate {
                None => {
                    end(client, &pod).await;
                    None
                }
                Some((uid, fate)) => meet(client, &pod, fate).await.map(|()| (uid, fate)),
            }
        })
        .buffer_unordered(16)
        .collect::<Vec<_>>()
        .await;
    done.extend(outcomes.into_iter().flatten());
}

async fn end(client: &Client, pod: &Pod) {
    let pods: Api<Pod> = Api::namespaced(client.clone(), &pod.namespace().unwrap());
    if is_alive(pod) {
        // Locust leaves with 0 when it is told to stop.
        let status = json!({"status": {"phase": "Succeeded"}});
        let _ = pods.patch_status(&pod.name_any(), &PatchParams::default(), &Patch::Merge(status)).await;
        return;
    }
    let _ = pods.delete(&pod.name_any(), &DeleteParams::default().grace_period(0)).await;
}

/// Binds the pod where it can be bound, and writes the status that a kubelet would write.
async fn meet(client: &Client, pod: &Pod, fate: Fate) -> Option<()> {
    let namespace = pod.namespace()?;
    let pods: Api<Pod> = Api::namespaced(client.clone(), &namespace);
    let spec = pod.spec.as_ref()?;
    if fate != Fate::Unschedulable && spec.node_name.is_none() {
        let binding = json!({
            "apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod.name_any()},
            "target": {"apiVersion": "v1", "kind": "Node", "name": NODE}
        });
        let path = format!("/api/v1/namespaces/{namespace}/pods/{}/binding", pod.name_any());
        let request = kube::api::Request::new(path);
        let request = request.create(&PostParams::default(), binding.to_string().into_bytes()).ok()?;
        client.request::<Value>(request).await.ok()?;
    }
    let status = |container: &k8s_openapi::api::core::v1::Container, first: bool| {
        let (state, ready) = match fate {
            Fate::Run => (json!({"running": {"startedAt": "2026-01-01T00:00:00Z"}}), true),
            Fate::Fail if first => (
                json!({"terminated": {"exitCode": 1, "reason": "Error", "message": "no such locustfile"}}),
                false,
            ),
            Fate::Succeed | Fate::Fail => {
                (json!({"terminated": {"exitCode": 0, "reason": "Completed"}}), false)
            }
            Fate::ImageError => {
                (json!({"waiting": {"reason": "ErrImagePull", "message": "no such image"}}), false)
            }
            Fate::ConfigError => (
                json!({"waiting": {"reason": "CreateContainerConfigError", "message": "secret \"token\" not found"}}),
                false,
            ),
            Fate::CrashLoop => {
                (json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}), false)
            }
            Fate::Unschedulable => return Value::Null,
        };
        json!({
            "name": container.name, "image": "i", "imageID": "i", "restartCount": 0, "ready": ready, "state": state
        })
    };
    let phase = match fate {
        Fate::Run => "Running",
        Fate::Succeed => "Succeeded",
        Fate::Fail => "Failed",
        _ => "Pending",
    };
    let condition = |kind: &str, holds: bool, reason: &str, message: &str| json!({"type": kind, "status": if holds { "True" } else { "False" }, "reason": reason, "message": message});
    let scheduled = match fate {
        Fate::Unschedulable => condition(
            "PodScheduled",
            false,
            "Unschedulable",
            "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
        ),
        _ => condition("PodScheduled", true, "", ""),
    };
    let mut patch = json!({"status": {
        "phase": phase,
        "conditions": [scheduled, condition("Ready", fate == Fate::Run, "", "")]
    }});
    if fate != Fate::Unschedulable {
        let list: Vec<Value> =
            spec.containers.iter().enumerate().map(|(index, one)| status(one, index == 0)).collect();
        patch["status"]["containerStatuses"] = list.into();
    }
    let patched = pods.patch_status(&pod.name_any(), &PatchParams::default(), &Patch::Merge(patch)).await;
    patched.ok().map(|_| ())
}
