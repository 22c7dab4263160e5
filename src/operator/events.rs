//! [`EventDraft`]: which events there are about what happened to a test. Pure.

use kube::runtime::events::EventType;
use serde_json::Value;

use super::{
    decide::decision::{Creation, Decision},
    observed::{AppliedChange, Observed, conditions::condition},
};

/// An event to write.
#[derive(Debug)]
pub(crate) struct EventDraft {
    pub(crate) kind: EventType,
    pub(crate) reason: &'static str,
    pub(crate) note: String,
}

/// The events about one step: what it changed of the test that was observed before.
pub(crate) fn step_events(
    before: &Observed,
    decision: &Decision,
    changes: &[AppliedChange],
) -> Vec<EventDraft> {
    let mut events = Vec::new();
    let mut add = |kind, reason, note| events.push(EventDraft { kind, reason, note });
    match decision {
        Decision::Create(Creation { restart, .. }) => {
            let created: Vec<String> = changes.iter().filter_map(created).collect();
            let (list, verb) = (created.join(", "), if created.len() == 1 { "was" } else { "were" });
            if before.was_made() && before.old_revisions.is_empty() && !created.is_empty() {
                let anew = if restart.is_some() { "; the load test begins anew" } else { "" };
                let note = format!("{list} {verb} gone before the test ended: made again as before{anew}");
                add(EventType::Warning, "ResourceDeleted", note);
            }
            if !created.is_empty() {
                add(EventType::Normal, "Created", format!("Created {list}"));
            }
        }
        Decision::Suspend(suspensions) => {
            let names: Vec<String> =
                suspensions.iter().map(|suspension| format!("Job {}", suspension.name)).collect();
            let suspend = suspensions.first().is_some_and(|suspension| suspension.suspend);
            let (reason, verb) = if suspend { ("Suspended", "suspended") } else { ("Resumed", "resumed") };
            let note = format!("spec.job.suspend is {suspend} now: {verb} {}", names.join(", "));
            add(EventType::Normal, reason, note);
        }
        Decision::Delete(deletions) => {
            let names: Vec<String> =
                deletions.iter().map(|deletion| format!("{} {}", deletion.kind, deletion.name)).collect();
            let note = format!("the spec has changed: deleting {} to start anew", names.join(", "));
            add(EventType::Normal, "Recreating", note);
        }
        _ => {}
    }
    events
}

/// The kind and the name of a Service or Job that was created.
fn created(change: &AppliedChange) -> Option<String> {
    match change {
        AppliedChange::ServiceCreated(service) | AppliedChange::WebServiceCreated(service) => {
            Some(format!("Service {}", service.name))
        }
        AppliedChange::JobCreated(_, job) => Some(format!("Job {}", job.object.name)),
        _ => None,
    }
}

/// The events about a change from one status to the next.
pub(crate) fn status_events(before: &Value, after: &Value) -> Vec<EventDraft> {
    let mut events = Vec::new();
    let mut add = |kind, reason, note: &str| events.push(EventDraft { kind, reason, note: note.to_owned() });
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
    // The same, or with another message than before.
    let changed = |kind: &str, holds: &str, reasons: &[&str]| {
        let message_in =
            |status: &Value| condition(status, kind).map(|condition| condition["message"].clone());
        let is = |condition: &Value| {
            condition["status"] == holds
                && (reasons.is_empty() || reasons.iter().any(|reason| condition["reason"] == *reason))
        };
        turned(kind, holds, reasons)
            || condition(after, kind).is_some_and(is) && message_in(before) != message_in(after)
    };
    let (warning, normal) = (EventType::Warning, EventType::Normal);
    if changed("TemplatesAccepted", "False", &[]) {
        add(warning, "TemplatesRefused", message("TemplatesAccepted"));
    }
    if changed("TemplatesAccepted", "True", &["AcceptedWithWarnings"]) {
        add(warning, "TemplatesWarning", message("TemplatesAccepted"));
    }
    if changed("TemplatesApplied", "False", &["RefusedByServer", "NameTaken"]) {
        add(warning, "TemplatesNotApplied", message("TemplatesApplied"));
    }
    // A change of an overlay or of the operator concerns many tests, and is reported by the condition alone.
    if changed("TemplateUpToDate", "False", &["SpecChanged", "SpecRefused"]) {
        add(normal, "TemplateOutdated", message("TemplateUpToDate"));
    }
    // Its message changes with every pod.
    let reason = |status: &Value| condition(status, "PodsHealthy").map(|found| found["reason"].clone());
    let is_unhealthy = condition(after, "PodsHealthy").is_some_and(|found| found["status"] == "False");
    if is_unhealthy && reason(before) != reason(after) {
        add(warning, "PodFailure", message("PodsHealthy"));
    }
    let was_unhealthy = condition(before, "PodsHealthy").is_some_and(|found| found["status"] == "False");
    if turned("PodsHealthy", "True", &[]) && was_unhealthy {
        add(normal, "PodsRecovered", message("PodsHealthy"));
    }
    if before["phase"] != after["phase"] {
        match after["phase"].as_str() {
            Some("Running") => add(normal, "TestStarted", "the master and the workers are being started"),
            Some("Succeeded") => add(normal, "TestCompleted", message("TestCompleted")),
            Some("Failed") => add(warning, "TestFailed", message("TestCompleted")),
            _ => {}
        }
    }
    events
}
