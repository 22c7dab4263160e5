//! [`BundleTarget`]: the objects that say which authorities the API server trusts.

use k8s_openapi::{
    ByteString, api::admissionregistration::v1::ValidatingWebhookConfiguration,
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::{
    Api, Client, Error, ResourceExt,
    api::{Patch, PatchParams},
};
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
                let paths =
                    paths.map(|(index, _)| format!("/webhooks/{index}/clientConfig/caBundle")).collect();
                let version = found.resource_version().unwrap_or_default();
                write(api, name, version, paths, bundle).await
            }
            Self::Conversion(api) => {
                let found = api.get(CRD).await?;
                let version = found.resource_version().unwrap_or_default();
                let webhook = found.spec.conversion.and_then(|conversion| conversion.webhook);
                let config = webhook.and_then(|webhook| webhook.client_config);
                let lacks = config.filter(|config| !is(config.ca_bundle.as_ref(), bundle));
                let path = lacks.map(|_| "/spec/conversion/webhook/clientConfig/caBundle".to_owned());
                write(api, CRD, version, path.into_iter().collect(), bundle).await
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

/// Writes the bundle to these paths of an object of which this version was read.
async fn write<K>(
    api: &Api<K>,
    name: &str,
    version: String,
    paths: Vec<String>,
    bundle: &[u8],
) -> Result<String, Error>
where
    K: Clone + serde::de::DeserializeOwned + std::fmt::Debug + ResourceExt,
{
    if paths.is_empty() {
        return Ok(version);
    }
    let bundle = ByteString(bundle.to_vec());
    let mut patch = vec![json!({ "op": "test", "path": "/metadata/resourceVersion", "value": version })];
    patch.extend(paths.iter().map(|path| json!({ "op": "add", "path": path, "value": bundle })));
    let patch: json_patch::Patch = serde_json::from_value(Value::Array(patch)).map_err(Error::SerdeError)?;
    let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
    let written = api.patch(name, &params, &Patch::Json::<()>(patch)).await?;
    tracing::info!(object = name, "the API server is told which authorities to trust");
    Ok(written.resource_version().unwrap_or_default())
}
