//! [`OverlayStore`]: the overlays and the namespaces' labels of the cluster, kept for all controllers.

mod debounce;
pub(crate) mod freshness;
mod overlay_reader;

use std::{
    collections::{BTreeMap, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use futures::{Stream, StreamExt, stream};
use k8s_openapi::api::core::v1::Namespace as ApiNamespace;
use kube::{
    Api, Client, ResourceExt,
    api::DynamicObject,
    core::PartialObjectMeta,
    runtime::{reflector::Store, watcher},
};
use tokio::sync::watch;

use debounce::{Debounce, QUIET_PERIOD};
use overlay_reader::OverlayReader;

use super::reflector::{Synced, reflected, trim_metadata};
use crate::operator::api::{error_message::watch_error_message, resource::overlay_resource};
use podgraft_pod::overlay::{Namespace, OverlayKind, Overlays};

/// The overlays and the labels of namespaces, as far as they have been read.
enum OverlaySnapshot {
    /// Not all of them yet; with the message of the last failure.
    Loading(Option<String>),
    /// All of them.
    Loaded { overlays: Arc<Overlays>, labels: Option<HashMap<String, BTreeMap<String, String>>> },
}

/// The overlays and the namespaces' labels of the cluster.
pub(crate) struct OverlayStore {
    snapshot: RwLock<OverlaySnapshot>,
    /// Whether the caches have changed since the snapshot was made of them.
    is_stale: AtomicBool,
    changes: watch::Sender<u64>,
    /// The digest of the snapshot that subscribers were notified of last.
    notified: Mutex<u64>,
    caches: OverlayCaches,
    reader: Mutex<OverlayReader>,
}

/// The caches that the snapshot is made of.
struct OverlayCaches {
    overlays: Vec<Store<DynamicObject>>,
    namespaces: Option<Store<PartialObjectMeta<ApiNamespace>>>,
    synced: Vec<Synced>,
}

/// Keeps an [`OverlayStore`] up to date while it is polled.
type WatchTask = futures::future::BoxFuture<'static, ()>;

impl OverlayStore {
    /// Prepares to watch the `PodOverlay`s of these namespaces (all, when none is named) and, if `cluster` says so, the
    /// `ClusterPodOverlay`s and the namespaces; and the task that does it.
    pub(crate) fn watch(client: &Client, namespaces: &[String], cluster: bool) -> (Arc<Self>, WatchTask) {
        let (mut overlays, mut caches, mut events) = (Vec::new(), Vec::new(), Vec::new());
        let mut add = |api: Api<DynamicObject>, kind: OverlayKind| {
            let trim = |overlay: &mut DynamicObject| overlay.managed_fields_mut().clear();
            let (store, synced, stream) =
                reflected(api, watcher::Config::default(), overlay_resource(kind), trim, |_| ());
            overlays.push(store);
            caches.push(synced);
            events.push(stream.map(|event| event.map(|_| ())).boxed());
        };
        if namespaces.is_empty() {
            add(
                Api::all_with(client.clone(), &overlay_resource(OverlayKind::Namespaced)),
                OverlayKind::Namespaced,
            );
        }
        for namespace in namespaces {
            let resource = overlay_resource(OverlayKind::Namespaced);
            add(Api::namespaced_with(client.clone(), namespace, &resource), OverlayKind::Namespaced);
        }
        let mut of_namespaces = None;
        if cluster {
            add(Api::all_with(client.clone(), &overlay_resource(OverlayKind::Cluster)), OverlayKind::Cluster);
            let api: Api<PartialObjectMeta<ApiNamespace>> = Api::all(client.clone());
            let (store, synced, stream) =
                reflected(api, watcher::Config::default(), (), trim_metadata, |_| ());
            of_namespaces = Some(store);
            caches.push(synced);
            events.push(stream.map(|event| event.map(|_| ())).boxed());
        }
        let store = Arc::new(Self {
            snapshot: RwLock::new(OverlaySnapshot::Loading(None)),
            is_stale: AtomicBool::new(false),
            changes: watch::Sender::new(0),
            notified: Mutex::new(0),
            caches: OverlayCaches { overlays, namespaces: of_namespaces, synced: caches },
            reader: Mutex::default(),
        });
        let task = Arc::clone(&store).run(stream::select_all(events));
        (store, Box::pin(task))
    }

    async fn run(self: Arc<Self>, mut events: impl Stream<Item = Result<(), watcher::Error>> + Unpin) {
        let mut is_synced = Box::pin(self.wait_until_synced());
        let (mut synced, mut debounce) = (false, Debounce::default());
        let mut ticks = tokio::time::interval(QUIET_PERIOD);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(())) => {
                        debounce.has_changed = true;
                        self.is_stale.store(true, Ordering::Release);
                    }
                    Some(Err(error)) => self.record_failure(watch_error_message(&error)),
                    None => return,
                },
                () = &mut is_synced, if !synced => {
                    (synced, debounce) = (true, Debounce::default());
                    self.reload();
                    self.has_changed();
                    self.notify();
                }
                // The operator's own writes of an overlay's status concern no test.
                _ = ticks.tick() => if synced && debounce.fires() && self.has_changed() {
                    self.notify();
                }
            }
        }
    }

    /// Waits until everything has been read once.
    async fn wait_until_synced(&self) {
        for synced in &self.caches.synced {
            synced.wait().await;
        }
    }

    fn record_failure(&self, message: String) {
        let mut snapshot = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
        let OverlaySnapshot::Loading(failure) = &mut *snapshot else { return };
        let is_first = failure.is_none();
        *failure = Some(message);
        drop(snapshot);
        if is_first {
            self.notify();
        }
    }

    /// Notifies all subscribers that something has changed.
    fn notify(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Whether what overlays and namespaces say differs from what subscribers were notified of last.
    fn has_changed(&self) -> bool {
        let digest = match &*self.snapshot() {
            OverlaySnapshot::Loading(_) => return true,
            OverlaySnapshot::Loaded { overlays, labels } => {
                let mut digest = DefaultHasher::new();
                let versions = OverlayKind::ALL.map(|kind| freshness::versions(overlays, kind, None));
                let labels: Option<BTreeMap<_, _>> = labels.as_ref().map(|labels| labels.iter().collect());
                (versions, labels).hash(&mut digest);
                digest.finish()
            }
        };
        let mut notified = self.notified.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *notified, digest) != digest
    }

    /// Makes the snapshot of the caches.
    fn reload(&self) {
        // Hold the write lock while reading, or an older snapshot could overwrite a newer one.
        let mut snapshot = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
        self.is_stale.store(false, Ordering::Release);
        let objects = self.caches.overlays.iter().flat_map(Store::state);
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let overlays = Arc::new(reader.read(objects));
        let labels = self.caches.namespaces.as_ref().map(|namespaces| {
            let labels = |namespace: &PartialObjectMeta<ApiNamespace>| namespace.labels().clone();
            namespaces.state().iter().map(|namespace| (namespace.name_any(), labels(namespace))).collect()
        });
        *snapshot = OverlaySnapshot::Loaded { overlays, labels };
    }

    /// The snapshot of the caches as they are now: a test that starts just after an overlay was published gets it,
    /// although subscribers have not been notified of the overlay yet.
    fn snapshot(&self) -> RwLockReadGuard<'_, OverlaySnapshot> {
        let snapshot = self.snapshot.read().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*snapshot, OverlaySnapshot::Loaded { .. }) || !self.is_stale.load(Ordering::Acquire) {
            return snapshot;
        }
        drop(snapshot);
        self.reload();
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until everything has been read, or a failure is known.
    pub(crate) async fn wait_until_settled(&self) {
        let mut changes = self.changes.subscribe();
        let is_settled = || {
            !matches!(
                *self.snapshot.read().unwrap_or_else(PoisonError::into_inner),
                OverlaySnapshot::Loading(None)
            )
        };
        while !is_settled() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// The overlays, and what is known of this namespace: its name, and its labels where namespaces are watched.
    ///
    /// # Errors
    /// The message of why the overlays are not known.
    pub(crate) fn inputs_of(&self, namespace: &str) -> Result<(Arc<Overlays>, Namespace), String> {
        match &*self.snapshot() {
            OverlaySnapshot::Loading(words) => {
                Err(words.clone().unwrap_or_else(|| "they are being read".into()))
            }
            OverlaySnapshot::Loaded { overlays, labels } => {
                let found = labels.as_ref().map(|labels| labels.get(namespace).cloned().unwrap_or_default());
                let namespace = Namespace { name: namespace.to_owned(), labels: found };
                Ok((Arc::clone(overlays), namespace))
            }
        }
    }

    /// Whether `ClusterPodOverlay`s count, and the labels of namespaces.
    pub(crate) fn has_cluster_overlays(&self) -> bool {
        self.caches.namespaces.is_some()
    }

    /// The overlays themselves, for their status; nothing before all are known.
    pub(crate) fn overlays(&self) -> Option<Arc<Overlays>> {
        match &*self.snapshot() {
            OverlaySnapshot::Loading(_) => None,
            OverlaySnapshot::Loaded { overlays, .. } => Some(Arc::clone(overlays)),
        }
    }

    /// An item each time when something has changed.
    pub(crate) fn changes(&self) -> impl Stream<Item = ()> + Send + 'static {
        let changes = self.changes.subscribe();
        stream::unfold(changes, |mut changes| async {
            changes.changed().await.ok()?;
            Some(((), changes))
        })
    }
}
