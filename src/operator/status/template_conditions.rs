//! The conditions about what a test was made of: `TemplatesApplied`, `TemplatesAccepted`, `PodSecurity`,
//! `TemplateUpToDate`, `SpecDrifted`.

use super::{
    input_changes::describe_input_changes,
    inputs::StatusInputs,
    state::{Assessment, TestState},
};
use crate::{
    codes,
    operator::observed::{
        Revision,
        conditions::{ConditionStatus, Conditions},
    },
};
use podgraft_locust::api::shared::UpdatePolicy;
use podgraft_merge::diagnostic::{Diagnostic, Severity};

/// How many differences a condition shows; the rest is counted.
const SHOWN: usize = 12;

pub(super) fn applied(inputs: &StatusInputs<'_>, assessment: &Assessment, conditions: &mut Conditions<'_>) {
    let observed = inputs.observed;
    let refused = inputs.refusal.map(ToString::to_string);
    let (holds, reason, message) = match assessment.state {
        _ if refused.is_some() => (false, "RefusedByServer", refused.unwrap_or_default()),
        _ if inputs.failure.is_some() => {
            (false, "Error", format!("{}; it is tried again", inputs.failure.unwrap_or_default()))
        }
        TestState::Lost => (false, "Lost", assessment.message.clone()),
        TestState::Refused => (false, "NotAccepted", "nothing is created; see TemplatesAccepted".into()),
        TestState::NameTaken => (false, "NameTaken", name_taken(&assessment.message)),
        TestState::Waiting => (false, "Waiting", assessment.message.clone()),
        state if state.is_made() || state.is_end() => match &observed.revision {
            Some(revision) => {
                (true, "Applied", format!("revision {} is applied; {}", revision.number, revision.checked))
            }
            None if observed.objects().any(|(_, object)| object.hash.is_some()) => {
                (true, "Adopted", "the test's revision is gone; the Jobs stay as they are".into())
            }
            None => (true, "Adopted", "another operator made the Jobs; they stay as they are".into()),
        },
        _ => (false, "Creating", "the Service and the Jobs are being made".into()),
    };
    conditions.set("TemplatesApplied", holds, reason, &message);
}

fn name_taken(taken: &str) -> String {
    format!("{taken}; rename the test (dots in its name become dashes), or delete what is in the way")
}

pub(super) fn accepted(inputs: &StatusInputs<'_>, conditions: &mut Conditions<'_>) {
    let diagnostics = &inputs.rendered.diagnostics;
    let (refused, warned) = (inputs.rendered.is_refused(), messages_of(diagnostics, Severity::Warning));
    if refused {
        conditions.set("TemplatesAccepted", false, "Refused", &messages_of(diagnostics, Severity::Error));
    } else if warned.is_empty() {
        conditions.set("TemplatesAccepted", true, "Accepted", "nothing is wrong with the test");
    } else {
        conditions.set("TemplatesAccepted", true, "AcceptedWithWarnings", &warned);
    }
}

/// Whether the pods are of the Pod Security Standard that their namespace enforces; nothing where it enforces none, or
/// nobody asks.
pub(super) fn pod_security(inputs: &StatusInputs<'_>, conditions: &mut Conditions<'_>) {
    let rendered = inputs.rendered;
    let Some(standard) = rendered.enforced.filter(|_| rendered.by_role.is_some()) else { return };
    let violations = messages(rendered.diagnostics.iter().filter(|one| one.code == codes::POD_SECURITY));
    if violations.is_empty() {
        let message = format!("the namespace enforces {standard}, which allows the pods");
        conditions.set("PodSecurity", true, "Allowed", &message);
    } else {
        conditions.set("PodSecurity", false, "Violated", &violations);
    }
}

/// The messages of one severity, each with its field and its layer.
fn messages_of(diagnostics: &[Diagnostic], severity: Severity) -> String {
    messages(diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity))
}

/// Messages, each with its field and its layer.
fn messages<'d>(diagnostics: impl Iterator<Item = &'d Diagnostic>) -> String {
    let messages = diagnostics.map(|diagnostic| {
        let place = diagnostic.path.as_ref().map(ToString::to_string);
        let layer = diagnostic.layer.as_ref().map(|layer| format!("({layer})"));
        let place: Vec<String> = place.into_iter().chain(layer).collect();
        let help = diagnostic.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        if place.is_empty() {
            format!("{}{help}", diagnostic.message)
        } else {
            format!("{}: {}{help}", place.join(" "), diagnostic.message)
        }
    });
    messages.collect::<Vec<_>>().join("; ")
}

pub(super) fn up_to_date(inputs: &StatusInputs<'_>, conditions: &mut Conditions<'_>) {
    let kind = "TemplateUpToDate";
    let Some(revision) = &inputs.observed.revision else {
        conditions.set(kind, ConditionStatus::Unknown, "NotStarted", "the test has not started");
        return;
    };
    let changed = inputs.observed.generation() > revision.generation;
    let drifted = match inputs.hash {
        Some(hash) if hash == revision.hash => {
            conditions.set(kind, true, "UpToDate", "the test runs as it is written");
            false
        }
        Some(_) => {
            let reason = if changed { "SpecChanged" } else { "OperatorChanged" };
            conditions.set(kind, false, reason, &what_differs(inputs, revision, changed));
            changed
        }
        None => {
            let message =
                "the test goes on as it started: what it would be now is refused; see TemplatesAccepted";
            conditions.set(kind, false, "SpecRefused", message);
            changed
        }
    };
    if drifted && inputs.policy == UpdatePolicy::Ignore {
        conditions.set("SpecDrifted", true, "SpecChangeIgnored", "a test that has started does not change");
    } else if conditions.before("SpecDrifted").is_some() {
        conditions.set("SpecDrifted", false, "SpecApplied", "the test runs as it is written");
    }
}

fn what_differs(inputs: &StatusInputs<'_>, revision: &Revision, changed: bool) -> String {
    if !changed && !inputs.observed.has_ended() {
        return describe_input_changes(revision, inputs.rendered);
    }
    let shown: Vec<String> = inputs.drift.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = inputs.drift.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let why = match (changed, inputs.policy, inputs.observed.has_ended()) {
        (_, _, true) => "the test has ended and is not run again",
        (_, UpdatePolicy::Ignore, _) => {
            "a test that has started does not change; set updatePolicy: Recreate to start it anew"
        }
        (_, UpdatePolicy::Recreate, _) if inputs.refusal.is_some() => {
            "the test goes on as it started: the API server refuses the change; see TemplatesApplied"
        }
        (_, UpdatePolicy::Recreate, _) => "the test is being started anew",
    };
    let shown = if shown.is_empty() { String::new() } else { format!(": {}{more}", shown.join("; ")) };
    format!("{why}; since revision {}{shown}", revision.number)
}
