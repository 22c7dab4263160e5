//! [`LiveOverlays`]: what the API server says of the overlays and of a namespace, to compare what is known with.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join3;
use k8s_openapi::api::core::v1::Namespace as ApiNamespace;
use kube::{
    Api, Client, ResourceExt,
    api::{DynamicObject, ListParams},
};

use super::overlay_resource;
use crate::operator::error::Error;
use podgraft_locust::{
    locust::overlay::{Kind, Namespace, Overlays},
    manifest::Document,
};

/// What changes when somebody changes what an overlay says: its UID and its generation.
pub(super) type OverlayVersion = (Option<String>, Option<i64>);
/// A namespace's labels; `None` when it is gone.
type NamespaceLabels = Option<BTreeMap<String, String>>;

/// The overlays that matter in a namespace, and the namespace's labels, as the API server has them.
#[derive(Debug)]
pub(in crate::operator) struct LiveOverlays {
    namespaced: BTreeSet<OverlayVersion>,
    /// `None` where the operator does without overlays of the cluster.
    cluster: Option<(BTreeSet<OverlayVersion>, NamespaceLabels)>,
}

impl LiveOverlays {
    /// Asks the API server.
    ///
    /// # Errors
    /// [`Error::Api`] when it does not answer.
    pub(in crate::operator) async fn read(
        client: &Client,
        namespace: &str,
        has_cluster_overlays: bool,
    ) -> Result<Self, Error> {
        let namespaced = overlays(client, Kind::Namespaced, namespace);
        if !has_cluster_overlays {
            return Ok(Self { namespaced: namespaced.await?, cluster: None });
        }
        let of_cluster = overlays(client, Kind::Cluster, namespace);
        let (namespaced, cluster, labels) =
            try_join3(namespaced, of_cluster, labels(client, namespace)).await?;
        Ok(Self { namespaced, cluster: Some((cluster, labels)) })
    }

    /// Whether these overlays and this namespace are the same: nothing that was published before a test starts may be
    /// missed, or a constraint could be.
    pub(in crate::operator) fn is(&self, overlays: &Overlays, namespace: &Namespace) -> bool {
        let known = |kind| versions(overlays, kind, Some(&namespace.name));
        let is_namespace = match &self.cluster {
            Some((cluster, labels)) => known(Kind::Cluster) == *cluster && *labels == namespace.labels,
            None => true,
        };
        is_namespace && known(Kind::Namespaced) == self.namespaced
    }
}

/// The versions of all overlays of a kind; of those with a namespace, only in this one, where one is named.
pub(super) fn versions(overlays: &Overlays, of: Kind, namespace: Option<&str>) -> BTreeSet<OverlayVersion> {
    let readable =
        overlays.readable().iter().map(|overlay| (overlay.kind, &overlay.namespace, overlay.document()));
    let unreadable =
        overlays.unreadable().iter().map(|overlay| (overlay.kind, &overlay.namespace, overlay.document()));
    let here = |place: Option<&str>| of == Kind::Cluster || namespace.is_none() || place == namespace;
    let all = readable.chain(unreadable).filter(|(kind, place, _)| *kind == of && here(place.as_deref()));
    all.map(|(.., document)| version(document)).collect()
}

fn version(overlay: &Document) -> OverlayVersion {
    let field = |pointer: &str| overlay.value.pointer(pointer);
    let uid = field("/metadata/uid").and_then(|uid| uid.as_str()).map(str::to_owned);
    (uid, field("/metadata/generation").and_then(serde_json::Value::as_i64))
}

async fn overlays(client: &Client, kind: Kind, namespace: &str) -> Result<BTreeSet<OverlayVersion>, Error> {
    let resource = overlay_resource(kind);
    let api: Api<DynamicObject> = match kind {
        Kind::Cluster => Api::all_with(client.clone(), &resource),
        Kind::Namespaced => Api::namespaced_with(client.clone(), namespace, &resource),
    };
    let live = api.list_metadata(&ListParams::default()).await.map_err(Error::api("list the overlays"))?;
    Ok(live.items.iter().map(|overlay| (overlay.uid(), overlay.metadata.generation)).collect())
}

async fn labels(client: &Client, namespace: &str) -> Result<NamespaceLabels, Error> {
    let api: Api<ApiNamespace> = Api::all(client.clone());
    // Listed, because that is what the operator may do.
    let this = ListParams::default().fields(&format!("metadata.name={namespace}"));
    let live = api.list_metadata(&this).await.map_err(Error::api("read the namespace"))?;
    Ok(live.items.first().map(|live| live.labels().clone()))
}
