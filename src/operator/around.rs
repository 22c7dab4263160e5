//! [`Around`]: the overlays and the namespaces' labels of the cluster, kept for all controllers.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use futures::{Stream, StreamExt, future::join_all, stream};
use k8s_openapi::api::core::v1::Namespace as ApiNamespace;
use kube::{
    Api, Client, ResourceExt,
    api::{ApiResource, DynamicObject},
    core::PartialObjectMeta,
    runtime::{reflector::Store, watcher},
};
use tokio::sync::watch;

use super::watch::{reflected, trim_metadata};
use crate::{
    locust::overlay::{Kind, Namespace, Overlays},
    manifest::Document,
};

/// How long changes are gathered before every test is looked at: hundreds that come at once are one.
const GATHERED: Duration = Duration::from_secs(1);

/// What is known of the cluster around the tests.
enum Known {
    /// Not yet all of it; the words of the last failure.
    NotYet(Option<String>),
    /// All of it.
    All { overlays: Arc<Overlays>, labels: Option<HashMap<String, BTreeMap<String, String>>> },
}

/// The overlays and the namespaces' labels of the cluster.
pub struct Around {
    known: RwLock<Known>,
    changes: watch::Sender<u64>,
    stores: Stores,
}

/// What is kept in memory.
struct Stores {
    overlays: Vec<Store<DynamicObject>>,
    namespaces: Option<Store<PartialObjectMeta<ApiNamespace>>>,
}

/// Keeps an [`Around`] up to date while it is polled.
type Work = futures::future::BoxFuture<'static, ()>;

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

impl Around {
    /// Prepares to watch what is around the tests of these namespaces (all, when none is named), and the work
    /// that does it.
    #[must_use]
    pub fn watch(client: &Client, namespaces: &[String], cluster: bool) -> (Arc<Self>, Work) {
        let (mut overlays, mut events) = (Vec::new(), Vec::new());
        let mut add = |api: Api<DynamicObject>, kind: Kind| {
            let trim = |overlay: &mut DynamicObject| overlay.managed_fields_mut().clear();
            let (store, stream) =
                reflected(api, watcher::Config::default(), overlay_resource(kind), trim, |_| ());
            overlays.push(store);
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
            let (store, stream) = reflected(api, watcher::Config::default(), (), trim_metadata, |_| ());
            of_namespaces = Some(store);
            events.push(stream.map(|event| event.map(|_| ())).boxed());
        }
        let around = Arc::new(Self {
            known: RwLock::new(Known::NotYet(None)),
            changes: watch::Sender::new(0),
            stores: Stores { overlays, namespaces: of_namespaces },
        });
        let work = Arc::clone(&around).work(stream::select_all(events));
        (around, Box::pin(work))
    }

    async fn work(self: Arc<Self>, mut events: impl Stream<Item = Result<(), watcher::Error>> + Unpin) {
        let mut is_filled = Box::pin(self.filled());
        let (mut filled, mut changed) = (false, false);
        let mut turn = tokio::time::interval(GATHERED);
        turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(())) => changed = true,
                    Some(Err(error)) => self.fail(error.to_string()),
                    None => return,
                },
                () = &mut is_filled, if !filled => {
                    (filled, changed) = (true, false);
                    self.read();
                }
                _ = turn.tick() => if filled && changed {
                    changed = false;
                    self.read();
                }
            }
        }
    }

    /// Waits until everything has been read once.
    async fn filled(&self) {
        let overlays = join_all(self.stores.overlays.iter().map(Store::wait_until_ready));
        let namespaces = async {
            if let Some(namespaces) = &self.stores.namespaces {
                let _ = namespaces.wait_until_ready().await;
            }
        };
        tokio::join!(overlays, namespaces);
    }

    fn fail(&self, words: String) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let Known::NotYet(failure) = &mut *known else { return };
        let is_news = failure.is_none();
        *failure = Some(words);
        drop(known);
        if is_news {
            self.changes.send_modify(|count| *count += 1);
        }
    }

    /// Reads the caches, and tells everybody.
    fn read(&self) {
        let documents = self.stores.overlays.iter().flat_map(Store::state);
        let documents = documents
            .map(|overlay| Document::from_value(serde_json::to_value(&*overlay).unwrap_or_default()));
        let overlays = Arc::new(Overlays::read(documents));
        let labels = self.stores.namespaces.as_ref().map(|namespaces| {
            let labels = |namespace: &PartialObjectMeta<ApiNamespace>| namespace.labels().clone();
            namespaces.state().iter().map(|one| (one.name_any(), labels(one))).collect()
        });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Known::All { overlays, labels };
        self.changes.send_modify(|count| *count += 1);
    }

    /// Waits until everything is known, or it is known why it is not.
    pub async fn settled(&self) {
        let mut changes = self.changes.subscribe();
        let is_settled =
            || !matches!(*self.known.read().unwrap_or_else(PoisonError::into_inner), Known::NotYet(None));
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
        match &*self.known.read().unwrap_or_else(PoisonError::into_inner) {
            Known::NotYet(words) => Err(words.clone().unwrap_or_else(|| "they are being read".into())),
            Known::All { overlays, labels } => {
                let found = labels.as_ref().map(|labels| labels.get(namespace).cloned().unwrap_or_default());
                let namespace = Namespace { name: namespace.to_owned(), labels: found };
                Ok((Arc::clone(overlays), namespace))
            }
        }
    }

    /// The overlays themselves, for their status; nothing before all are known.
    #[must_use]
    pub fn all(&self) -> Option<Arc<Overlays>> {
        match &*self.known.read().unwrap_or_else(PoisonError::into_inner) {
            Known::NotYet(_) => None,
            Known::All { overlays, .. } => Some(Arc::clone(overlays)),
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
