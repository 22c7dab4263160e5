//! The [`Observed`] of one test: from the caches, or from the API server itself.

use k8s_openapi::{
    api::{
        apps::v1::ControllerRevision,
        batch::v1::Job,
        core::v1::{Pod, Service},
    },
    apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time},
    jiff::Timestamp,
};
use kube::{
    Api, Client, ResourceExt,
    api::{ApiResource, DynamicObject, ListParams},
    core::PartialObjectMeta,
    runtime::reflector::ObjectRef,
};

use super::{
    error::{Error, is_missing},
    observed::{JobProgress, JobState, ObjectState, Observed, Owner},
    pod_state::PodState,
    restarts::JobRestart,
    revision::{
        CHECKED_ANNOTATION, GENERATION_ANNOTATION, HASH_ANNOTATION, LAYERS_ANNOTATION, OVERLAYS_ANNOTATION,
        RESTART_ANNOTATION, RESTART_CAUSE_ANNOTATION, REVISION_LABEL, RenderedObjects, Revision,
        SUSPEND_ANNOTATION, TTL_ANNOTATION, WEB_SERVICE_ANNOTATION,
    },
    watch::Caches,
};
use podgraft_locust::{locust::base, role::Role};

/// `locust.io/v2` `LocustTest`, as the API server knows it.
#[must_use]
pub fn resource() -> ApiResource {
    ApiResource {
        group: "locust.io".into(),
        version: "v2".into(),
        api_version: "locust.io/v2".into(),
        kind: "LocustTest".into(),
        plural: "locusttests".into(),
    }
}

/// The objects of one test, as they were found.
struct TestObjects {
    revisions: Vec<ObjectMeta>,
    service: Option<ObjectMeta>,
    web_service: Option<ObjectMeta>,
    master: Option<Job>,
    worker: Option<Job>,
    pods: Vec<Pod>,
}

/// What the caches know of a test.
#[must_use]
pub fn cached(caches: &Caches, test: &DynamicObject) -> Observed {
    let namespace = test.namespace().unwrap_or_default();
    let name = test.name_any();
    let [master, worker] = Role::ALL.map(|role| base::generated_name_of(&name, role));
    let job = |name: &str| {
        let job = caches.jobs.get(&ObjectRef::new(name).within(&namespace));
        job.map(|job| (*job).clone())
    };
    let service = |name: &str| {
        let service = caches.services.get(&ObjectRef::new(name).within(&namespace));
        service.map(|service| service.metadata.clone())
    };
    let revisions = caches.revisions_of.find(&caches.revisions, &namespace, &name);
    let mut pods = caches.pods_of.find(&caches.pods, &namespace, &master);
    pods.extend(caches.pods_of.find(&caches.pods, &namespace, &worker));
    let found = TestObjects {
        revisions: revisions.iter().map(|revision| revision.metadata.clone()).collect(),
        service: service(&master),
        web_service: service(&base::web_service_name_of(&name)),
        master: job(&master),
        worker: job(&worker),
        pods: pods.iter().map(|pod| (**pod).clone()).collect(),
    };
    observed(test.clone(), found)
}

/// What the API server says of a test at this moment; `None` when it is gone, or another of its name is
/// there.
///
/// # Errors
/// [`Error::Api`] when it does not answer.
pub async fn live(client: &Client, test: &DynamicObject) -> Result<Option<Observed>, Error> {
    let Some(current) = self::test(client, test).await? else { return Ok(None) };
    let namespace = test.namespace().unwrap_or_default();
    let name = test.name_any();
    let [master, worker] = Role::ALL.map(|role| base::generated_name_of(&name, role));
    let jobs: Api<Job> = Api::namespaced(client.clone(), &namespace);
    let services: Api<Service> = Api::namespaced(client.clone(), &namespace);
    let revisions: Api<ControllerRevision> = Api::namespaced(client.clone(), &namespace);
    let pods: Api<Pod> = Api::namespaced(client.clone(), &namespace);
    let of_test = ListParams::default().labels(&format!("{REVISION_LABEL}={name}"));
    let with_label = ListParams::default().labels(&format!("{} in ({master},{worker})", base::POD_LABEL));
    let what = |kind: &str| Error::api(format!("read the {kind} of LocustTest {name}"));
    let revisions = revisions.list_metadata(&of_test).await.map_err(what("revisions"))?;
    let revisions: Vec<ObjectMeta> = revisions.items.into_iter().map(|revision| revision.metadata).collect();
    let web_name = base::web_service_name_of(&name);
    // Most tests have none, and cost no request more.
    let web_service = if may_have_web_service(&current, &revisions) {
        metadata(services.get_metadata_opt(&web_name).await).map_err(what("second Service"))?
    } else {
        None
    };
    let found = TestObjects {
        revisions,
        service: metadata(services.get_metadata_opt(&master).await).map_err(what("Service"))?,
        web_service,
        master: jobs.get_opt(&master).await.map_err(what("master's Job"))?,
        worker: jobs.get_opt(&worker).await.map_err(what("worker's Job"))?,
        pods: pods.list(&with_label).await.map_err(what("pods"))?.items,
    };
    Ok(Some(observed(current, found)))
}

/// The test itself, as the API server has it; `None` when it is gone, or another of its name is there.
///
/// # Errors
/// [`Error::Api`] when it does not answer.
pub(super) async fn test(client: &Client, test: &DynamicObject) -> Result<Option<DynamicObject>, Error> {
    let (namespace, name) = (test.namespace().unwrap_or_default(), test.name_any());
    let tests: Api<DynamicObject> = Api::namespaced_with(client.clone(), &namespace, &resource());
    let found = tests.get_opt(&name).await.map_err(Error::api(format!("read LocustTest {name}")))?;
    Ok(found.filter(|current| current.metadata.uid == test.metadata.uid))
}

/// A test of which nothing was made, with the pods that have its labels.
pub(super) fn unmade(test: DynamicObject, pods: Vec<Pod>) -> Observed {
    let found = TestObjects {
        revisions: Vec::new(),
        service: None,
        web_service: None,
        master: None,
        worker: None,
        pods,
    };
    observed(test, found)
}

/// Whether a test asks for a second Service, or a revision of its own has one, replaced or not.
fn may_have_web_service(test: &DynamicObject, revisions: &[ObjectMeta]) -> bool {
    let of_revision = |metadata: &ObjectMeta| {
        metadata.annotations.as_ref().is_some_and(|all| all.contains_key(WEB_SERVICE_ANNOTATION))
            && owner(metadata, test) == Owner::Test
    };
    asks_for_web_service(test) || revisions.iter().any(of_revision)
}

fn asks_for_web_service(test: &DynamicObject) -> bool {
    test.data.pointer("/spec/webService").is_some_and(|settings| !settings.is_null())
}

fn metadata(
    found: Result<Option<PartialObjectMeta<Service>>, kube::Error>,
) -> Result<Option<ObjectMeta>, kube::Error> {
    found.map(|found| found.map(|object| object.metadata))
}

/// Reads what a revision holds.
///
/// # Errors
/// [`Error::Stale`] when it is gone, [`Error::Unreadable`] when it holds something else.
pub async fn objects(
    client: &Client,
    observed: &Observed,
    revision: &Revision,
) -> Result<RenderedObjects, Error> {
    let revisions: Api<ControllerRevision> = Api::namespaced(client.clone(), observed.namespace());
    let what = format!("ControllerRevision {}", revision.name);
    let found = match revisions.get(&revision.name).await {
        Ok(found) => found,
        Err(error) if is_missing(&error) => return Err(Error::Stale),
        Err(error) => return Err(Error::api(format!("read {what}"))(error)),
    };
    RenderedObjects::from_data(&found.data.0).ok_or(Error::Unreadable { what })
}

fn observed(test: DynamicObject, found: TestObjects) -> Observed {
    let mut revisions: Vec<Revision> = found
        .revisions
        .iter()
        .filter(|metadata| metadata.deletion_timestamp.is_none() && owner(metadata, &test) == Owner::Test)
        .filter_map(revision)
        .collect();
    revisions.sort_by_key(|revision| revision.number);
    let mut pods: Vec<PodState> = found.pods.iter().map(PodState::of).collect();
    // Messages name the first few.
    pods.sort_by(|one, other| one.name.cmp(&other.name));
    let number = |metadata: &ObjectMeta| metadata.name.as_ref()?.rsplit('-').next()?.parse().ok();
    let current = revisions.pop();
    let is_to_start = current.is_none()
        || test.data.pointer("/spec/updatePolicy").is_some_and(|policy| policy == "Recreate");
    let needs_web = current.as_ref().is_some_and(|current| current.has_web_service)
        || is_to_start && asks_for_web_service(&test);
    let web_service = found.web_service.map(|metadata| object(&metadata, &test));
    Observed {
        revision: current,
        old_revisions: revisions.into_iter().map(|revision| revision.name).collect(),
        service: found.service.map(|metadata| object(&metadata, &test)),
        web_service: web_service.filter(|service| needs_web || service.owner == Owner::Test),
        master: found.master.map(|job| job_state(&job, &test)),
        worker: found.worker.map(|job| job_state(&job, &test)),
        highest_revision: found.revisions.iter().filter_map(number).max().unwrap_or_default(),
        pods,
        test,
    }
}

/// What a revision's metadata says; `None` for an object that the operator did not make.
#[must_use]
pub fn revision(metadata: &ObjectMeta) -> Option<Revision> {
    let annotations = metadata.annotations.as_ref()?;
    let name = metadata.name.clone()?;
    Some(Revision {
        number: name.rsplit('-').next()?.parse().ok()?,
        name,
        hash: annotations.get(HASH_ANNOTATION)?.clone(),
        generation: annotations.get(GENERATION_ANNOTATION)?.parse().ok()?,
        layers: annotations
            .get(LAYERS_ANNOTATION)
            .and_then(|layers| serde_json::from_str(layers).ok())
            .unwrap_or_default(),
        overlays: annotations
            .get(OVERLAYS_ANNOTATION)
            .and_then(|overlays| serde_json::from_str(overlays).ok())
            .unwrap_or_default(),
        checked: annotations.get(CHECKED_ANNOTATION).cloned().unwrap_or_default(),
        has_web_service: annotations.contains_key(WEB_SERVICE_ANNOTATION),
        objects: None,
    })
}

/// What matters of a Service or Job.
#[must_use]
pub fn object(metadata: &ObjectMeta, test: &DynamicObject) -> ObjectState {
    let annotation = |name: &str| metadata.annotations.as_ref().and_then(|all| all.get(name)).cloned();
    ObjectState {
        name: metadata.name.clone().unwrap_or_default(),
        uid: metadata.uid.clone().unwrap_or_default(),
        owner: owner(metadata, test),
        hash: annotation(HASH_ANNOTATION),
        deleting: metadata.deletion_timestamp.is_some(),
        deleted: metadata.deletion_timestamp.as_ref().map(|Time(time)| *time),
    }
}

/// Whose an object is that has the name of one of the test's.
#[must_use]
pub fn owner(metadata: &ObjectMeta, test: &DynamicObject) -> Owner {
    let controller = metadata.owner_references.iter().flatten().find(|owner| owner.controller == Some(true));
    let Some(owner) = controller else { return Owner::Other("nobody: it has no owner".into()) };
    let is_test = owner.kind == "LocustTest" && Some(&owner.name) == test.metadata.name.as_ref();
    match () {
        () if Some(&owner.uid) == test.metadata.uid.as_ref() => Owner::Test,
        () if is_test => Owner::Predecessor,
        () => Owner::Other(format!("{} {}", owner.kind, owner.name)),
    }
}

/// What matters of a Job.
#[must_use]
pub fn job_state(job: &Job, test: &DynamicObject) -> JobState {
    let spec = job.spec.as_ref();
    let status = job.status.as_ref();
    let condition = |kind: &str| {
        let conditions = status.and_then(|status| status.conditions.as_ref());
        conditions.into_iter().flatten().find(|found| found.type_ == kind && found.status == "True")
    };
    let (complete, failed) = (condition("Complete"), condition("Failed"));
    let progress = match () {
        () if complete.is_some() => JobProgress::Complete,
        () if failed.is_some() => JobProgress::Failed,
        () if spec.and_then(|spec| spec.suspend).unwrap_or_default() => JobProgress::Suspended,
        () => JobProgress::Active,
    };
    let ended = complete.or(failed).map(|condition| {
        condition.last_transition_time.as_ref().map_or(Timestamp::UNIX_EPOCH, |Time(time)| *time)
    });
    let words = |reason: Option<&String>, message: Option<&String>| match (reason, message) {
        (Some(reason), Some(message)) => format!("{reason}: {message}"),
        (reason, message) => reason.or(message).cloned().unwrap_or_default(),
    };
    let annotation = |name: &str| job.annotations().get(name);
    let parsed = |name: &str| annotation(name).and_then(|value| value.parse().ok());
    JobState {
        object: object(&job.metadata, test),
        progress,
        failure: failed.map(|condition| words(condition.reason.as_ref(), condition.message.as_ref())),
        failure_reason: failed.and_then(|condition| condition.reason.clone()),
        parallelism: spec.and_then(|spec| spec.parallelism).unwrap_or(1),
        ready: status.and_then(|status| status.ready).unwrap_or_default(),
        ended,
        created: job.metadata.creation_timestamp.as_ref().map(|Time(time)| *time),
        ttl: spec.and_then(|spec| spec.ttl_seconds_after_finished),
        wanted_ttl: annotation(TTL_ANNOTATION).and_then(|seconds| seconds.parse().ok()),
        suspend: annotation(SUSPEND_ANNOTATION).and_then(|suspend| suspend.parse().ok()),
        restart: parsed(RESTART_ANNOTATION).map(|number| JobRestart {
            number,
            cause: annotation(RESTART_CAUSE_ANNOTATION).cloned().unwrap_or_default(),
        }),
        shortage: None,
    }
}
