//! [`status`]: what is true of a test, in words. Pure.

use k8s_openapi::jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    conditions::{ConditionStatus, Conditions, seconds},
    decide::Decision,
    dry_run::DryRunOutcome,
    input_changes::input_changes,
    observed::{JobProgress, Observed},
    pod_health::UnhealthyPods,
    pod_state::PodState,
    restarts,
    revision::{self, Revision},
    state::{self, Assessment, TestState},
};
use podgraft_locust::{
    locust::{
        Rendered,
        api::{shared::UpdatePolicy, v2::Restarts},
    },
    report::Difference,
    role::Role,
};
use podgraft_merge::diagnostic::{Diagnostic, Severity};

/// How many differences a condition shows; the rest is counted.
const SHOWN: usize = 12;

/// Everything that a status is made of.
#[derive(Debug)]
pub struct StatusInputs<'f> {
    /// The test and its objects.
    pub observed: &'f Observed,
    /// What the test renders to now.
    pub rendered: &'f Rendered,
    /// The hash of what is rendered now; `None` when it is refused.
    pub hash: Option<&'f str>,
    /// What a change does to a started test.
    pub policy: UpdatePolicy,
    /// What is next.
    pub decision: &'f Decision,
    /// What the API server said of a dry run, when one was made.
    pub verdict: Option<&'f DryRunOutcome>,
    /// Why nothing could be done now, in words.
    pub failure: Option<&'f str>,
    /// What differs between the revision and what is rendered now.
    pub drift: &'f [Difference],
    /// The present.
    pub now: Timestamp,
}

/// The status of a test.
#[must_use]
pub fn status(inputs: &StatusInputs<'_>) -> Value {
    let observed = inputs.observed;
    let before = observed.status();
    let found = state::found(inputs);
    let workers = workers(observed);
    let mut fields = Map::new();
    fields.insert("phase".into(), found.state.phase().into());
    let missing = workers.connected < workers.expected;
    fields.insert("reason".into(), state::reason(&found, inputs, missing).into());
    fields.insert("observedGeneration".into(), observed.generation().into());
    fields.insert("expectedWorkers".into(), workers.expected.into());
    fields.insert("connectedWorkers".into(), workers.connected.into());
    times(inputs, found.state, &mut fields);
    let restarts = restarts::restarts(observed);
    if restarts.count > 0 {
        fields.insert("restarts".into(), json!(restarts));
    }
    if let Some(revision) = &observed.revision {
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
    let mut conditions = Conditions::new(before, observed.generation(), inputs.now);
    if observed.has_ended() {
        for kind in ["Ready", "WorkersConnected", "TestCompleted", "PodsHealthy", "TemplatesApplied"] {
            conditions.keep(kind);
        }
    } else {
        ready(&found, &mut conditions);
        workers_connected(observed, &found, workers, &mut conditions);
        test_completed(observed, found.state, &mut conditions);
        pods_healthy(observed, &found, &mut conditions);
        applied(inputs, &found, &mut conditions);
    }
    restarted(observed, &restarts, &mut conditions);
    accepted(inputs, &mut conditions);
    up_to_date(inputs, &mut conditions);
    fields.insert("conditions".into(), conditions.into_list().into());
    Value::Object(fields)
}

/// How many workers there are to be, and how many there are.
#[derive(Debug, Clone, Copy)]
struct WorkerCounts {
    expected: i64,
    connected: i64,
}

fn workers(observed: &Observed) -> WorkerCounts {
    let before = observed.status();
    let of_spec = observed.test.data.pointer("/spec/worker/replicas").and_then(Value::as_i64);
    let of_job = observed.own_job(Role::Worker).map(|worker| worker.parallelism.into());
    // Jobs that have expired do not change what was true at the end.
    let recorded = |name: &str| before.get(name).filter(|_| observed.has_ended()).and_then(Value::as_i64);
    WorkerCounts {
        expected: recorded("expectedWorkers").or(of_job).or(of_spec).unwrap_or_default(),
        connected: recorded("connectedWorkers").unwrap_or_else(|| connected(observed)),
    }
}

/// How many workers run; once the test has ended, how many did, because they leave with their master.
fn connected(observed: &Observed) -> i64 {
    let master_ended = observed.ended_master().is_some();
    let Some(worker) = observed.own_job(Role::Worker) else { return 0 };
    if !master_ended && worker.progress != JobProgress::Complete {
        return worker.ready.into();
    }
    let ran = |pod: &&PodState| {
        pod.job.as_ref() == Some(&worker.object.uid) && matches!(pod.phase.as_str(), "Running" | "Succeeded")
    };
    i64::try_from(observed.pods.iter().filter(ran).count()).unwrap_or(i64::MAX)
}

fn times(inputs: &StatusInputs<'_>, state: TestState, fields: &mut Map<String, Value>) {
    let recorded = |name: &str| inputs.observed.status().get(name).cloned();
    // A test that is started anew has a new start.
    let start = recorded("startTime").filter(|_| inputs.observed.is_of_recorded_revision());
    if let Some(start) = start.or_else(|| (state.phase() != "Pending").then(|| seconds(inputs.now).into())) {
        fields.insert("startTime".into(), start);
    }
    if state.is_end() {
        let ended = inputs.observed.ended_master().and_then(|master| master.ended).unwrap_or(inputs.now);
        fields.insert(
            "completionTime".into(),
            recorded("completionTime").unwrap_or_else(|| seconds(ended).into()),
        );
    }
}

fn ready(found: &Assessment, conditions: &mut Conditions<'_>) {
    let (holds, reason, message) = match found.state {
        TestState::Failed => (false, "ResourcesFailed", "the master failed"),
        TestState::Succeeded => {
            (true, "ResourcesCreated", "the Service and the Jobs were there until the end")
        }
        state if state.is_made() => (true, "ResourcesCreated", "the Service and the Jobs are there"),
        TestState::Waiting | TestState::Creating | TestState::Error => {
            (false, "ResourcesCreating", found.words.as_str())
        }
        _ => (false, "ResourcesFailed", found.words.as_str()),
    };
    conditions.set("Ready", holds, reason, message);
}

fn workers_connected(
    observed: &Observed,
    found: &Assessment,
    workers: WorkerCounts,
    conditions: &mut Conditions<'_>,
) {
    let WorkerCounts { expected, connected } = workers;
    let kind = "WorkersConnected";
    let progress = observed.own_job(Role::Worker).map(|worker| worker.progress);
    let words =
        format!("{connected}/{expected} workers {}", if found.state.is_end() { "ran" } else { "run" });
    match progress {
        _ if found.state.is_end() && connected >= expected => {
            conditions.set(kind, true, "AllWorkersConnected", &words);
        }
        _ if found.state.is_end() => conditions.set(kind, false, "WorkersMissing", &words),
        Some(JobProgress::Complete | JobProgress::Failed) => {
            let words = format!("{words}; the workers' Job has ended before the master");
            conditions.set(kind, false, restarts::WORKERS_ENDED, &words);
        }
        // Whether a Job that is gone had ended is known from here only.
        None if restarts::have_workers_ended(observed) => conditions.keep(kind),
        _ if !found.state.is_made() => {
            conditions.set(kind, false, "WaitingForWorkers", "the test has no workers yet");
        }
        Some(JobProgress::Suspended) => {
            conditions.set(kind, false, "WaitingForWorkers", &format!("{words}; the Job is suspended"));
        }
        _ if connected >= expected => conditions.set(kind, true, "AllWorkersConnected", &words),
        _ => conditions.set(kind, false, "WorkersMissing", &words),
    }
}

fn test_completed(observed: &Observed, state: TestState, conditions: &mut Conditions<'_>) {
    let (holds, reason, message) = match state {
        TestState::Succeeded => (true, "TestSucceeded", "the master ended well".to_owned()),
        TestState::Failed => {
            let why = observed.ended_master().and_then(|master| master.failure.clone());
            (true, "TestFailed", why.unwrap_or_else(|| "the master failed".to_owned()))
        }
        state if state.phase() == "Pending" && !observed.has_started() => {
            (false, "TestInProgress", "the test has not started".to_owned())
        }
        _ => (false, "TestInProgress", "the master has not ended".to_owned()),
    };
    conditions.set("TestCompleted", holds, reason, &message);
}

fn pods_healthy(observed: &Observed, found: &Assessment, conditions: &mut Conditions<'_>) {
    let kind = "PodsHealthy";
    if let Some(UnhealthyPods { reason, message }) = &found.unhealthy_pods {
        conditions.set(kind, false, reason.as_str(), message);
        return;
    }
    match found.state {
        TestState::Suspended => {
            let words = "the Jobs are suspended: something has to resume them";
            conditions.set(kind, ConditionStatus::Unknown, "Suspended", words);
        }
        TestState::Starting => conditions.set(kind, true, "PodsStarting", "pods are starting"),
        state if state.is_made() || state.is_end() => {
            conditions.set(kind, true, "PodsHealthy", "nothing keeps the pods from running");
        }
        _ if observed.own_pods().next().is_some() => {
            conditions.set(kind, true, "PodsHealthy", "nothing keeps the pods that are there from running");
        }
        _ => {
            let words = format!("the test has no pods: {}", found.words);
            conditions.set(kind, ConditionStatus::Unknown, "NoPods", &words);
        }
    }
}

fn applied(inputs: &StatusInputs<'_>, found: &Assessment, conditions: &mut Conditions<'_>) {
    let observed = inputs.observed;
    let refused = match inputs.verdict {
        Some(DryRunOutcome::Refused { what, message, .. }) => {
            Some(format!("the API server refuses the {what}: {message}"))
        }
        _ => None,
    };
    let (holds, reason, message) = match found.state {
        _ if refused.is_some() => (false, "RefusedByServer", refused.unwrap_or_default()),
        _ if inputs.failure.is_some() => {
            (false, "Error", format!("{}; it is tried again", inputs.failure.unwrap_or_default()))
        }
        TestState::Lost => (false, "Lost", found.words.clone()),
        TestState::Refused => (false, "NotAccepted", "nothing is created; see TemplatesAccepted".into()),
        TestState::NameTaken => (false, "NameTaken", name_taken(&found.words)),
        TestState::Waiting => (false, "Waiting", found.words.clone()),
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

/// Says that the results are not those of one run.
fn restarted(observed: &Observed, restarts: &Restarts, conditions: &mut Conditions<'_>) {
    if let Some(last) = restarts.last.last() {
        let times = if restarts.count == 1 { "once".to_owned() } else { format!("{} times", restarts.count) };
        let message = format!(
            "the results are not those of one run: the load test began anew {times}, the last time at {} because {}",
            last.time, last.cause
        );
        conditions.set("Restarted", true, "JobDeleted", &message);
    } else if observed.has_ended() {
        conditions.keep("Restarted");
    } else if conditions.before("Restarted").is_some() {
        conditions.set("Restarted", false, "NewRun", "the test was started anew since");
    }
}

fn name_taken(taken: &str) -> String {
    format!("{taken}; rename the test (dots in its name become dashes), or delete what is in the way")
}

fn accepted(inputs: &StatusInputs<'_>, conditions: &mut Conditions<'_>) {
    let said = &inputs.rendered.diagnostics;
    let (refused, warned) = (inputs.rendered.is_refused(), of_severity(said, Severity::Warning));
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

fn up_to_date(inputs: &StatusInputs<'_>, conditions: &mut Conditions<'_>) {
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
        return input_changes(revision, inputs.rendered);
    }
    let shown: Vec<String> = inputs.drift.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = inputs.drift.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let why = match (changed, inputs.policy, inputs.observed.has_ended()) {
        (_, _, true) => "the test has ended and is not run again",
        (_, UpdatePolicy::Ignore, _) => {
            "a test that has started does not change; set updatePolicy: Recreate to start it anew"
        }
        (_, UpdatePolicy::Recreate, _) if inputs.verdict.is_some() => {
            "the test goes on as it started: the API server refuses the change; see TemplatesApplied"
        }
        (_, UpdatePolicy::Recreate, _) => "the test is being started anew",
    };
    let shown = if shown.is_empty() { String::new() } else { format!(": {}{more}", shown.join("; ")) };
    format!("{why}; since revision {}{shown}", revision.number)
}

/// What the master's Job and the workers' are called in differences.
#[must_use]
pub fn differences_of(
    before: &revision::RenderedObjects,
    after: &revision::RenderedObjects,
) -> Vec<Difference> {
    let job = podgraft_merge::schema::Schema::for_kind("batch/v1", "Job");
    let service = podgraft_merge::schema::Schema::for_kind("v1", "Service");
    let mut found = Vec::new();
    let mut add = |name: &str, differences: Vec<Difference>| {
        let parent = podgraft_merge::path::FieldPath::fields([name]);
        found.extend(differences.into_iter().map(|difference| difference.below(&parent)));
    };
    add("service", podgraft_locust::report::differences(&before.service, &after.service, service));
    match (&before.web_service, &after.web_service) {
        (Some(before), Some(after)) => {
            add("webService", podgraft_locust::report::differences(before, after, service));
        }
        (None, None) => {}
        (before, after) => {
            let path = podgraft_merge::path::FieldPath::root();
            add("webService", vec![Difference::at(path, before.clone(), after.clone())]);
        }
    }
    for role in Role::ALL {
        let [before, after] = [before, after].map(|objects| revision::without_suspend(objects.job(role)));
        add(role.as_str(), podgraft_locust::report::differences(&before, &after, job));
    }
    found
}
