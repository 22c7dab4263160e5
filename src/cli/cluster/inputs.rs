//! The overlays and namespaces of a cluster, read as the operator reads them.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Namespace as ApiNamespace;
use kube::{
    Api, ResourceExt,
    api::{ApiResource, DynamicObject, ListParams},
};

use super::ClusterReader;
use crate::{
    cli::{Failure, cluster_inputs::LiveInputs},
    operator::api::{
        error_message::error_message,
        resource::{locust_test_resource, overlay_resource},
    },
};
use podgraft_pod::{
    manifest::Document,
    overlay::{Namespace, OverlayKind},
};

/// Which overlays and namespaces are to be read.
pub(in crate::cli) struct InputQuery<'a> {
    /// The tests' namespaces.
    pub(in crate::cli) namespaces: &'a BTreeSet<String>,
    /// Those of them whose labels were given.
    pub(in crate::cli) labelled: &'a BTreeSet<String>,
    /// Whether the cluster's overlays count.
    pub(in crate::cli) overlays: bool,
    /// Whether the operator reads what is in no namespace: `clusterOverlays` of its configuration.
    pub(in crate::cli) cluster_wide: bool,
}

impl ClusterReader {
    /// Reads these LocustTests of a namespace.
    pub(in crate::cli) async fn tests(
        &self,
        namespace: &str,
        names: &[String],
    ) -> Result<Vec<Document>, Failure> {
        let resource = locust_test_resource();
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), namespace, &resource);
        let mut documents = Vec::new();
        for name in names {
            let test = api.get(name).await.map_err(|error| {
                Failure(format!("cannot read LocustTest {namespace}/{name}: {}", error_message(&error)))
            })?;
            documents.push(document(test));
        }
        Ok(documents)
    }

    /// Reads the overlays and the namespaces' labels that the operator reads.
    pub(in crate::cli) async fn inputs(&self, query: InputQuery<'_>) -> Result<LiveInputs, Failure> {
        let mut inputs = LiveInputs::default();
        if query.overlays {
            let resource = overlay_resource(OverlayKind::Namespaced);
            for namespace in query.namespaces {
                let api = Api::namespaced_with(self.client.clone(), namespace, &resource);
                inputs.overlays.extend(overlays(&api, &resource, Some(namespace)).await?);
            }
            if query.cluster_wide {
                let resource = overlay_resource(OverlayKind::Cluster);
                let api = Api::all_with(self.client.clone(), &resource);
                inputs.overlays.extend(overlays(&api, &resource, None).await?);
            }
        }
        if query.cluster_wide {
            for name in query.namespaces.difference(query.labelled) {
                inputs.namespaces.push(self.labels(name).await?);
            }
        }
        Ok(inputs)
    }

    async fn labels(&self, name: &str) -> Result<Namespace, Failure> {
        let api: Api<ApiNamespace> = Api::all(self.client.clone());
        let found = api.get_metadata_opt(name).await.map_err(|error| {
            let instead = format!("give its labels with --namespace {name}=LABEL=VALUE");
            refused(&error, &format!("get namespaces \"{name}\""), &instead)
        })?;
        let labels = found.map(|namespace| namespace.labels().clone()).unwrap_or_default();
        Ok(Namespace::labelled(name, labels))
    }
}

/// The overlays of one kind.
async fn overlays(
    api: &Api<DynamicObject>,
    resource: &ApiResource,
    namespace: Option<&str>,
) -> Result<Vec<Document>, Failure> {
    let found = api.list(&ListParams::default()).await.map_err(|error| {
        let place = namespace.map(|namespace| format!(" in namespace {namespace}")).unwrap_or_default();
        let what = format!("list {}.{}{place}", resource.plural, resource.group);
        let instead = match namespace {
            Some(_) => "give the overlays in files with --overlays",
            None => {
                "give the overlays in files with --overlays, or the operator's configuration with --config where it says \
                 clusterOverlays: Off"
            }
        };
        refused(&error, &what, instead)
    })?;
    let typed = |mut overlay: DynamicObject| {
        // The items of a list leave out what they are.
        overlay.types.get_or_insert_with(|| kube::api::TypeMeta {
            api_version: resource.api_version.clone(),
            kind: resource.kind.clone(),
        });
        document(overlay)
    };
    Ok(found.items.into_iter().map(typed).collect())
}

/// An object without what the server tracks about its writers.
fn document(mut object: DynamicObject) -> Document {
    object.managed_fields_mut().clear();
    Document::from_value(serde_json::to_value(&object).unwrap_or_default())
}

/// What to do about something that cannot be read: which right is lacking, or the server's words.
fn refused(error: &kube::Error, right: &str, instead: &str) -> Failure {
    match error {
        kube::Error::Api(status) if status.code == 403 => Failure(format!(
            "ask for the right to {right}, or {instead}: what the operator makes of the test depends on it; {}",
            status.message
        )),
        error => Failure(format!("cannot {right}: {}; or {instead}", error_message(error))),
    }
}
