//! Everything that the operator reads from the API server itself, beside its watches.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;
use k8s_openapi::{
    api::{
        apps::v1::ControllerRevision,
        batch::v1::Job,
        core::v1::{Event, Namespace, Pod, Service},
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use kube::{
    Api, Client, ResourceExt,
    api::{DynamicObject, ListParams},
    core::PartialObjectMeta,
};

use super::{
    error::{Error, is_missing},
    resource::{locust_test_resource, overlay_resource},
};
use crate::operator::observed::{
    Observed, Owner, Revision,
    annotations::REVISION_LABEL,
    rendered_objects::RenderedObjects,
    revision::revision_name,
    test_objects::{TestObjects, may_have_web_service},
};
use podgraft_locust::{names, role::Role};
use podgraft_pod::overlay::OverlayKind;

/// How many tests' pods are asked for at once: a label selector is a part of an address.
const TESTS_AT_ONCE: usize = 50;

/// The UID and the generation of an overlay: one of them changes when somebody changes what it says.
pub(crate) type OverlayVersion = (Option<String>, Option<i64>);

/// The test itself, as the API server has it; `None` when it is gone, or another of its name is there.
///
/// # Errors
/// [`Error::Api`] when it does not answer.
pub(crate) async fn test(client: &Client, test: &DynamicObject) -> Result<Option<DynamicObject>, Error> {
    let (namespace, name) = (test.namespace().unwrap_or_default(), test.name_any());
    let tests: Api<DynamicObject> = Api::namespaced_with(client.clone(), &namespace, &locust_test_resource());
    let found = tests.get_opt(&name).await.map_err(Error::api(format!("read LocustTest {name}")))?;
    Ok(found.filter(|current| current.metadata.uid == test.metadata.uid))
}

/// The observed state of a test at this moment; `None` when it is gone, or another of its name is there.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(crate) async fn observe(client: &Client, test: &DynamicObject) -> Result<Option<Observed>, Error> {
    let Some(current) = self::test(client, test).await? else { return Ok(None) };
    let namespace = test.namespace().unwrap_or_default();
    let name = test.name_any();
    let [master, worker] = Role::ALL.map(|role| names::generated_name_of(&name, role));
    let jobs: Api<Job> = Api::namespaced(client.clone(), &namespace);
    let services: Api<Service> = Api::namespaced(client.clone(), &namespace);
    let revisions: Api<ControllerRevision> = Api::namespaced(client.clone(), &namespace);
    let pods: Api<Pod> = Api::namespaced(client.clone(), &namespace);
    let of_test = ListParams::default().labels(&format!("{REVISION_LABEL}={name}"));
    let with_label = ListParams::default().labels(&format!("{} in ({master},{worker})", names::POD_LABEL));
    let what = |kind: &str| Error::api(format!("read the {kind} of LocustTest {name}"));
    let revisions = revisions.list_metadata(&of_test).await.map_err(what("revisions"))?;
    let revisions: Vec<ObjectMeta> = revisions.items.into_iter().map(|revision| revision.metadata).collect();
    let web_name = names::web_service_name_of(&name);
    // Most tests have none, and cost no request more.
    let web_service = if may_have_web_service(&current, &revisions) {
        metadata(services.get_metadata_opt(&web_name).await).map_err(what("second Service"))?
    } else {
        None
    };
    let objects = TestObjects {
        revisions,
        service: metadata(services.get_metadata_opt(&master).await).map_err(what("Service"))?,
        web_service,
        master: jobs.get_opt(&master).await.map_err(what("master's Job"))?,
        worker: jobs.get_opt(&worker).await.map_err(what("worker's Job"))?,
        pods: pods.list(&with_label).await.map_err(what("pods"))?.items,
    };
    Ok(Some(objects.observed(current)))
}

fn metadata(
    found: Result<Option<PartialObjectMeta<Service>>, kube::Error>,
) -> Result<Option<ObjectMeta>, kube::Error> {
    found.map(|found| found.map(|object| object.metadata))
}

/// What a revision of a test holds.
///
/// # Errors
/// [`Error::Stale`] when it is gone, [`Error::Unreadable`] when it holds something else.
pub(crate) async fn revision_objects(
    client: &Client,
    namespace: &str,
    revision: &Revision,
) -> Result<RenderedObjects, Error> {
    let revisions: Api<ControllerRevision> = Api::namespaced(client.clone(), namespace);
    let what = format!("ControllerRevision {}", revision.name);
    let found = match revisions.get(&revision.name).await {
        Ok(found) => found,
        Err(error) if is_missing(&error) => return Err(Error::Stale),
        Err(error) => return Err(Error::api(format!("read {what}"))(error)),
    };
    RenderedObjects::from_data(&found.data.0).ok_or(Error::Unreadable { what })
}

/// Whether there is a revision of this number with the test's name that is not the test's.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(crate) async fn is_revision_taken(
    client: &Client,
    test: &DynamicObject,
    number: i64,
) -> Result<bool, Error> {
    let namespace = test.namespace().unwrap_or_default();
    let revisions: Api<ControllerRevision> = Api::namespaced(client.clone(), &namespace);
    let name = revision_name(&test.name_any(), number);
    let found = revisions.get_metadata_opt(&name).await;
    let found = found.map_err(Error::api(format!("read ControllerRevision {name}")))?;
    Ok(found.is_some_and(|found| Owner::from_metadata(&found.metadata, test) != Owner::Test))
}

/// The pods with the labels of these tests.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(crate) async fn pods_of(client: &Client, namespace: &str, tests: &[String]) -> Result<Vec<Pod>, Error> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let lists = tests.chunks(TESTS_AT_ONCE).map(|tests| {
        let labels = tests.iter().flat_map(|test| Role::ALL.map(|role| names::generated_name_of(test, role)));
        let labels = labels.collect::<Vec<_>>().join(",");
        let with_label = ListParams::default().labels(&format!("{} in ({labels})", names::POD_LABEL));
        let pods = pods.clone();
        async move { pods.list(&with_label).await }
    });
    let found = try_join_all(lists).await.map_err(Error::api("read the pods of tests that are to start"))?;
    Ok(found.into_iter().flat_map(|list| list.items).collect())
}

/// The events in which the Job controller says that it cannot create pods of a Job. Who may not read events does
/// without them.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(crate) async fn failed_creations(
    client: &Client,
    namespace: &str,
    job: &str,
    uid: &str,
) -> Result<Vec<Event>, Error> {
    let events: Api<Event> = Api::namespaced(client.clone(), namespace);
    let of_job = format!("involvedObject.uid={uid},reason=FailedCreate");
    match events.list(&ListParams::default().fields(&of_job)).await {
        Ok(found) => Ok(found.items),
        Err(kube::Error::Api(status)) if status.is_forbidden() => Ok(Vec::new()),
        Err(error) => Err(Error::api(format!("read the events of Job {job}"))(error)),
    }
}

/// The versions of the overlays of a kind; of those with a namespace, in this one.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(crate) async fn overlay_versions(
    client: &Client,
    kind: OverlayKind,
    namespace: &str,
) -> Result<BTreeSet<OverlayVersion>, Error> {
    let resource = overlay_resource(kind);
    let api: Api<DynamicObject> = match kind {
        OverlayKind::Cluster => Api::all_with(client.clone(), &resource),
        OverlayKind::Namespaced => Api::namespaced_with(client.clone(), namespace, &resource),
    };
    let live = api.list_metadata(&ListParams::default()).await.map_err(Error::api("list the overlays"))?;
    Ok(live.items.iter().map(|overlay| (overlay.uid(), overlay.metadata.generation)).collect())
}

/// A namespace's labels; `None` when it is gone.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(crate) async fn namespace_labels(
    client: &Client,
    namespace: &str,
) -> Result<Option<BTreeMap<String, String>>, Error> {
    let api: Api<Namespace> = Api::all(client.clone());
    // Listed, because that is what the operator may do.
    let this = ListParams::default().fields(&format!("metadata.name={namespace}"));
    let live = api.list_metadata(&this).await.map_err(Error::api("read the namespace"))?;
    Ok(live.items.first().map(|live| live.labels().clone()))
}
