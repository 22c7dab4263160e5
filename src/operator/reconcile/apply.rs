//! [`apply`]: executes one step against the API server, and lists what it changed.

use std::time::Duration;

use k8s_openapi::api::{apps::v1::ControllerRevision, batch::v1::Job, core::v1::Service};
use kube::Client;
use serde_json::{Value, json};

use super::{
    context::Context,
    dry_run::{DryRunOutcome, DryRunRequest},
};
use crate::operator::{
    api::{
        error::{Error, is_conflict, is_missing},
        error_message::{is_too_large, status_message},
        read::{is_revision_taken, revision_objects},
        write::{CreatedKind, create, delete_job, delete_revision, delete_service, patch_job},
    },
    decide::decision::{Creation, Decision, Deletion, Suspension},
    observed::{
        AppliedChange, JobState, ObjectState, Observed, Revision,
        annotations::SUSPEND_ANNOTATION,
        rendered_objects::{RenderedObjects, RevisionSources},
        revision::{controller_revision, job_to_create, object_to_create},
    },
    server_refusal::ServerRefusal,
};

/// When to try again to create what the API server refuses, though it had accepted it in a dry run.
const REFUSED_AGAIN: Duration = Duration::from_secs(10);

/// What is rendered now, to be frozen.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewRevision<'r> {
    /// The Services and the Jobs.
    pub(super) objects: &'r RenderedObjects,
    /// Their hash.
    pub(super) hash: &'r str,
    /// What they were made from.
    pub(super) sources: &'r RevisionSources,
}

/// Executes one step for the test of `observed`, which must be what the API server says at this moment. What is changed
/// is added to `changes`, also where a later part fails.
///
/// Returns a refusal of the API server; `None` when all went well.
///
/// # Errors
/// [`Error::Stale`] when something has changed meanwhile, [`Error::Api`] when the API server does not
/// answer.
pub(super) async fn apply(
    ctx: &Context,
    observed: &Observed,
    decision: &Decision,
    new: Option<NewRevision<'_>>,
    changes: &mut Vec<AppliedChange>,
) -> Result<Option<ServerRefusal>, Error> {
    match decision {
        Decision::CreateRevision => match new {
            Some(new) => create_revision(ctx, observed, new, changes).await,
            None => Ok(None),
        },
        Decision::Create(creation) => create_objects(&ctx.client, observed, creation, changes).await,
        Decision::Suspend(suspensions) => {
            suspend(&ctx.client, observed, suspensions, changes).await.map(|()| None)
        }
        Decision::Delete(deletions) => delete(&ctx.client, observed, deletions, changes).await.map(|()| None),
        Decision::SetTtl(jobs) => set_ttl(&ctx.client, observed, jobs, changes).await.map(|()| None),
        Decision::PruneRevisions(revisions) => {
            prune(&ctx.client, observed, revisions, changes).await.map(|()| None)
        }
        Decision::Done
        | Decision::Rejected
        | Decision::NameConflict(_)
        | Decision::Wait(_)
        | Decision::RevisionLost(_) => Ok(None),
    }
}

async fn create_revision(
    ctx: &Context,
    observed: &Observed,
    new: NewRevision<'_>,
    changes: &mut Vec<AppliedChange>,
) -> Result<Option<ServerRefusal>, Error> {
    let NewRevision { objects, hash, sources } = new;
    let has_pods = observed.pods.iter().any(|pod| !pod.has_ended());
    let is_first = observed.objects().next().is_none();
    let (namespace, test) = (observed.namespace(), observed.name());
    let request = DryRunRequest { namespace, test, objects, hash, has_pods, is_first };
    let checked = match ctx.dry_runner.run(&ctx.client, &request).await? {
        DryRunOutcome::Accepted { checked } => checked,
        DryRunOutcome::Refused(refusal) => return Ok(Some(refusal)),
    };
    let what = "ControllerRevision";
    let mut number = observed.highest_revision + 1;
    let created = loop {
        let object = controller_revision(&observed.test, number, objects, sources, &checked);
        match send(&ctx.client, CreatedKind::ControllerRevision, namespace, &object, what).await {
            Ok(Ok(created)) => break created,
            Ok(Err(refusal)) => return Ok(Some(refusal)),
            // A name that somebody else has is left to them.
            Err(Error::Stale) if is_revision_taken(&ctx.client, &observed.test, number).await? => {
                number += 1;
            }
            Err(error) => return Err(error),
        }
    };
    let created: ControllerRevision = typed(created, what)?;
    let revision = Revision::from_metadata(&created.metadata);
    let with_objects = |revision| Box::new(Revision { objects: Some(objects.clone()), ..revision });
    changes.push(AppliedChange::RevisionCreated(revision.map(with_objects)));
    Ok(None)
}

async fn create_objects(
    client: &Client,
    observed: &Observed,
    creation: &Creation,
    changes: &mut Vec<AppliedChange>,
) -> Result<Option<ServerRefusal>, Error> {
    let Some(revision) = &observed.revision else { return Err(Error::Stale) };
    let objects = match &revision.objects {
        Some(objects) => objects.clone(),
        None => revision_objects(client, observed.namespace(), revision).await?,
    };
    if creation.service {
        match create_service(client, observed, &objects.service, &revision.hash, "Service").await? {
            Ok(created) => changes.push(AppliedChange::ServiceCreated(created)),
            Err(refusal) => return Ok(Some(refusal)),
        }
    }
    if let Some(object) = objects.web_service.as_ref().filter(|_| creation.web_service) {
        match create_service(client, observed, object, &revision.hash, "web Service").await? {
            Ok(created) => changes.push(AppliedChange::WebServiceCreated(created)),
            Err(refusal) => return Ok(Some(refusal)),
        }
    }
    for role in &creation.roles {
        let object =
            job_to_create(objects.job(*role), &observed.test, &revision.hash, creation.restart.as_ref());
        let what = format!("{role}'s Job");
        match send(client, CreatedKind::Job, observed.namespace(), &object, &what).await? {
            Ok(created) => {
                let created: Job = typed(created, "Job")?;
                let state = JobState::from_job(&created, &observed.test);
                changes.push(AppliedChange::JobCreated(*role, Box::new(state)));
            }
            Err(refusal) => return Ok(Some(refusal)),
        }
    }
    Ok(None)
}

async fn create_service(
    client: &Client,
    observed: &Observed,
    object: &Value,
    hash: &str,
    what: &str,
) -> Result<Result<ObjectState, ServerRefusal>, Error> {
    let object = object_to_create(object, &observed.test, hash);
    Ok(match send(client, CreatedKind::Service, observed.namespace(), &object, what).await? {
        Ok(created) => {
            let created: Service = typed(created, what)?;
            Ok(ObjectState::from_metadata(&created.metadata, &observed.test))
        }
        Err(refusal) => Err(refusal),
    })
}

fn typed<T: serde::de::DeserializeOwned>(created: Value, kind: &str) -> Result<T, Error> {
    serde_json::from_value(created)
        .map_err(|_| Error::Unreadable { what: format!("the {kind} that was just made") })
}

/// Creates an object. A refusal by admission or validation is an answer, not an error.
async fn send(
    client: &Client,
    kind: CreatedKind,
    namespace: &str,
    object: &Value,
    what: &str,
) -> Result<Result<Value, ServerRefusal>, Error> {
    match create(client, kind, namespace, object, false).await {
        Ok(created) => Ok(Ok(created)),
        Err(error) if is_conflict(&error) => Err(Error::Stale),
        Err(kube::Error::Api(status))
            if matches!(status.code, 400 | 403 | 413 | 422) || is_too_large(&status) =>
        {
            let message = status_message(&status);
            Ok(Err(ServerRefusal { what: what.to_owned(), message, retry_after: REFUSED_AGAIN }))
        }
        Err(error) => Err(Error::api(format!("create the {what}"))(error)),
    }
}

/// Deletes what an earlier revision made. Jobs go after their pods, so that no new master is made while an
/// old one runs.
async fn delete(
    client: &Client,
    observed: &Observed,
    deletions: &[Deletion],
    changes: &mut Vec<AppliedChange>,
) -> Result<(), Error> {
    for Deletion { kind, name, uid } in deletions {
        if *kind == "Service" {
            delete_service(client, observed.namespace(), name, uid).await?;
        } else {
            delete_job(client, observed.namespace(), name, uid).await?;
        }
        changes.push(AppliedChange::Deleting(uid.clone()));
    }
    Ok(())
}

/// Suspends or resumes Jobs, and notes on them which value of the test was applied.
async fn suspend(
    client: &Client,
    observed: &Observed,
    suspensions: &[Suspension],
    changes: &mut Vec<AppliedChange>,
) -> Result<(), Error> {
    for Suspension { name, uid, suspend } in suspensions {
        let patch = json!({
            "metadata": { "uid": uid, "annotations": { SUSPEND_ANNOTATION: suspend.to_string() } },
            "spec": { "suspend": suspend }
        });
        let verb = if *suspend { "suspend" } else { "resume" };
        match patch_job(client, observed.namespace(), name, patch).await {
            Ok(patched) => {
                let state = JobState::from_job(&patched, &observed.test);
                changes.push(AppliedChange::JobPatched(Box::new(state)));
            }
            Err(error) if is_missing(&error) || is_conflict(&error) => return Err(Error::Stale),
            Err(error) => return Err(Error::api(format!("{verb} Job {name}"))(error)),
        }
    }
    Ok(())
}

/// Lets finished Jobs expire after these seconds.
async fn set_ttl(
    client: &Client,
    observed: &Observed,
    jobs: &[(String, i32)],
    changes: &mut Vec<AppliedChange>,
) -> Result<(), Error> {
    for (name, seconds) in jobs {
        let patch = json!({ "spec": { "ttlSecondsAfterFinished": seconds } });
        match patch_job(client, observed.namespace(), name, patch).await {
            Err(error) if !is_missing(&error) => {
                return Err(Error::api(format!("let Job {name} expire"))(error));
            }
            _ => changes.push(AppliedChange::TtlSet(name.clone())),
        }
    }
    Ok(())
}

/// Deletes the revision of a test of which nothing else was made.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(super) async fn withdraw(client: &Client, observed: &Observed) -> Result<(), Error> {
    if let Some(revision) = &observed.revision {
        delete_revision(client, observed.namespace(), &revision.name).await?;
    }
    Ok(())
}

async fn prune(
    client: &Client,
    observed: &Observed,
    names: &[String],
    changes: &mut Vec<AppliedChange>,
) -> Result<(), Error> {
    for name in names {
        delete_revision(client, observed.namespace(), name).await?;
    }
    changes.push(AppliedChange::RevisionsPruned);
    Ok(())
}
