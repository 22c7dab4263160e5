//! [`OverlayStore`]: the overlays and the namespaces' labels of the cluster, kept for all controllers.

mod debounce;
pub(super) mod freshness;

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
    api::{ApiResource, DynamicObject},
    core::PartialObjectMeta,
    runtime::{reflector::Store, watcher},
};
use tokio::sync::watch;

use debounce::{Debounce, QUIET_PERIOD};

use super::{
    error_message::watch_words,
    watch::{Synced, reflected, trim_metadata},
};
use podgraft_locust::{
    locust::overlay::{Kind, Namespace, Overlays},
    manifest::Document,
};

/// What is known of the cluster around the tests.
enum OverlaySnapshot {
    /// Not yet all of it; the words of the last failure.
    Loading(Option<String>),
    /// All of it.
    Loaded { overlays: Arc<Overlays>, labels: Option<HashMap<String, BTreeMap<String, String>>> },
}

/// The overlays and the namespaces' labels of the cluster.
pub struct OverlayStore {
    known: RwLock<OverlaySnapshot>,
    /// Whether the caches have changed since `known` was made of them.
    is_stale: AtomicBool,
    changes: watch::Sender<u64>,
    /// What everybody was told of last.
    told: Mutex<u64>,
    stores: OverlayCaches,
}

/// What is kept in memory.
struct OverlayCaches {
    overlays: Vec<Store<DynamicObject>>,
    namespaces: Option<Store<PartialObjectMeta<ApiNamespace>>>,
    synced: Vec<Synced>,
}

/// Keeps an [`OverlayStore`] up to date while it is polled.
type WatchTask = futures::future::BoxFuture<'static, ()>;

/// A kind of overlay, as the API server knows it.
#[must_use]
pub fn overlay_resource(kind: Kind) -> ApiResource {
    ApiResource {
        group: "locust.io".into(),
        version: "v1alpha1".into(),
        api_version: "locust.io/v1alpha1".into(),
        kind: kind.as_str().into(),
        plural: format!("{}s", kind.as_str().to_lowercase()),
    }
}

impl OverlayStore {
    /// Prepares to watch what is around the tests of these namespaces (all, when none is named), and the work
    /// that does it.
    #[must_use]
    pub fn watch(client: &Client, namespaces: &[String], cluster: bool) -> (Arc<Self>, WatchTask) {
        let (mut overlays, mut caches, mut events) = (Vec::new(), Vec::new(), Vec::new());
        let mut add = |api: Api<DynamicObject>, kind: Kind| {
            let trim = |overlay: &mut DynamicObject| overlay.managed_fields_mut().clear();
            let (store, synced, stream) =
                reflected(api, watcher::Config::default(), overlay_resource(kind), trim, |_| ());
            overlays.push(store);
            caches.push(synced);
            events.push(stream.map(|event| event.map(|_| ())).boxed());
        };
        if namespaces.is_empty() {
            add(Api::all_with(client.clone(), &overlay_resource(Kind::Namespaced)), Kind::Namespaced);
        }
        for namespace in namespaces {
            let resource = overlay_resource(Kind::Namespaced);
            add(Api::namespaced_with(client.clone(), namespace, &resource), Kind::Namespaced);
        }
        let mut of_namespaces = None;
        if cluster {
            add(Api::all_with(client.clone(), &overlay_resource(Kind::Cluster)), Kind::Cluster);
            let api: Api<PartialObjectMeta<ApiNamespace>> = Api::all(client.clone());
            let (store, synced, stream) =
                reflected(api, watcher::Config::default(), (), trim_metadata, |_| ());
            of_namespaces = Some(store);
            caches.push(synced);
            events.push(stream.map(|event| event.map(|_| ())).boxed());
        }
        let around = Arc::new(Self {
            known: RwLock::new(OverlaySnapshot::Loading(None)),
            is_stale: AtomicBool::new(false),
            changes: watch::Sender::new(0),
            told: Mutex::new(0),
            stores: OverlayCaches { overlays, namespaces: of_namespaces, synced: caches },
        });
        let work = Arc::clone(&around).work(stream::select_all(events));
        (around, Box::pin(work))
    }

    async fn work(self: Arc<Self>, mut events: impl Stream<Item = Result<(), watcher::Error>> + Unpin) {
        let mut is_filled = Box::pin(self.synced());
        let (mut synced, mut debounce) = (false, Debounce::default());
        let mut turn = tokio::time::interval(QUIET_PERIOD);
        turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(())) => {
                        debounce.is_coming = true;
                        self.is_stale.store(true, Ordering::Release);
                    }
                    Some(Err(error)) => self.fail(watch_words(&error)),
                    None => return,
                },
                () = &mut is_filled, if !synced => {
                    (synced, debounce) = (true, Debounce::default());
                    self.read();
                    self.has_news();
                    self.tell();
                }
                // The operator's own writes of an overlay's status concern no test.
                _ = turn.tick() => if synced && debounce.is_over() && self.has_news() {
                    self.tell();
                }
            }
        }
    }

    /// Waits until everything has been read once.
    async fn synced(&self) {
        for synced in &self.stores.synced {
            synced.wait().await;
        }
    }

    fn fail(&self, words: String) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let OverlaySnapshot::Loading(failure) = &mut *known else { return };
        let is_news = failure.is_none();
        *failure = Some(words);
        drop(known);
        if is_news {
            self.tell();
        }
    }

    /// Tells everybody that something has changed.
    fn tell(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Whether what overlays and namespaces say differs from what everybody was told of last.
    fn has_news(&self) -> bool {
        let digest = match &*self.known() {
            OverlaySnapshot::Loading(_) => return true,
            OverlaySnapshot::Loaded { overlays, labels } => {
                let mut digest = DefaultHasher::new();
                let versions = Kind::ALL.map(|kind| freshness::versions(overlays, kind, None));
                let labels: Option<BTreeMap<_, _>> = labels.as_ref().map(|labels| labels.iter().collect());
                (versions, labels).hash(&mut digest);
                digest.finish()
            }
        };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *told, digest) != digest
    }

    /// Reads the caches.
    fn read(&self) {
        // Nobody else reads meanwhile, or what was read first could be kept last.
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        self.is_stale.store(false, Ordering::Release);
        let documents = self.stores.overlays.iter().flat_map(Store::state);
        let documents = documents
            .map(|overlay| Document::from_value(serde_json::to_value(&*overlay).unwrap_or_default()));
        let overlays = Arc::new(Overlays::read(documents));
        let labels = self.stores.namespaces.as_ref().map(|namespaces| {
            let labels = |namespace: &PartialObjectMeta<ApiNamespace>| namespace.labels().clone();
            namespaces.state().iter().map(|one| (one.name_any(), labels(one))).collect()
        });
        *known = OverlaySnapshot::Loaded { overlays, labels };
    }

    /// What is known now: a test that starts just after an overlay was published gets it, although nobody has been
    /// told of the overlay yet.
    fn known(&self) -> RwLockReadGuard<'_, OverlaySnapshot> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*known, OverlaySnapshot::Loaded { .. }) || !self.is_stale.load(Ordering::Acquire) {
            return known;
        }
        drop(known);
        self.read();
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until everything is known, or it is known why it is not.
    pub async fn settled(&self) {
        let mut changes = self.changes.subscribe();
        let is_settled = || {
            !matches!(
                *self.known.read().unwrap_or_else(PoisonError::into_inner),
                OverlaySnapshot::Loading(None)
            )
        };
        while !is_settled() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// The overlays, and what is known of this namespace.
    ///
    /// # Errors
    /// In words: why the overlays are not known.
    pub fn of(&self, namespace: &str) -> Result<(Arc<Overlays>, Namespace), String> {
        match &*self.known() {
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

    /// Whether overlays of the cluster count, and the labels of namespaces.
    pub(super) fn has_cluster_overlays(&self) -> bool {
        self.stores.namespaces.is_some()
    }

    /// The overlays themselves, for their status; nothing before all are known.
    #[must_use]
    pub fn all(&self) -> Option<Arc<Overlays>> {
        match &*self.known() {
            OverlaySnapshot::Loading(_) => None,
            OverlaySnapshot::Loaded { overlays, .. } => Some(Arc::clone(overlays)),
        }
    }

    /// An item each time when something has changed.
    pub fn changes(&self) -> impl Stream<Item = ()> + Send + 'static {
        let changes = self.changes.subscribe();
        stream::unfold(changes, |mut changes| async {
            changes.changed().await.ok()?;
            Some(((), changes))
        })
    }
}
