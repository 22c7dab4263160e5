//! Writes the status of a test, and events where it has changed.

use kube::{
    Api, Resource, ResourceExt,
    api::{DynamicObject, Patch, PatchParams},
    runtime::events::EventType,
};
use serde_json::{Value, json};

use super::{
    MANAGER,
    conditions::condition,
    context::Context,
    decide::Decision,
    error::{Error, is_conflict, is_missing},
    fetch::resource,
    observed::Observed,
};
use podgraft_locust::role::Role;

/// What the API server says of a status with a field that the CRD does not have.
const NOT_DECLARED: &str = "field not declared in schema";

/// Writes the status where it differs from the recorded one, then tells what has changed.
///
/// # Errors
/// [`Error::Stale`] when the test has changed meanwhile, [`Error::Api`] when it cannot be written.
pub async fn write(ctx: &Context, observed: &Observed, status: &Value) -> Result<(), Error> {
    let before = observed.status();
    if before == status {
        return Ok(());
    }
    let tests: Api<DynamicObject> =
        Api::namespaced_with(ctx.client.clone(), observed.namespace(), &resource());
    let patch = json!({
        "apiVersion": "locust.io/v2",
        "kind": "LocustTest",
        // With the version, so that an outdated status never covers a newer one.
        "metadata": { "name": observed.name(), "resourceVersion": observed.test.resource_version() },
        "status": status
    });
    let params = PatchParams::apply(MANAGER).force();
    match tests.patch_status(observed.name(), &params, &Patch::Apply(patch)).await {
        Ok(_) => ctx.recent_writes.written(observed.uid()),
        Err(error) if is_missing(&error) => return Ok(()),
        Err(error) if is_conflict(&error) => return Err(Error::Stale),
        Err(kube::Error::Api(refused)) if refused.message.contains(NOT_DECLARED) => {
            let what = "write the status: apply the CRDs of this version of podgraft, those of the cluster are older";
            return Err(Error::api(what)(kube::Error::Api(refused)));
        }
        Err(error) => return Err(Error::api("write the status")(error)),
    }
    for EventDraft { kind, reason, note } in transitions(before, status) {
        event(ctx, &observed.test, kind, reason, &note).await;
    }
    Ok(())
}

/// Tells what a decision did.
pub async fn done(
    ctx: &Context,
    before: &Observed,
    after: &Observed,
    decision: &Decision,
    made_before: bool,
) {
    let test = &after.test;
    match decision {
        Decision::Create { service, web_service, roles, restart } => {
            let made: Vec<String> = made(after, (*service, *web_service), roles);
            if made_before && before.old_revisions.is_empty() && !made.is_empty() {
                let anew = if restart.is_some() { "; the load test begins anew" } else { "" };
                let note = format!("{} gone before the test ended: made again as before{anew}", were(&made));
                event(ctx, test, EventType::Warning, "ResourceDeleted", &note).await;
            }
            if !made.is_empty() {
                event(ctx, test, EventType::Normal, "Created", &format!("Created {}", made.join(", "))).await;
            }
        }
        Decision::Suspend(suspensions) => {
            let names: Vec<String> =
                suspensions.iter().map(|suspension| format!("Job {}", suspension.name)).collect();
            let suspend = suspensions.first().is_some_and(|suspension| suspension.suspend);
            let (reason, verb) = if suspend { ("Suspended", "suspended") } else { ("Resumed", "resumed") };
            let note = format!("spec.job.suspend is {suspend} now: {verb} {}", names.join(", "));
            event(ctx, test, EventType::Normal, reason, &note).await;
        }
        Decision::Delete(deletions) => {
            let names: Vec<String> =
                deletions.iter().map(|deletion| format!("{} {}", deletion.kind, deletion.name)).collect();
            let note = format!("the spec has changed: deleting {} to start anew", names.join(", "));
            event(ctx, test, EventType::Normal, "Recreating", &note).await;
        }
        _ => {}
    }
}

fn made(observed: &Observed, (service, web_service): (bool, bool), roles: &[Role]) -> Vec<String> {
    let services = [
        observed.service.as_ref().filter(|_| service),
        observed.web_service.as_ref().filter(|_| web_service),
    ];
    let jobs = roles.iter().filter_map(|role| observed.job(*role));
    services
        .into_iter()
        .flatten()
        .map(|service| format!("Service {}", service.name))
        .chain(jobs.map(|job| format!("Job {}", job.object.name)))
        .collect()
}

fn were(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "was" } else { "were" })
}

/// Something to tell.
struct EventDraft {
    kind: EventType,
    reason: &'static str,
    note: String,
}

/// What is worth telling of a change from one status to the next.
fn transitions(before: &Value, after: &Value) -> Vec<EventDraft> {
    let mut told = Vec::new();
    let mut tell = |kind, reason, note: &str| told.push(EventDraft { kind, reason, note: note.to_owned() });
    let message = |kind: &str| {
        condition(after, kind).and_then(|condition| condition["message"].as_str()).unwrap_or_default()
    };
    // Whether a condition now has this status and one of these reasons, and had not before.
    let turned = |kind: &str, holds: &str, reasons: &[&str]| {
        let is = |status: &Value| {
            condition(status, kind).is_some_and(|condition| {
                condition["status"] == holds
                    && (reasons.is_empty() || reasons.iter().any(|reason| condition["reason"] == *reason))
            })
        };
        is(after) && !is(before)
    };
    // The same, or with other words than before.
    let changed = |kind: &str, holds: &str, reasons: &[&str]| {
        let words = |status: &Value| condition(status, kind).map(|condition| condition["message"].clone());
        let is = |condition: &Value| {
            condition["status"] == holds
                && (reasons.is_empty() || reasons.iter().any(|reason| condition["reason"] == *reason))
        };
        turned(kind, holds, reasons)
            || condition(after, kind).is_some_and(is) && words(before) != words(after)
    };
    let (warning, normal) = (EventType::Warning, EventType::Normal);
    if changed("TemplatesAccepted", "False", &[]) {
        tell(warning, "TemplatesRefused", message("TemplatesAccepted"));
    }
    if changed("TemplatesAccepted", "True", &["AcceptedWithWarnings"]) {
        tell(warning, "TemplatesWarning", message("TemplatesAccepted"));
    }
    if changed("TemplatesApplied", "False", &["RefusedByServer", "NameTaken"]) {
        tell(warning, "TemplatesNotApplied", message("TemplatesApplied"));
    }
    // A change of an overlay or of the operator concerns many tests, and is told by the condition alone.
    if changed("TemplateUpToDate", "False", &["SpecChanged", "SpecRefused"]) {
        tell(normal, "TemplateOutdated", message("TemplateUpToDate"));
    }
    // Its words change with every pod.
    let reason = |status: &Value| condition(status, "PodsHealthy").map(|found| found["reason"].clone());
    let is_unhealthy = condition(after, "PodsHealthy").is_some_and(|found| found["status"] == "False");
    if is_unhealthy && reason(before) != reason(after) {
        tell(warning, "PodFailure", message("PodsHealthy"));
    }
    let was_unhealthy = condition(before, "PodsHealthy").is_some_and(|found| found["status"] == "False");
    if turned("PodsHealthy", "True", &[]) && was_unhealthy {
        tell(normal, "PodsRecovered", message("PodsHealthy"));
    }
    if before["phase"] != after["phase"] {
        match after["phase"].as_str() {
            Some("Running") => tell(normal, "TestStarted", "the master and the workers are being started"),
            Some("Succeeded") => tell(normal, "TestCompleted", message("TestCompleted")),
            Some("Failed") => tell(warning, "TestFailed", message("TestCompleted")),
            _ => {}
        }
    }
    told
}

/// Writes an event about a test.
pub async fn event(ctx: &Context, test: &DynamicObject, kind: EventType, reason: &str, note: &str) {
    ctx.events.write(&test.object_ref(&resource()), kind, reason, note).await;
}
