//! Overlays of a release: read, applied and deleted.

use std::collections::BTreeMap;

use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, Preconditions},
    core::PartialObjectMeta,
};
use serde_json::Value;

use super::{
    error::{Error, is_missing},
    resource::overlay_resource,
};
use podgraft_pod::overlay::{OverlayId, OverlayKind};

/// Who applies them, to the API server. Not the operator's own name, under which it writes their status.
const RELEASE_MANAGER: &str = "podgraft-release";

/// An overlay of the release that is there.
pub(crate) struct OwnedOverlay {
    /// Which.
    pub(crate) id: OverlayId,
    uid: Option<String>,
}

/// The labels of an overlay; `None` when there is none.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(crate) async fn labels_of(
    client: &Client,
    id: &OverlayId,
) -> Result<Option<BTreeMap<String, String>>, Error> {
    let found = overlays(client, id.kind, id.namespace.as_deref()).get_metadata_opt(&id.name).await;
    let found = found.map_err(Error::api(format!("read {id}")))?;
    Ok(found.map(|overlay| overlay.labels().clone()))
}

/// Applies an overlay on the server's side; what somebody else wrote there is taken back.
///
/// # Errors
/// [`Error::Api`] when it is refused.
pub(crate) async fn apply(client: &Client, id: &OverlayId, overlay: &Value) -> Result<(), Error> {
    let params = PatchParams::apply(RELEASE_MANAGER).force();
    let applied = overlays(client, id.kind, id.namespace.as_deref())
        .patch(&id.name, &params, &Patch::Apply(overlay))
        .await;
    applied.map(|_| ()).map_err(Error::api(format!("apply {id}")))
}

/// The overlays of one kind with these labels, in one namespace or all.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(crate) async fn owned(
    client: &Client,
    kind: OverlayKind,
    namespace: Option<&str>,
    selector: &str,
) -> Result<Vec<OwnedOverlay>, Error> {
    let params = ListParams::default().labels(selector);
    let found = overlays(client, kind, namespace).list_metadata(&params).await;
    let found = found.map_err(Error::api(format!("list the {kind}s of the release")))?;
    let owned = |overlay: PartialObjectMeta<DynamicObject>| OwnedOverlay {
        id: OverlayId { kind, namespace: overlay.namespace(), name: overlay.name_any() },
        uid: overlay.metadata.uid,
    };
    Ok(found.items.into_iter().map(owned).collect())
}

impl OwnedOverlay {
    /// Deletes it, and no other of the same name. That it is gone already is fine.
    ///
    /// # Errors
    /// [`Error::Api`] when the API server refuses.
    pub(crate) async fn delete(&self, client: &Client) -> Result<(), Error> {
        let only = Preconditions { uid: self.uid.clone(), resource_version: None };
        let params = DeleteParams::default().preconditions(only);
        let api = overlays(client, self.id.kind, self.id.namespace.as_deref());
        match api.delete(&self.id.name, &params).await {
            Err(error) if !is_missing(&error) => Err(Error::api(format!("delete {}", self.id))(error)),
            _ => Ok(()),
        }
    }
}

fn overlays(client: &Client, kind: OverlayKind, namespace: Option<&str>) -> Api<DynamicObject> {
    let resource = overlay_resource(kind);
    match namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    }
}
