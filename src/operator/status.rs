//! [`status`]: what is true of a test, in words. Pure.

use k8s_openapi::jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    check::Verdict,
    conditions::{Conditions, Holds, seconds},
    decide::Step,
    pods::PodState,
    problems::{Problem, problem},
    revision::{self, Revision},
    view::{Progress, View},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    locust::{Rendered, api::shared::UpdatePolicy, base},
    report::Difference,
    role::Role,
};

/// How many differences a condition shows; the rest is counted.
const SHOWN: usize = 12;

/// Everything that a status is made of.
#[derive(Debug)]
pub struct Facts<'f> {
    /// The test and its objects.
    pub view: &'f View,
    /// What the test renders to now.
    pub rendered: &'f Rendered,
    /// The hash of what is rendered now; `None` when it is refused.
    pub hash: Option<&'f str>,
    /// What a change does to a started test.
    pub policy: UpdatePolicy,
    /// What is next.
    pub step: &'f Step,
    /// What the API server said of a dry run, when one was made.
    pub verdict: Option<&'f Verdict>,
    /// Why nothing could be done now, in words.
    pub failure: Option<&'f str>,
    /// What differs between the revision and what is rendered now.
    pub drift: &'f [Difference],
    /// The present.
    pub now: Timestamp,
}

/// The phases of the public operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
}

impl Phase {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }
}

/// The status of a test.
#[must_use]
pub fn status(facts: &Facts<'_>) -> Value {
    let view = facts.view;
    let before = view.status();
    let phase = phase(view);
    let mut fields = Map::new();
    fields.insert("phase".into(), phase.as_str().into());
    fields.insert("observedGeneration".into(), view.generation().into());
    workers(view, &mut fields);
    times(facts, phase, &mut fields);
    if let Some(revision) = &view.revision {
        fields.insert("revision".into(), revision.name.clone().into());
        fields.insert("templateHash".into(), revision.hash.clone().into());
        fields.insert("layers".into(), json!(revision.layers));
        if !revision.overlays.is_empty() {
            fields.insert("overlays".into(), json!(revision.overlays));
        }
    } else {
        for name in ["revision", "templateHash", "layers", "overlays"] {
            if let Some(value) = before.get(name) {
                fields.insert(name.into(), value.clone());
            }
        }
    }
    let mut conditions = Conditions::new(before, view.generation(), facts.now);
    if view.has_ended() {
        for kind in ["Ready", "WorkersConnected", "TestCompleted", "PodsHealthy", "TemplatesApplied"] {
            conditions.keep(kind);
        }
    } else {
        ready(facts, phase, &mut conditions);
        workers_connected(view, phase, &mut conditions);
        test_completed(view, phase, &mut conditions);
        pods_healthy(facts, phase, &mut conditions);
        applied(facts, &mut conditions);
    }
    accepted(facts, &mut conditions);
    up_to_date(facts, &mut conditions);
    fields.insert("conditions".into(), conditions.into_list().into());
    Value::Object(fields)
}

fn phase(view: &View) -> Phase {
    match view.status().get("phase").and_then(Value::as_str) {
        Some("Succeeded") => return Phase::Succeeded,
        Some("Failed") => return Phase::Failed,
        _ => {}
    }
    match view.ended_master().map(|master| master.progress) {
        Some(Progress::Complete) => return Phase::Succeeded,
        Some(Progress::Failed) => return Phase::Failed,
        _ => {}
    }
    let suspended = view.master.as_ref().is_some_and(|master| master.progress == Progress::Suspended);
    if is_made(view) && !suspended { Phase::Running } else { Phase::Pending }
}

/// Whether the Service and both Jobs are there, as the revision has them.
fn is_made(view: &View) -> bool {
    let children: Vec<_> = view.children().collect();
    let current = |hash: Option<&String>| match &view.revision {
        Some(revision) => hash.is_none_or(|hash| *hash == revision.hash),
        None => true,
    };
    // The public operator's Services have no labels, by which the caches know objects.
    let has_jobs = view.master.is_some() && view.worker.is_some();
    has_jobs
        && (view.service.is_some() || view.revision.is_none())
        && !view.lacks_web_service()
        && children.iter().all(|(_, child)| {
            child.owner == super::view::Owner::Test && !child.deleting && current(child.hash.as_ref())
        })
}

fn workers(view: &View, fields: &mut Map<String, Value>) {
    let before = view.status();
    let wanted = view.test.data.pointer("/spec/worker/replicas").cloned();
    let expected = view.worker.as_ref().map(|worker| worker.parallelism.into());
    // Jobs that have expired do not change what was true at the end.
    let recorded = |name: &str| before.get(name).filter(|_| view.has_ended()).cloned();
    if let Some(expected) = recorded("expectedWorkers").or(expected).or(wanted) {
        fields.insert("expectedWorkers".into(), expected);
    }
    let connected = recorded("connectedWorkers").unwrap_or_else(|| connected(view).into());
    fields.insert("connectedWorkers".into(), connected);
}

/// How many workers run; once the test has ended, how many did, because they leave with their master.
fn connected(view: &View) -> i32 {
    let master_ended = view.ended_master().is_some();
    let Some(worker) = &view.worker else { return 0 };
    if !master_ended && worker.progress != Progress::Complete {
        return worker.ready;
    }
    let label = base::generated_name_of(view.name(), Role::Worker);
    let ran =
        |pod: &&PodState| pod.pod_label == label && matches!(pod.phase.as_str(), "Running" | "Succeeded");
    i32::try_from(view.pods.iter().filter(ran).count()).unwrap_or(i32::MAX)
}

fn times(facts: &Facts<'_>, phase: Phase, fields: &mut Map<String, Value>) {
    let before = facts.view.status();
    let recorded = |name: &str| before.get(name).cloned();
    let started = phase != Phase::Pending;
    // A test that is started anew has a new start.
    let same = facts.view.revision.as_ref().is_none_or(|revision| before["revision"] == revision.name);
    let start = recorded("startTime").filter(|_| same);
    if let Some(start) = start.or_else(|| started.then(|| seconds(facts.now).into())) {
        fields.insert("startTime".into(), start);
    }
    if matches!(phase, Phase::Succeeded | Phase::Failed) {
        let ended = facts.view.ended_master().and_then(|master| master.ended).unwrap_or(facts.now);
        fields.insert(
            "completionTime".into(),
            recorded("completionTime").unwrap_or_else(|| seconds(ended).into()),
        );
    }
}

fn ready(facts: &Facts<'_>, phase: Phase, conditions: &mut Conditions<'_>) {
    let (holds, reason, message) = match (phase, facts.step) {
        (Phase::Failed, _) => (false, "ResourcesFailed", "the master failed".to_owned()),
        (_, Step::Refuse) => (false, "ResourcesFailed", "the test is refused; see TemplatesAccepted".into()),
        (_, Step::Block(taken)) => (false, "ResourcesFailed", taken.join("; ")),
        _ if is_made(facts.view) => (true, "ResourcesCreated", "the Service and the Jobs are there".into()),
        (_, Step::Wait(reason)) => (false, "ResourcesCreating", reason.clone()),
        (_, Step::Strand(reason)) => (false, "ResourcesFailed", reason.clone()),
        _ => (false, "ResourcesCreating", "the Service and the Jobs are being made".into()),
    };
    conditions.set("Ready", holds, reason, &message);
}

fn workers_connected(view: &View, phase: Phase, conditions: &mut Conditions<'_>) {
    let expected = view.worker.as_ref().map_or(0, |worker| worker.parallelism);
    let connected = connected(view);
    if !is_made(view) {
        conditions.set("WorkersConnected", false, "WaitingForWorkers", "the workers' Job is not there yet");
        return;
    }
    let suspended = view.worker.as_ref().is_some_and(|worker| worker.progress == Progress::Suspended);
    let (holds, reason) = match () {
        () if suspended => (false, "WaitingForWorkers"),
        () if connected >= expected => (true, "AllWorkersConnected"),
        () => (false, "WorkersMissing"),
    };
    let verb = if matches!(phase, Phase::Succeeded | Phase::Failed) { "ran" } else { "run" };
    let note = if suspended { "; the Job is suspended" } else { "" };
    conditions.set(
        "WorkersConnected",
        holds,
        reason,
        &format!("{connected}/{expected} workers {verb}{note}"),
    );
}

fn test_completed(view: &View, phase: Phase, conditions: &mut Conditions<'_>) {
    let (holds, reason, message) = match phase {
        Phase::Succeeded => (true, "TestSucceeded", "the master ended well".to_owned()),
        Phase::Failed => {
            let why = view.ended_master().and_then(|master| master.failure.clone());
            (true, "TestFailed", why.unwrap_or_else(|| "the master failed".to_owned()))
        }
        _ => (false, "TestInProgress", "the master has not ended".to_owned()),
    };
    conditions.set("TestCompleted", holds, reason, &message);
}

fn pods_healthy(facts: &Facts<'_>, phase: Phase, conditions: &mut Conditions<'_>) {
    let view = facts.view;
    // Layers are named only where the pods were made of what is rendered now.
    let same = view.revision.as_ref().is_some_and(|revision| facts.hash == Some(&revision.hash));
    match problem(view, Some(facts.rendered).filter(|_| same)) {
        Some(Problem { reason, message }) => {
            conditions.set("PodsHealthy", false, reason.as_str(), &message);
        }
        None if phase == Phase::Pending
            || view.pods.iter().any(|pod| pod.phase == "Pending")
            || view.pods.is_empty() =>
        {
            let suspended = view.master.as_ref().is_some_and(|master| master.progress == Progress::Suspended);
            let message = if suspended {
                "the Jobs are suspended: something has to resume them"
            } else {
                "pods are starting"
            };
            conditions.set("PodsHealthy", true, "PodsStarting", message);
        }
        None => conditions.set("PodsHealthy", true, "PodsHealthy", "nothing keeps the pods from running"),
    }
}

fn applied(facts: &Facts<'_>, conditions: &mut Conditions<'_>) {
    let view = facts.view;
    let (holds, reason, message) = match (facts.verdict, facts.step) {
        (Some(Verdict::Refused { what, message, .. }), _) => {
            (false, "RefusedByServer", format!("the API server refuses the {what}: {message}"))
        }
        _ if facts.failure.is_some() => {
            let failure = facts.failure.unwrap_or_default();
            (false, "Error", format!("{failure}; it is tried again"))
        }
        (_, Step::Strand(reason)) => (false, "Lost", reason.clone()),
        (_, Step::Refuse) => (false, "NotAccepted", "nothing is created; see TemplatesAccepted".into()),
        (_, Step::Block(taken)) => (false, "NameTaken", name_taken(taken)),
        (_, Step::Wait(reason)) => (false, "Waiting", reason.clone()),
        _ if is_made(view) => match &view.revision {
            Some(revision) => {
                (true, "Applied", format!("revision {} is applied; {}", revision.number, revision.checked))
            }
            None if view.children().any(|(_, child)| child.hash.is_some()) => {
                (true, "Adopted", "the test's revision is gone; the Jobs stay as they are".into())
            }
            None => (true, "Adopted", "another operator made the Jobs; they stay as they are".into()),
        },
        _ => (false, "Creating", "the Service and the Jobs are being made".into()),
    };
    conditions.set("TemplatesApplied", holds, reason, &message);
}

fn name_taken(taken: &[String]) -> String {
    format!(
        "{}; rename the test (dots in its name become dashes), or delete what is in the way",
        taken.join("; ")
    )
}

fn accepted(facts: &Facts<'_>, conditions: &mut Conditions<'_>) {
    let said = &facts.rendered.diagnostics;
    let (refused, warned) = (facts.rendered.is_refused(), of_severity(said, Severity::Warning));
    if refused {
        conditions.set("TemplatesAccepted", false, "Refused", &of_severity(said, Severity::Error));
    } else if warned.is_empty() {
        conditions.set("TemplatesAccepted", true, "Accepted", "nothing is wrong with the test");
    } else {
        conditions.set("TemplatesAccepted", true, "AcceptedWithWarnings", &warned);
    }
}

/// The messages of one severity, each with its field and its layer.
fn of_severity(diagnostics: &[Diagnostic], severity: Severity) -> String {
    let said = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).map(|diagnostic| {
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
    said.collect::<Vec<_>>().join("; ")
}

fn up_to_date(facts: &Facts<'_>, conditions: &mut Conditions<'_>) {
    let kind = "TemplateUpToDate";
    let Some(revision) = &facts.view.revision else {
        conditions.set(kind, Holds::Unknown, "NotStarted", "the test has not started");
        return;
    };
    let changed = facts.view.generation() > revision.generation;
    let drifted = match facts.hash {
        Some(hash) if hash == revision.hash => {
            conditions.set(kind, true, "UpToDate", "the test runs as it is written");
            false
        }
        Some(_) => {
            let reason = if changed { "SpecChanged" } else { "OperatorChanged" };
            conditions.set(kind, false, reason, &what_differs(facts, revision, changed));
            changed
        }
        None => {
            let message =
                "the test goes on as it started: what it would be now is refused; see TemplatesAccepted";
            conditions.set(kind, false, "SpecRefused", message);
            changed
        }
    };
    if drifted && facts.policy == UpdatePolicy::Ignore {
        conditions.set("SpecDrifted", true, "SpecChangeIgnored", "a test that has started does not change");
    } else if conditions.before("SpecDrifted").is_some() {
        conditions.set("SpecDrifted", false, "SpecApplied", "the test runs as it is written");
    }
}

fn what_differs(facts: &Facts<'_>, revision: &Revision, changed: bool) -> String {
    let shown: Vec<String> = facts.drift.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = facts.drift.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let why = match (changed, facts.policy, facts.view.has_ended()) {
        (_, _, true) => "the test has ended and is not run again",
        (false, ..) => {
            "the operator, its configuration or an overlay has changed; that waits for the next start"
        }
        (true, UpdatePolicy::Ignore, _) => {
            "a test that has started does not change; set updatePolicy: Recreate to start it anew"
        }
        (true, UpdatePolicy::Recreate, _) if facts.verdict.is_some() => {
            "the test goes on as it started: the API server refuses the change; see TemplatesApplied"
        }
        (true, UpdatePolicy::Recreate, _) => "the test is being started anew",
    };
    format!("{why}; since revision {}: {}{more}", revision.number, shown.join("; "))
}

/// What the master's Job and the workers' are called in differences.
#[must_use]
pub fn differences_of(before: &revision::Objects, after: &revision::Objects) -> Vec<Difference> {
    let job = crate::schema::Schema::for_kind("batch/v1", "Job");
    let service = crate::schema::Schema::for_kind("v1", "Service");
    let mut found = Vec::new();
    let mut add = |name: &str, differences: Vec<Difference>| {
        found.extend(differences.into_iter().map(|difference| Difference {
            path: crate::path::FieldPath::fields([name]).join(&difference.path),
            ..difference
        }));
    };
    add("service", crate::report::differences(&before.service, &after.service, service));
    match (&before.web_service, &after.web_service) {
        (Some(before), Some(after)) => add("webService", crate::report::differences(before, after, service)),
        (None, None) => {}
        (before, after) => {
            let path = crate::path::FieldPath::root();
            add("webService", vec![Difference { path, before: before.clone(), after: after.clone() }]);
        }
    }
    for role in Role::ALL {
        add(role.as_str(), crate::report::differences(before.job(role), after.job(role), job));
    }
    found
}
