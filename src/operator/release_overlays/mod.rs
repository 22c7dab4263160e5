//! [`ReleaseOverlays`]: overlays that a ConfigMap lists, kept applied.
//!
//! A chart cannot have overlays as objects of its release: Helm maps every object before it creates the
//! CustomResourceDefinitions, and the webhook that judges them has no endpoint yet. So the chart lists them in a
//! ConfigMap, and the replica that leads applies them: server side, under a field manager of their own, with labels that
//! say where they come from. One that leaves the list is deleted. One of somebody else with the same name is left alone.

mod listed;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::StreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, Client, runtime::watcher};
use podgraft_pod::overlay::{OverlayId, OverlayKind};
use serde_json::Value;

use super::api::{
    error::Error,
    error_message::{error_message, watch_error_message},
    release_overlays::{apply, labels_of, owned},
};
use super::settings::OverlaySource;
use listed::listed_overlays;

/// How often the overlays are applied again, in case somebody changed one.
const EVERY: Duration = Duration::from_secs(60);
/// How long after a failure.
const AGAIN: Duration = Duration::from_secs(5);
/// How long the first attempt may keep tests waiting.
const FIRST: Duration = Duration::from_secs(20);

/// The label with the name of the ConfigMap that lists an overlay.
const SOURCE_LABEL: &str = "locust.io/overlays-of";
/// The label with the ConfigMap's namespace.
const SOURCE_NAMESPACE_LABEL: &str = "locust.io/overlays-from";

impl OverlaySource {
    fn labels(&self) -> [(&'static str, &str); 2] {
        [(SOURCE_LABEL, &self.config_map), (SOURCE_NAMESPACE_LABEL, &self.namespace)]
    }

    fn selector(&self) -> String {
        self.labels().map(|(label, value)| format!("{label}={value}")).join(",")
    }

    fn is_of(&self, labels: &BTreeMap<String, String>) -> bool {
        self.labels().iter().all(|(label, value)| labels.get(*label).is_some_and(|found| found == value))
    }
}

/// The overlays that a ConfigMap lists.
pub(crate) struct ReleaseOverlays {
    client: Client,
    source: OverlaySource,
    /// The namespaces that the operator looks after; all of them when empty.
    namespaces: Vec<String>,
    /// Whether it may use overlays of the whole cluster.
    uses_cluster: bool,
    /// What was logged last.
    logged: Vec<String>,
}

impl ReleaseOverlays {
    /// The overlays of this source, of which nothing is known yet.
    pub(crate) fn new(
        client: Client,
        source: OverlaySource,
        namespaces: Vec<String>,
        uses_cluster: bool,
    ) -> Self {
        Self { client, source, namespaces, uses_cluster, logged: Vec::new() }
    }

    /// Applies them once, before any test starts: what they demand is to count from the beginning. What cannot be
    /// applied keeps nobody waiting for long.
    pub(crate) async fn apply_first(&mut self) {
        let config_maps: Api<ConfigMap> = Api::namespaced(self.client.clone(), &self.source.namespace);
        let first = async {
            match config_maps.get_opt(&self.source.config_map).await {
                Ok(found) => drop(self.apply(found.as_ref()).await),
                Err(error) => self.log(vec![format!("cannot read the ConfigMap: {}", error_message(&error))]),
            }
        };
        if tokio::time::timeout(FIRST, first).await.is_err() {
            tracing::warn!("the overlays of the release are not applied yet, and tests start without them");
        }
    }

    /// Keeps them applied, for ever.
    pub(crate) async fn keep_applied(mut self) {
        let config_maps: Api<ConfigMap> = Api::namespaced(self.client.clone(), &self.source.namespace);
        let mut changes = Box::pin(watcher::watch_object(config_maps, &self.source.config_map));
        let (mut current, mut pause) = (None, EVERY);
        loop {
            tokio::select! {
                change = changes.next() => match change {
                    Some(Ok(found)) => current = found,
                    Some(Err(error)) => {
                        self.log(vec![format!("cannot watch the ConfigMap: {}", watch_error_message(&error))]);
                        tokio::time::sleep(AGAIN).await;
                        continue;
                    }
                    None => return,
                },
                () = tokio::time::sleep(pause) => {}
            }
            pause = if self.apply(current.as_ref()).await { EVERY } else { AGAIN };
        }
    }

    /// Brings the cluster in step with the ConfigMap; whether all of it could be done.
    async fn apply(&mut self, config_map: Option<&ConfigMap>) -> bool {
        // A ConfigMap that is gone says nothing: an uninstalled release keeps its overlays, as it keeps the tests.
        let Some(config_map) = config_map else {
            self.log(vec!["there is no such ConfigMap; the overlays that there are stay".into()]);
            return false;
        };
        let listed = match listed_overlays(config_map, &self.source) {
            Ok(listed) => listed,
            Err(message) => {
                self.log(vec![message]);
                return false;
            }
        };
        let mut failures = Vec::new();
        for (id, overlay) in &listed {
            if let Err(failure) = self.apply_one(id, overlay).await {
                failures.push(failure);
            }
        }
        if let Err(failure) = self.delete_others(&listed.keys().collect()).await {
            failures.push(failure.to_string());
        }
        let is_done = failures.is_empty();
        if is_done && !self.logged.is_empty() {
            tracing::info!(overlays = listed.len(), "the overlays of the release are applied");
        }
        self.log(failures);
        is_done
    }

    async fn apply_one(&self, id: &OverlayId, overlay: &Value) -> Result<(), String> {
        let found = labels_of(&self.client, id).await.map_err(|error| error.to_string())?;
        if found.as_ref().is_some_and(|labels| !self.source.is_of(labels)) {
            return Err(format!(
                "{id} is there, and is not of this release: rename one of the two, or delete that one"
            ));
        }
        apply(&self.client, id, overlay).await.map_err(|error| error.to_string())?;
        if found.is_none() {
            tracing::info!(overlay = %id, "applied an overlay of the release");
        }
        Ok(())
    }

    /// Deletes the overlays that have left the list.
    async fn delete_others(&self, listed: &BTreeSet<&OverlayId>) -> Result<(), Error> {
        let namespaces: Vec<Option<&str>> = if self.namespaces.is_empty() {
            vec![None]
        } else {
            self.namespaces.iter().map(|namespace| Some(namespace.as_str())).collect()
        };
        let cluster = self.uses_cluster.then_some((OverlayKind::Cluster, None));
        let places = namespaces.into_iter().map(|namespace| (OverlayKind::Namespaced, namespace));
        for (kind, namespace) in places.chain(cluster) {
            for overlay in owned(&self.client, kind, namespace, &self.source.selector()).await? {
                if !listed.contains(&overlay.id) {
                    overlay.delete(&self.client).await?;
                    tracing::info!(overlay = %overlay.id, "deleted an overlay that has left the release");
                }
            }
        }
        Ok(())
    }

    /// Logs what is wrong, once while it stays the same.
    fn log(&mut self, failures: Vec<String>) {
        let config_map = &self.source.config_map;
        for failure in failures.iter().filter(|failure| !self.logged.contains(failure)) {
            tracing::warn!(config_map, "cannot apply an overlay of the release: {failure}");
        }
        self.logged = failures;
    }
}
