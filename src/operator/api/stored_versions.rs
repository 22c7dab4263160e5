//! The CRD of LocustTests, and in which versions tests are stored.

use futures::{Stream, StreamExt};
use kube::{
    Api, Client, ResourceExt,
    api::{ApiResource, DynamicObject, ListParams, Patch, PatchParams},
    runtime::{WatchStreamExt, watcher},
};
use serde_json::json;

use super::{
    error::{Error, is_conflict, is_missing},
    resource::locust_test_resource,
};

/// The name of the CRD.
pub(crate) const CRD: &str = "locusttests.locust.io";
/// How many tests are read at once.
const PAGE: u32 = 200;

/// What the API server says of the CRD.
#[derive(Debug)]
pub(crate) enum CrdEvent {
    /// It is so.
    Is(Box<DynamicObject>),
    /// There is none.
    Missing,
    /// The operator has no right to read it.
    Forbidden,
}

/// The CRD, now and whenever it changes.
pub(crate) fn watch_crd(client: &Client) -> impl Stream<Item = CrdEvent> + use<> {
    let config = watcher::Config::default().fields(&format!("metadata.name={CRD}"));
    let mut is_there = false;
    let events = watcher(crds(client), config).default_backoff();
    events.filter_map(move |event| {
        let event = match event {
            Ok(watcher::Event::Init) => {
                is_there = false;
                None
            }
            Ok(watcher::Event::InitApply(crd) | watcher::Event::Apply(crd)) => {
                is_there = true;
                Some(CrdEvent::Is(Box::new(crd)))
            }
            Ok(watcher::Event::InitDone) => (!is_there).then_some(CrdEvent::Missing),
            Ok(watcher::Event::Delete(_)) => Some(CrdEvent::Missing),
            Err(error) if is_forbidden(&error) => Some(CrdEvent::Forbidden),
            // It is as it was, as far as anybody knows.
            Err(_) => None,
        };
        std::future::ready(event)
    })
}

fn is_forbidden(error: &watcher::Error) -> bool {
    use watcher::Error::{InitialListFailed, WatchError, WatchFailed, WatchStartFailed};
    match error {
        InitialListFailed(kube::Error::Api(status))
        | WatchStartFailed(kube::Error::Api(status))
        | WatchFailed(kube::Error::Api(status))
        | WatchError(status) => status.code == 403,
        _ => false,
    }
}

fn crds(client: &Client) -> Api<DynamicObject> {
    let resource = ApiResource {
        group: "apiextensions.k8s.io".into(),
        version: "v1".into(),
        api_version: "apiextensions.k8s.io/v1".into(),
        kind: "CustomResourceDefinition".into(),
        plural: "customresourcedefinitions".into(),
    };
    Api::all_with(client.clone(), &resource)
}

/// Reads every test of a namespace, or of the cluster, in the version that the operator reads; what is stored in
/// another is converted. The tests' namespaces and names.
///
/// # Errors
/// [`Error::Api`] when one cannot be read.
pub(crate) async fn read_tests(
    client: &Client,
    namespace: Option<&str>,
) -> Result<Vec<(String, String)>, Error> {
    let tests = tests(client, namespace);
    let (mut names, mut token) = (Vec::new(), None);
    loop {
        let params = ListParams { limit: Some(PAGE), continue_token: token.take(), ..ListParams::default() };
        let page = tests.list_metadata(&params).await.map_err(Error::api("read the LocustTests"))?;
        token = page.metadata.continue_.filter(|token| !token.is_empty());
        names.extend(page.items.iter().map(|test| (test.namespace().unwrap_or_default(), test.name_any())));
        if token.is_none() {
            return Ok(names);
        }
    }
}

/// Has the API server store a test anew, unchanged, in the version that it stores.
///
/// # Errors
/// [`Error::Api`] when it does not, or cannot give it back.
pub(crate) async fn store_anew(client: &Client, namespace: &str, name: &str) -> Result<(), Error> {
    let tests = tests(client, Some(namespace));
    // Nothing is changed, and so nobody is written down as having changed it; but the stored bytes are others.
    let written = tests.patch(name, &PatchParams::default(), &Patch::Merge(json!({}))).await;
    match written {
        Err(error) if is_missing(&error) => return Ok(()),
        // Whoever was faster stored it anew.
        Err(error) if !is_conflict(&error) => {
            return Err(Error::api(format!("store LocustTest {namespace}/{name} anew"))(error));
        }
        _ => {}
    }
    match tests.get_metadata_opt(name).await {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::api(format!("read LocustTest {namespace}/{name} back"))(error)),
    }
}

/// Says that tests are stored in one version only, if the CRD is still as it was read.
///
/// # Errors
/// [`Error::Stale`] when the CRD has changed meanwhile, [`Error::Api`] when the API server does not answer.
pub(crate) async fn set_stored_version(
    client: &Client,
    crd: &DynamicObject,
    version: &str,
) -> Result<(), Error> {
    let patch = json!({
        "metadata": { "resourceVersion": crd.resource_version() },
        "status": { "storedVersions": [version] }
    });
    match crds(client).patch_status(CRD, &PatchParams::default(), &Patch::Merge(patch)).await {
        Err(error) if is_conflict(&error) => Err(Error::Stale),
        outcome => outcome.map(|_| ()).map_err(Error::api("write status.storedVersions of the CRD")),
    }
}

fn tests(client: &Client, namespace: Option<&str>) -> Api<DynamicObject> {
    match namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &locust_test_resource()),
        None => Api::all_with(client.clone(), &locust_test_resource()),
    }
}
