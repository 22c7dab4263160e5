//! [`Kept`]: the overlays of one kind, in memory.

use std::collections::BTreeSet;

use kube::{
    Api, Client, ResourceExt,
    api::{DynamicObject, ListParams},
    runtime::reflector::Store,
};

use super::overlay_resource;
use crate::{locust::overlay::Kind, operator::error::Error};

/// The overlays of one kind, of all namespaces or of one.
pub(super) struct Kept {
    pub(super) kind: Kind,
    /// The only namespace, where not all are watched.
    pub(super) namespace: Option<String>,
    pub(super) store: Store<DynamicObject>,
}

impl Kept {
    /// Whether what is kept is what the API server has now, as far as it matters in a namespace.
    pub(super) async fn is_current(&self, client: &Client, namespace: &str) -> Result<bool, Error> {
        let resource = overlay_resource(self.kind);
        let api: Api<DynamicObject> = match self.kind {
            Kind::Cluster => Api::all_with(client.clone(), &resource),
            Kind::Namespaced => Api::namespaced_with(client.clone(), namespace, &resource),
        };
        let live =
            api.list_metadata(&ListParams::default()).await.map_err(Error::api("list the overlays"))?;
        let live: BTreeSet<_> = live.items.iter().map(version).collect();
        let known = self.store.state();
        let known = known.iter().filter(|overlay| {
            self.kind == Kind::Cluster || overlay.namespace().as_deref() == Some(namespace)
        });
        Ok(known.map(|overlay| version(&**overlay)).collect::<BTreeSet<_>>() == live)
    }
}

/// What changes when somebody changes what an overlay says.
fn version(overlay: &impl ResourceExt) -> (Option<String>, Option<i64>) {
    (overlay.uid(), overlay.meta().generation)
}
