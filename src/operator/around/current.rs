//! Whether what is known is what the API server says.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Namespace as ApiNamespace;
use kube::{
    Api, Client, ResourceExt,
    api::{DynamicObject, ListParams},
};

use super::overlay_resource;
use crate::{
    locust::overlay::{Kind, Namespace, Overlays},
    manifest::Document,
    operator::error::Error,
};

/// What changes when somebody changes what an overlay says: its UID and its generation.
type Version = (Option<String>, Option<i64>);

/// Whether these overlays of one kind are those that the API server has now, as far as they matter in a namespace.
pub(super) async fn overlays(
    client: &Client,
    kind: Kind,
    known: &Overlays,
    namespace: &str,
) -> Result<bool, Error> {
    let resource = overlay_resource(kind);
    let api: Api<DynamicObject> = match kind {
        Kind::Cluster => Api::all_with(client.clone(), &resource),
        Kind::Namespaced => Api::namespaced_with(client.clone(), namespace, &resource),
    };
    let live = api.list_metadata(&ListParams::default()).await.map_err(Error::api("list the overlays"))?;
    let live: BTreeSet<Version> =
        live.items.iter().map(|overlay| (overlay.uid(), overlay.metadata.generation)).collect();
    let readable =
        known.readable().iter().map(|overlay| (overlay.kind, &overlay.namespace, overlay.document()));
    let unreadable =
        known.unreadable().iter().map(|overlay| (overlay.kind, &overlay.namespace, overlay.document()));
    let known = readable
        .chain(unreadable)
        .filter(|(of, place, _)| {
            *of == kind && (kind == Kind::Cluster || place.as_deref() == Some(namespace))
        })
        .map(|(.., document)| version(document));
    Ok(known.collect::<BTreeSet<Version>>() == live)
}

fn version(overlay: &Document) -> Version {
    let field = |pointer: &str| overlay.value.pointer(pointer);
    let uid = field("/metadata/uid").and_then(|uid| uid.as_str()).map(str::to_owned);
    (uid, field("/metadata/generation").and_then(serde_json::Value::as_i64))
}

/// Whether the namespace has the labels that are known of it.
pub(super) async fn namespace(client: &Client, known: &Namespace) -> Result<bool, Error> {
    let api: Api<ApiNamespace> = Api::all(client.clone());
    // Listed, because that is what the operator may do.
    let this = ListParams::default().fields(&format!("metadata.name={}", known.name));
    let live = api.list_metadata(&this).await.map_err(Error::api("read the namespace"))?;
    Ok(live.items.first().is_some_and(|live| Some(live.labels()) == known.labels.as_ref()))
}
