//! [`apply`]: does what was decided, one step at a time, and writes what came of it into the view.

use std::time::Duration;

use k8s_openapi::api::{apps::v1::ControllerRevision, batch::v1::Job, core::v1::Service};
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions},
};
use serde_json::{Value, json};

use super::{
    MANAGER,
    api_error::{is_too_large, of_status},
    check::{Question, Verdict, post},
    context::Context,
    decide::{Doomed, Step, Suspension},
    error::{Error, is_conflict, is_missing},
    fetch,
    restarts::Restart,
    revision::{self, Objects, Sources},
    view::{Child, Owner, View},
};
use crate::role::Role;

/// When to try again to create what the API server refuses, though it had accepted it in a dry run.
const REFUSED_AGAIN: Duration = Duration::from_secs(10);

/// What is rendered now, to be frozen.
#[derive(Debug, Clone, Copy)]
pub struct Rendering<'r> {
    /// The Services and the Jobs.
    pub objects: &'r Objects,
    /// Their hash.
    pub hash: &'r str,
    /// What they were made from.
    pub from: &'r Sources,
}

/// Does a step for the test of `view`, which must be what the API server says at this moment.
///
/// Returns a refusal of the API server; `None` when all went well.
///
/// # Errors
/// [`Error::Stale`] when something has changed meanwhile, [`Error::Api`] when the API server does not
/// answer.
pub async fn apply(
    ctx: &Context,
    view: &mut View,
    step: &Step,
    rendering: Option<Rendering<'_>>,
) -> Result<Option<Verdict>, Error> {
    match step {
        Step::Freeze => match rendering {
            Some(rendering) => freeze(ctx, view, rendering).await,
            None => Ok(None),
        },
        Step::Create { service, web_service, roles, restart } => {
            create(ctx, view, (*service, *web_service), roles, restart.as_ref()).await
        }
        Step::Suspend(suspensions) => suspend(ctx, view, suspensions).await.map(|()| None),
        Step::Remove(doomed) => remove(ctx, view, doomed).await.map(|()| None),
        Step::Expire(jobs) => expire(ctx, view, jobs).await.map(|()| None),
        Step::Forget(revisions) => forget(ctx, view, revisions).await.map(|()| None),
        Step::Rest | Step::Refuse | Step::Block(_) | Step::Wait(_) | Step::Strand(_) => Ok(None),
    }
}

async fn freeze(ctx: &Context, view: &mut View, rendering: Rendering<'_>) -> Result<Option<Verdict>, Error> {
    let Rendering { objects, hash, from } = rendering;
    let has_pods = view.pods.iter().any(|pod| !pod.has_ended());
    let is_first = view.children().next().is_none();
    let question =
        Question { namespace: view.namespace(), test: view.name(), objects, hash, has_pods, is_first };
    let reached = match ctx.checker.check(&ctx.client, &question).await? {
        Verdict::Accepted { reached } => reached,
        refused @ Verdict::Refused { .. } => return Ok(Some(refused)),
    };
    let path = format!("/apis/apps/v1/namespaces/{}/controllerrevisions", view.namespace());
    let mut number = view.highest_revision + 1;
    let created = loop {
        let object = revision::freeze(view, number, objects, from, &reached);
        match send(ctx, &path, &object, "ControllerRevision").await {
            Ok(Ok(created)) => break created,
            Ok(Err(refused)) => return Ok(Some(refused)),
            // A name that somebody else has is left to them.
            Err(Error::Stale) if is_taken(ctx, view, number).await? => number += 1,
            Err(error) => return Err(error),
        }
    };
    let created: ControllerRevision = read(created, "ControllerRevision")?;
    let frozen = fetch::revision(&created.metadata);
    if let Some(old) = view.revision.take() {
        view.old_revisions.push(old.name);
    }
    view.revision = frozen.map(|frozen| revision::Revision { objects: Some(objects.clone()), ..frozen });
    Ok(None)
}

/// Whether the revision of this number is there and is not the test's.
async fn is_taken(ctx: &Context, view: &View, number: i64) -> Result<bool, Error> {
    let revisions: Api<ControllerRevision> = Api::namespaced(ctx.client.clone(), view.namespace());
    let name = revision::name(view.name(), number);
    let found = revisions.get_metadata_opt(&name).await;
    let found = found.map_err(Error::api(format!("read ControllerRevision {name}")))?;
    Ok(found.is_some_and(|found| fetch::child(&found.metadata, &view.test).owner != Owner::Test))
}

async fn create(
    ctx: &Context,
    view: &mut View,
    (service, web_service): (bool, bool),
    roles: &[Role],
    restart: Option<&Restart>,
) -> Result<Option<Verdict>, Error> {
    let Some(revision) = view.revision.clone() else { return Err(Error::Stale) };
    let objects = match revision.objects {
        Some(objects) => objects,
        None => fetch::objects(&ctx.client, view, &revision).await?,
    };
    if service {
        match create_service(ctx, view, &objects.service, &revision.hash, "Service").await? {
            Ok(created) => view.service = Some(created),
            Err(refused) => return Ok(Some(refused)),
        }
    }
    if let Some(object) = objects.web_service.as_ref().filter(|_| web_service) {
        match create_service(ctx, view, object, &revision.hash, "web Service").await? {
            Ok(created) => view.web_service = Some(created),
            Err(refused) => return Ok(Some(refused)),
        }
    }
    for role in roles {
        let object = revision::job_to_create(objects.job(*role), view, &revision.hash, restart);
        let path = format!("/apis/batch/v1/namespaces/{}/jobs", view.namespace());
        match send(ctx, &path, &object, &format!("{role}'s Job")).await? {
            Ok(created) => {
                let created: Job = read(created, "Job")?;
                let state = Some(fetch::job_state(&created, &view.test));
                match role {
                    Role::Master => view.master = state,
                    Role::Worker => view.worker = state,
                }
            }
            Err(refused) => return Ok(Some(refused)),
        }
    }
    Ok(None)
}

async fn create_service(
    ctx: &Context,
    view: &View,
    object: &Value,
    hash: &str,
    what: &str,
) -> Result<Result<Child, Verdict>, Error> {
    let object = revision::to_create(object, view, hash);
    let path = format!("/api/v1/namespaces/{}/services", view.namespace());
    Ok(match send(ctx, &path, &object, what).await? {
        Ok(created) => {
            let created: Service = read(created, what)?;
            Ok(fetch::child(&created.metadata, &view.test))
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
) -> Result<Result<Value, Verdict>, Error> {
    let params = PostParams { dry_run: false, field_manager: Some(MANAGER.to_owned()) };
    match post(&ctx.client, path, object, &params).await {
        Ok(created) => Ok(Ok(created)),
        Err(error) if is_conflict(&error) => Err(Error::Stale),
        Err(kube::Error::Api(status))
            if matches!(status.code, 400 | 403 | 413 | 422) || is_too_large(&status) =>
        {
            let message = of_status(&status);
            Ok(Err(Verdict::Refused { what: what.to_owned(), message, again: REFUSED_AGAIN }))
        }
        Err(error) => Err(Error::api(format!("create the {what}"))(error)),
    }
}

/// Deletes what an earlier revision made. Jobs go after their pods, so that no new master is made while an
/// old one runs.
async fn remove(ctx: &Context, view: &mut View, doomed: &[Doomed]) -> Result<(), Error> {
    for Doomed { kind, name, uid } in doomed {
        let only_it = Preconditions { uid: Some(uid.clone()), resource_version: None };
        let namespace = view.namespace();
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
    let going = |name: &str| doomed.iter().any(|doomed| doomed.name == name);
    for job in [&mut view.master, &mut view.worker].into_iter().flatten() {
        job.child.deleting |= going(&job.child.name);
    }
    for service in [&mut view.service, &mut view.web_service].into_iter().flatten() {
        service.deleting |= doomed.iter().any(|doomed| doomed.uid == service.uid);
    }
    Ok(())
}

/// Suspends or resumes Jobs, and notes on them which value of the test was applied.
async fn suspend(ctx: &Context, view: &mut View, suspensions: &[Suspension]) -> Result<(), Error> {
    let jobs: Api<Job> = Api::namespaced(ctx.client.clone(), view.namespace());
    for Suspension { name, uid, suspend } in suspensions {
        let patch = json!({
            "metadata": { "uid": uid, "annotations": { revision::SUSPEND_ANNOTATION: suspend.to_string() } },
            "spec": { "suspend": suspend }
        });
        let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
        let verb = if *suspend { "suspend" } else { "resume" };
        match jobs.patch(name, &params, &Patch::Merge(patch)).await {
            Ok(patched) => {
                let state = fetch::job_state(&patched, &view.test);
                for job in [&mut view.master, &mut view.worker].into_iter().flatten() {
                    if job.child.uid == *uid {
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

async fn expire(ctx: &Context, view: &mut View, expiring: &[(String, i32)]) -> Result<(), Error> {
    let jobs: Api<Job> = Api::namespaced(ctx.client.clone(), view.namespace());
    for (name, seconds) in expiring {
        let patch = json!({ "spec": { "ttlSecondsAfterFinished": seconds } });
        let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
        match jobs.patch(name, &params, &Patch::Merge(patch)).await {
            Ok(_) => {}
            Err(error) if is_missing(&error) => {}
            Err(error) => return Err(Error::api(format!("let Job {name} expire"))(error)),
        }
    }
    for job in [&mut view.master, &mut view.worker].into_iter().flatten() {
        job.ttl = job.wanted_ttl;
    }
    Ok(())
}

/// Deletes the revision of a test of which nothing else was made.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(super) async fn withdraw(ctx: &Context, view: &mut View) -> Result<(), Error> {
    let made = view.revision.take().map(|revision| revision.name);
    forget(ctx, view, &Vec::from_iter(made)).await
}

async fn forget(ctx: &Context, view: &mut View, names: &[String]) -> Result<(), Error> {
    let revisions: Api<ControllerRevision> = Api::namespaced(ctx.client.clone(), view.namespace());
    for name in names {
        match revisions.delete(name, &DeleteParams::background()).await {
            Ok(_) => {}
            Err(error) if is_missing(&error) => {}
            Err(error) => return Err(Error::api(format!("delete ControllerRevision {name}"))(error)),
        }
    }
    view.old_revisions.clear();
    Ok(())
}
