//! [`BundleTarget`]: the objects that say which authorities the API server trusts.

use std::fmt::Debug;

use k8s_openapi::{
    ByteString,
    api::admissionregistration::v1::ValidatingWebhookConfiguration,
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
    apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta},
};
use kube::{
    Api, Client, Error, ResourceExt,
    api::{Patch, PatchParams},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::wait::changed;
use crate::operator::api::MANAGER;

/// The CRD whose versions are converted.
const CRD: &str = "locusttests.locust.io";

/// An object that says which authorities the API server trusts.
pub(crate) enum BundleTarget {
    /// All webhooks of a configuration.
    Validation(Api<ValidatingWebhookConfiguration>, String),
    /// The conversion of the LocustTest.
    Conversion(Api<CustomResourceDefinition>),
}

impl BundleTarget {
    /// The configuration of this name.
    pub(crate) fn validation(client: &Client, name: &str) -> Self {
        Self::Validation(Api::all(client.clone()), name.to_owned())
    }

    /// The CRD.
    pub(crate) fn conversion(client: &Client) -> Self {
        Self::Conversion(Api::all(client.clone()))
    }

    /// What it is, for people.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Validation(_, name) => format!("ValidatingWebhookConfiguration {name}"),
            Self::Conversion(_) => format!("CustomResourceDefinition {CRD}"),
        }
    }

    /// Writes the bundle where it is another; the version of the object that has it.
    ///
    /// # Errors
    /// [`Error`] when the object cannot be read or written.
    pub(crate) async fn write(&self, bundle: &[u8]) -> Result<String, Error> {
        match self {
            Self::Validation(api, name) => {
                let found = api.get(name).await?;
                let webhooks = found.webhooks.iter().flatten();
                let bundles = webhooks.map(|webhook| webhook.client_config.ca_bundle.as_ref());
                let paths = bundles.enumerate().filter(|(_, has)| !is(*has, bundle));
                let paths = paths.map(|(index, _)| format!("/webhooks/{index}/clientConfig/caBundle"));
                let (paths, meta) = (paths.collect(), found.metadata);
                write(api, name, meta, paths, bundle).await
            }
            Self::Conversion(api) => {
                let found = api.get(CRD).await?;
                let webhook = found.spec.conversion.and_then(|conversion| conversion.webhook);
                let config = webhook.and_then(|webhook| webhook.client_config);
                let lacks = config.filter(|config| !is(config.ca_bundle.as_ref(), bundle));
                let path = lacks.map(|_| "/spec/conversion/webhook/clientConfig/caBundle".to_owned());
                write(api, CRD, found.metadata, path.into_iter().collect(), bundle).await
            }
        }
    }

    /// Resolves when it is another than this version.
    pub(crate) async fn changed(&self, version: &str) {
        match self {
            Self::Validation(api, name) => changed(api, name, version).await,
            Self::Conversion(api) => changed(api, CRD, version).await,
        }
    }
}

fn is(has: Option<&ByteString>, bundle: &[u8]) -> bool {
    has.is_some_and(|has| has.0 == bundle)
}

/// Writes the bundle to these paths of an object of which this was read, and owns none of them afterwards; the version of the
/// object then.
async fn write<K>(
    api: &Api<K>,
    name: &str,
    mut meta: ObjectMeta,
    paths: Vec<String>,
    bundle: &[u8],
) -> Result<String, Error>
where
    K: Clone + DeserializeOwned + Debug + ResourceExt,
{
    if !paths.is_empty() {
        let bundle = ByteString(bundle.to_vec());
        let changes = paths.iter().map(|path| json!({ "op": "add", "path": path, "value": bundle }));
        meta = patch(api, name, &meta, changes.collect()).await?;
        tracing::info!(object = name, "the API server is told which authorities to trust");
    }
    let managers = meta.managed_fields.clone().unwrap_or_default();
    let others: Vec<_> = managers.iter().filter(|one| !is_ours(one)).collect();
    if others.len() < managers.len() {
        let changes = vec![json!({ "op": "replace", "path": "/metadata/managedFields", "value": others })];
        match patch(api, name, &meta, changes).await {
            Ok(left) => meta = left,
            // Somebody was quicker; it is tried again at the next look.
            Err(error) => tracing::debug!(object = name, %error, "the bundle's owner is still podgraft"),
        }
    }
    Ok(meta.resource_version.unwrap_or_default())
}

/// Whether an entry says that podgraft has written to the object itself. Whoever takes a webhook away by server-side apply,
/// as Helm 4 does, takes with it what nobody else owns; a bundle that stays behind, alone, would be an invalid webhook.
fn is_ours(entry: &ManagedFieldsEntry) -> bool {
    entry.manager.as_deref() == Some(MANAGER)
        && entry.operation.as_deref() == Some("Update")
        && entry.subresource.as_deref().unwrap_or_default().is_empty()
}

/// Changes an object that is as this was read; what it is then.
async fn patch<K>(
    api: &Api<K>,
    name: &str,
    meta: &ObjectMeta,
    changes: Vec<Value>,
) -> Result<ObjectMeta, Error>
where
    K: Clone + DeserializeOwned + Debug + ResourceExt,
{
    let version =
        json!({ "op": "test", "path": "/metadata/resourceVersion", "value": meta.resource_version });
    let changes = [vec![version], changes].concat();
    let changes: json_patch::Patch =
        serde_json::from_value(Value::Array(changes)).map_err(Error::SerdeError)?;
    let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
    let written = api.patch(name, &params, &Patch::Json::<()>(changes)).await?;
    Ok(written.meta().clone())
}
