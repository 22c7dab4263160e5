//! Everything that the operator writes to the API server, beside events and its lease.

use k8s_openapi::api::{apps::v1::ControllerRevision, batch::v1::Job, core::v1::Service};
use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, DynamicObject, Patch, PatchParams, PostParams, Preconditions, Request},
};
use serde_json::{Value, json};

use super::{
    MANAGER,
    error::{Error, is_conflict, is_missing},
    resource::{locust_test_resource, overlay_resource},
};
use podgraft_pod::overlay::OverlayId;

/// What the API server says of a status with a field that the CRD does not have.
const NOT_DECLARED: &str = "field not declared in schema";

/// The kinds of object that the operator creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CreatedKind {
    /// `apps/v1` `ControllerRevision`.
    ControllerRevision,
    /// `batch/v1` `Job`.
    Job,
    /// `v1` `Pod`, in dry runs only.
    Pod,
    /// `v1` `Service`.
    Service,
}

impl CreatedKind {
    fn path(self, namespace: &str) -> String {
        match self {
            Self::ControllerRevision => format!("/apis/apps/v1/namespaces/{namespace}/controllerrevisions"),
            Self::Job => format!("/apis/batch/v1/namespaces/{namespace}/jobs"),
            Self::Pod => format!("/api/v1/namespaces/{namespace}/pods"),
            Self::Service => format!("/api/v1/namespaces/{namespace}/services"),
        }
    }
}

/// Creates an object, or asks in a dry run whether it would be; fields that the API server does not know are refused,
/// not dropped.
///
/// # Errors
/// [`kube::Error`] when it is not created.
pub(crate) async fn create(
    client: &Client,
    kind: CreatedKind,
    namespace: &str,
    object: &Value,
    dry_run: bool,
) -> Result<Value, kube::Error> {
    let params = PostParams { dry_run, field_manager: Some(MANAGER.to_owned()) };
    let body = serde_json::to_vec(object).map_err(kube::Error::SerdeError)?;
    let request = Request::new(kind.path(namespace)).create(&params, body);
    let mut request = request.map_err(kube::Error::BuildRequest)?;
    let strict = format!("{}&fieldValidation=Strict", request.uri());
    if let Ok(uri) = strict.parse() {
        *request.uri_mut() = uri;
    }
    client.request(request).await
}

/// Deletes a Service, and no other of the same name. That it is gone already is fine.
///
/// # Errors
/// [`Error::Stale`] when another has its name, [`Error::Api`] when the API server does not answer.
pub(crate) async fn delete_service(
    client: &Client,
    namespace: &str,
    name: &str,
    uid: &str,
) -> Result<(), Error> {
    let services: Api<Service> = Api::namespaced(client.clone(), namespace);
    let params = DeleteParams::background().preconditions(only(uid));
    deleted(services.delete(name, &params).await.map(|_| ()), &format!("Service {name}"))
}

/// Deletes a Job after its pods, and no other of the same name. That it is gone already is fine.
///
/// # Errors
/// [`Error::Stale`] when another has its name, [`Error::Api`] when the API server does not answer.
pub(crate) async fn delete_job(client: &Client, namespace: &str, name: &str, uid: &str) -> Result<(), Error> {
    let jobs: Api<Job> = Api::namespaced(client.clone(), namespace);
    let params = DeleteParams::foreground().preconditions(only(uid));
    deleted(jobs.delete(name, &params).await.map(|_| ()), &format!("Job {name}"))
}

fn only(uid: &str) -> Preconditions {
    Preconditions { uid: Some(uid.to_owned()), resource_version: None }
}

fn deleted(outcome: Result<(), kube::Error>, what: &str) -> Result<(), Error> {
    match outcome {
        Err(error) if is_missing(&error) => Ok(()),
        Err(error) if is_conflict(&error) => Err(Error::Stale),
        outcome => outcome.map_err(Error::api(format!("delete {what}"))),
    }
}

/// Deletes a revision. That it is gone already is fine.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(crate) async fn delete_revision(client: &Client, namespace: &str, name: &str) -> Result<(), Error> {
    let revisions: Api<ControllerRevision> = Api::namespaced(client.clone(), namespace);
    match revisions.delete(name, &DeleteParams::background()).await {
        Err(error) if !is_missing(&error) => {
            Err(Error::api(format!("delete ControllerRevision {name}"))(error))
        }
        _ => Ok(()),
    }
}

/// Merges a patch into a Job.
///
/// # Errors
/// [`kube::Error`] when it is not patched.
pub(crate) async fn patch_job(
    client: &Client,
    namespace: &str,
    name: &str,
    patch: Value,
) -> Result<Job, kube::Error> {
    let jobs: Api<Job> = Api::namespaced(client.clone(), namespace);
    let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
    jobs.patch(name, &params, &Patch::Merge(patch)).await
}

/// Writes the status of a test; whether the test is still there.
///
/// # Errors
/// [`Error::Stale`] when the test has changed meanwhile, [`Error::Api`] when it cannot be written.
pub(crate) async fn write_test_status(
    client: &Client,
    test: &DynamicObject,
    status: &Value,
) -> Result<bool, Error> {
    let (namespace, name) = (test.namespace().unwrap_or_default(), test.name_any());
    let tests: Api<DynamicObject> = Api::namespaced_with(client.clone(), &namespace, &locust_test_resource());
    let patch = json!({
        "apiVersion": "locust.io/v2",
        "kind": "LocustTest",
        // With the version, so that an outdated status never covers a newer one.
        "metadata": { "name": name, "resourceVersion": test.resource_version() },
        "status": status
    });
    match tests.patch_status(&name, &PatchParams::apply(MANAGER).force(), &Patch::Apply(patch)).await {
        Ok(_) => Ok(true),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) if is_conflict(&error) => Err(Error::Stale),
        Err(kube::Error::Api(refused)) if refused.message.contains(NOT_DECLARED) => {
            let what = "write the status: apply the CRDs of this version of podgraft, those of the cluster are older";
            Err(Error::api(what)(kube::Error::Api(refused)))
        }
        Err(error) => Err(Error::api("write the status")(error)),
    }
}

/// Writes the status of an overlay, of which this version was read.
///
/// # Errors
/// [`kube::Error`] when it is not written.
pub(crate) async fn write_overlay_status(
    client: &Client,
    overlay: &OverlayId,
    resource_version: Option<&Value>,
    status: &Value,
) -> Result<(), kube::Error> {
    let OverlayId { kind, namespace, name } = overlay;
    let resource = overlay_resource(*kind);
    let api: Api<DynamicObject> = match namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    };
    let patch = json!({
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": { "name": name, "resourceVersion": resource_version },
        "status": status
    });
    let params = PatchParams::apply(MANAGER).force();
    api.patch_status(name, &params, &Patch::Apply(patch)).await.map(|_| ())
}

/// Removes the finalizer at this place among those of a test.
///
/// # Errors
/// [`Error::Stale`] when the finalizers have changed meanwhile, [`Error::Api`] when the API server does not answer.
pub(crate) async fn remove_finalizer(
    client: &Client,
    test: &DynamicObject,
    index: usize,
    finalizer: &str,
) -> Result<(), Error> {
    let at = format!("/metadata/finalizers/{index}");
    let patch = serde_json::from_value::<json_patch::Patch>(json!([
        { "op": "test", "path": at, "value": finalizer },
        { "op": "remove", "path": at }
    ]));
    let Ok(patch) = patch else { return Err(Error::Unreadable { what: "a patch of its own".into() }) };
    let namespace = test.namespace().unwrap_or_default();
    let tests: Api<DynamicObject> = Api::namespaced_with(client.clone(), &namespace, &locust_test_resource());
    match tests.patch(&test.name_any(), &PatchParams::default(), &Patch::Json::<()>(patch)).await {
        Err(error) if is_missing(&error) => Ok(()),
        Err(error) if is_conflict(&error) => Err(Error::Stale),
        outcome => outcome.map(|_| ()).map_err(Error::api("remove the finalizer")),
    }
}
