//! [`apply`]: does what was decided, one step at a time, and updates the observed state.

use std::time::Duration;

use k8s_openapi::api::{apps::v1::ControllerRevision, batch::v1::Job, core::v1::Service};
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions},
};
use serde_json::{Value, json};

use super::{
    MANAGER,
    context::Context,
    decide::{Decision, Deletion, Suspension},
    dry_run::{DryRunOutcome, DryRunRequest, post},
    error::{Error, is_conflict, is_missing},
    error_message::{is_too_large, of_status},
    fetch,
    observed::{ObjectState, Observed, Owner},
    restarts::JobRestart,
    revision::{self, RenderedObjects, RevisionSources},
};
use podgraft_locust::role::Role;

/// When to try again to create what the API server refuses, though it had accepted it in a dry run.
const REFUSED_AGAIN: Duration = Duration::from_secs(10);

/// What is rendered now, to be frozen.
#[derive(Debug, Clone, Copy)]
pub struct NewRevision<'r> {
    /// The Services and the Jobs.
    pub objects: &'r RenderedObjects,
    /// Their hash.
    pub hash: &'r str,
    /// What they were made from.
    pub from: &'r RevisionSources,
}

/// Executes one step for the test of `observed`, which must be what the API server says at this moment.
///
/// Returns a refusal of the API server; `None` when all went well.
///
/// # Errors
/// [`Error::Stale`] when something has changed meanwhile, [`Error::Api`] when the API server does not
/// answer.
pub async fn apply(
    ctx: &Context,
    observed: &mut Observed,
    decision: &Decision,
    rendering: Option<NewRevision<'_>>,
) -> Result<Option<DryRunOutcome>, Error> {
    match decision {
        Decision::CreateRevision => match rendering {
            Some(rendering) => freeze(ctx, observed, rendering).await,
            None => Ok(None),
        },
        Decision::Create { service, web_service, roles, restart } => {
            create(ctx, observed, (*service, *web_service), roles, restart.as_ref()).await
        }
        Decision::Suspend(suspensions) => suspend(ctx, observed, suspensions).await.map(|()| None),
        Decision::Delete(deletions) => remove(ctx, observed, deletions).await.map(|()| None),
        Decision::SetTtl(jobs) => expire(ctx, observed, jobs).await.map(|()| None),
        Decision::PruneRevisions(revisions) => forget(ctx, observed, revisions).await.map(|()| None),
        Decision::Done
        | Decision::Rejected
        | Decision::NameConflict(_)
        | Decision::Wait(_)
        | Decision::RevisionLost(_) => Ok(None),
    }
}

async fn freeze(
    ctx: &Context,
    observed: &mut Observed,
    rendering: NewRevision<'_>,
) -> Result<Option<DryRunOutcome>, Error> {
    let NewRevision { objects, hash, from } = rendering;
    let has_pods = observed.pods.iter().any(|pod| !pod.has_ended());
    let is_first = observed.objects().next().is_none();
    let question = DryRunRequest {
        namespace: observed.namespace(),
        test: observed.name(),
        objects,
        hash,
        has_pods,
        is_first,
    };
    let reached = match ctx.dry_runner.check(&ctx.client, &question).await? {
        DryRunOutcome::Accepted { reached } => reached,
        refused @ DryRunOutcome::Refused { .. } => return Ok(Some(refused)),
    };
    let path = format!("/apis/apps/v1/namespaces/{}/controllerrevisions", observed.namespace());
    let mut number = observed.highest_revision + 1;
    let created = loop {
        let object = revision::freeze(observed, number, objects, from, &reached);
        match send(ctx, &path, &object, "ControllerRevision").await {
            Ok(Ok(created)) => break created,
            Ok(Err(refused)) => return Ok(Some(refused)),
            // A name that somebody else has is left to them.
            Err(Error::Stale) if is_taken(ctx, observed, number).await? => number += 1,
            Err(error) => return Err(error),
        }
    };
    let created: ControllerRevision = read(created, "ControllerRevision")?;
    let frozen = fetch::revision(&created.metadata);
    if let Some(old) = observed.revision.take() {
        observed.old_revisions.push(old.name);
    }
    observed.revision = frozen.map(|frozen| revision::Revision { objects: Some(objects.clone()), ..frozen });
    Ok(None)
}

/// Whether the revision of this number is there and is not the test's.
async fn is_taken(ctx: &Context, observed: &Observed, number: i64) -> Result<bool, Error> {
    let revisions: Api<ControllerRevision> = Api::namespaced(ctx.client.clone(), observed.namespace());
    let name = revision::name(observed.name(), number);
    let found = revisions.get_metadata_opt(&name).await;
    let found = found.map_err(Error::api(format!("read ControllerRevision {name}")))?;
    Ok(found.is_some_and(|found| fetch::object(&found.metadata, &observed.test).owner != Owner::Test))
}

async fn create(
    ctx: &Context,
    observed: &mut Observed,
    (service, web_service): (bool, bool),
    roles: &[Role],
    restart: Option<&JobRestart>,
) -> Result<Option<DryRunOutcome>, Error> {
    let Some(revision) = observed.revision.clone() else { return Err(Error::Stale) };
    let objects = match revision.objects {
        Some(objects) => objects,
        None => fetch::objects(&ctx.client, observed, &revision).await?,
    };
    if service {
        match create_service(ctx, observed, &objects.service, &revision.hash, "Service").await? {
            Ok(created) => observed.service = Some(created),
            Err(refused) => return Ok(Some(refused)),
        }
    }
    if let Some(object) = objects.web_service.as_ref().filter(|_| web_service) {
        match create_service(ctx, observed, object, &revision.hash, "web Service").await? {
            Ok(created) => observed.web_service = Some(created),
            Err(refused) => return Ok(Some(refused)),
        }
    }
    for role in roles {
        let object = revision::job_to_create(objects.job(*role), observed, &revision.hash, restart);
        let path = format!("/apis/batch/v1/namespaces/{}/jobs", observed.namespace());
        match send(ctx, &path, &object, &format!("{role}'s Job")).await? {
            Ok(created) => {
                let created: Job = read(created, "Job")?;
                let state = Some(fetch::job_state(&created, &observed.test));
                match role {
                    Role::Master => observed.master = state,
                    Role::Worker => observed.worker = state,
                }
            }
            Err(refused) => return Ok(Some(refused)),
        }
    }
    Ok(None)
}

async fn create_service(
    ctx: &Context,
    observed: &Observed,
    object: &Value,
    hash: &str,
    what: &str,
) -> Result<Result<ObjectState, DryRunOutcome>, Error> {
    let object = revision::to_create(object, observed, hash);
    let path = format!("/api/v1/namespaces/{}/services", observed.namespace());
    Ok(match send(ctx, &path, &object, what).await? {
        Ok(created) => {
            let created: Service = read(created, what)?;
            Ok(fetch::object(&created.metadata, &observed.test))
        }
        Err(refused) => Err(refused),
    })
}

fn read<T: serde::de::DeserializeOwned>(created: Value, kind: &str) -> Result<T, Error> {
    serde_json::from_value(created)
        .map_err(|_| Error::Unreadable { what: format!("the {kind} that was just made") })
}

/// Creates an object. A refusal by admission or validation is an answer, not an error.
async fn send(
    ctx: &Context,
    path: &str,
    object: &Value,
    what: &str,
) -> Result<Result<Value, DryRunOutcome>, Error> {
    let params = PostParams { dry_run: false, field_manager: Some(MANAGER.to_owned()) };
    match post(&ctx.client, path, object, &params).await {
        Ok(created) => Ok(Ok(created)),
        Err(error) if is_conflict(&error) => Err(Error::Stale),
        Err(kube::Error::Api(status))
            if matches!(status.code, 400 | 403 | 413 | 422) || is_too_large(&status) =>
        {
            let message = of_status(&status);
            Ok(Err(DryRunOutcome::Refused { what: what.to_owned(), message, again: REFUSED_AGAIN }))
        }
        Err(error) => Err(Error::api(format!("create the {what}"))(error)),
    }
}

/// Deletes what an earlier revision made. Jobs go after their pods, so that no new master is made while an
/// old one runs.
async fn remove(ctx: &Context, observed: &mut Observed, deletions: &[Deletion]) -> Result<(), Error> {
    for Deletion { kind, name, uid } in deletions {
        let only_it = Preconditions { uid: Some(uid.clone()), resource_version: None };
        let namespace = observed.namespace();
        let outcome = if *kind == "Service" {
            let services: Api<Service> = Api::namespaced(ctx.client.clone(), namespace);
            let params = DeleteParams::background().preconditions(only_it);
            services.delete(name, &params).await.map(|_| ())
        } else {
            let jobs: Api<Job> = Api::namespaced(ctx.client.clone(), namespace);
            let params = DeleteParams::foreground().preconditions(only_it);
            jobs.delete(name, &params).await.map(|_| ())
        };
        match outcome {
            Ok(()) => {}
            Err(error) if is_missing(&error) => {}
            Err(error) if is_conflict(&error) => return Err(Error::Stale),
            Err(error) => return Err(Error::api(format!("delete {kind} {name}"))(error)),
        }
    }
    let going = |name: &str| deletions.iter().any(|deletion| deletion.name == name);
    for job in [&mut observed.master, &mut observed.worker].into_iter().flatten() {
        job.object.deleting |= going(&job.object.name);
    }
    for service in [&mut observed.service, &mut observed.web_service].into_iter().flatten() {
        service.deleting |= deletions.iter().any(|deletion| deletion.uid == service.uid);
    }
    Ok(())
}

/// Suspends or resumes Jobs, and notes on them which value of the test was applied.
async fn suspend(ctx: &Context, observed: &mut Observed, suspensions: &[Suspension]) -> Result<(), Error> {
    let jobs: Api<Job> = Api::namespaced(ctx.client.clone(), observed.namespace());
    for Suspension { name, uid, suspend } in suspensions {
        let patch = json!({
            "metadata": { "uid": uid, "annotations": { revision::SUSPEND_ANNOTATION: suspend.to_string() } },
            "spec": { "suspend": suspend }
        });
        let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
        let verb = if *suspend { "suspend" } else { "resume" };
        match jobs.patch(name, &params, &Patch::Merge(patch)).await {
            Ok(patched) => {
                let state = fetch::job_state(&patched, &observed.test);
                for job in [&mut observed.master, &mut observed.worker].into_iter().flatten() {
                    if job.object.uid == *uid {
                        *job = state.clone();
                    }
                }
            }
            Err(error) if is_missing(&error) || is_conflict(&error) => return Err(Error::Stale),
            Err(error) => return Err(Error::api(format!("{verb} Job {name}"))(error)),
        }
    }
    Ok(())
}

async fn expire(ctx: &Context, observed: &mut Observed, expiring: &[(String, i32)]) -> Result<(), Error> {
    let jobs: Api<Job> = Api::namespaced(ctx.client.clone(), observed.namespace());
    for (name, seconds) in expiring {
        let patch = json!({ "spec": { "ttlSecondsAfterFinished": seconds } });
        let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
        match jobs.patch(name, &params, &Patch::Merge(patch)).await {
            Ok(_) => {}
            Err(error) if is_missing(&error) => {}
            Err(error) => return Err(Error::api(format!("let Job {name} expire"))(error)),
        }
    }
    for job in [&mut observed.master, &mut observed.worker].into_iter().flatten() {
        job.ttl = job.wanted_ttl;
    }
    Ok(())
}

/// Deletes the revision of a test of which nothing else was made.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(super) async fn withdraw(ctx: &Context, observed: &mut Observed) -> Result<(), Error> {
    let made = observed.revision.take().map(|revision| revision.name);
    forget(ctx, observed, &Vec::from_iter(made)).await
}

async fn forget(ctx: &Context, observed: &mut Observed, names: &[String]) -> Result<(), Error> {
    let revisions: Api<ControllerRevision> = Api::namespaced(ctx.client.clone(), observed.namespace());
    for name in names {
        match revisions.delete(name, &DeleteParams::background()).await {
            Ok(_) => {}
            Err(error) if is_missing(&error) => {}
            Err(error) => return Err(Error::api(format!("delete ControllerRevision {name}"))(error)),
        }
    }
    observed.old_revisions.clear();
    Ok(())
}
