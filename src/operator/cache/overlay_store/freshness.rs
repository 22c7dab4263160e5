//! [`LiveOverlays`]: what the API server itself says of the overlays, to compare the cached ones with.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join3;
use kube::Client;

use crate::operator::api::{
    error::Error,
    read::{self, OverlayVersion},
};
use podgraft_pod::{
    manifest::Document,
    overlay::{Namespace, OverlayKind, Overlays},
};

/// A namespace's labels; `None` when it is gone.
type NamespaceLabels = Option<BTreeMap<String, String>>;

/// The overlays that matter in a namespace, and the namespace's labels, as the API server has them.
#[derive(Debug)]
pub(crate) struct LiveOverlays {
    namespaced: BTreeSet<OverlayVersion>,
    /// `None` where the operator does without `ClusterPodOverlay`s.
    cluster: Option<(BTreeSet<OverlayVersion>, NamespaceLabels)>,
}

impl LiveOverlays {
    /// Asks the API server.
    ///
    /// # Errors
    /// [`Error::Api`] when it does not answer.
    pub(crate) async fn read(
        client: &Client,
        namespace: &str,
        has_cluster_overlays: bool,
    ) -> Result<Self, Error> {
        let namespaced = read::overlay_versions(client, OverlayKind::Namespaced, namespace);
        if !has_cluster_overlays {
            return Ok(Self { namespaced: namespaced.await?, cluster: None });
        }
        let of_cluster = read::overlay_versions(client, OverlayKind::Cluster, namespace);
        let labels = read::namespace_labels(client, namespace);
        let (namespaced, cluster, labels) = try_join3(namespaced, of_cluster, labels).await?;
        Ok(Self { namespaced, cluster: Some((cluster, labels)) })
    }

    /// Whether these cached overlays and this namespace are the same: nothing that was published before a test starts
    /// may be missed, or a constraint could be.
    pub(crate) fn equals(&self, overlays: &Overlays, namespace: &Namespace) -> bool {
        let cached = |kind| versions(overlays, kind, Some(&namespace.name));
        let is_namespace = match &self.cluster {
            Some((cluster, labels)) => {
                cached(OverlayKind::Cluster) == *cluster && *labels == namespace.labels
            }
            None => true,
        };
        is_namespace && cached(OverlayKind::Namespaced) == self.namespaced
    }
}

/// The versions of all overlays of a kind; of those with a namespace, only in this one, where one is named.
pub(super) fn versions(
    overlays: &Overlays,
    of: OverlayKind,
    namespace: Option<&str>,
) -> BTreeSet<OverlayVersion> {
    let readable = overlays.readable().map(|overlay| (overlay.kind, &overlay.namespace, overlay.document()));
    let unreadable =
        overlays.unreadable().map(|overlay| (overlay.kind, &overlay.namespace, overlay.document()));
    let here = |place: Option<&str>| of == OverlayKind::Cluster || namespace.is_none() || place == namespace;
    let all = readable.chain(unreadable).filter(|(kind, place, _)| *kind == of && here(place.as_deref()));
    all.map(|(.., document)| version(document)).collect()
}

fn version(overlay: &Document) -> OverlayVersion {
    let field = |pointer: &str| overlay.value.pointer(pointer);
    let uid = field("/metadata/uid").and_then(|uid| uid.as_str()).map(str::to_owned);
    (uid, field("/metadata/generation").and_then(serde_json::Value::as_i64))
}
