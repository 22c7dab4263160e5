//! [`TestState`]: how a test is, in one word. All conditions follow from it. Pure.

use std::borrow::Cow;

use super::{
    inputs::StatusInputs,
    pod_health::{UnhealthyPods, unhealthy_pods},
};
use crate::operator::{
    decide::decision::Decision,
    observed::{JobProgress, Observed, Owner, PodState},
};
use podgraft_locust::role::Role;

/// How a test is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TestState {
    /// podgraft refuses it, and it has not started.
    Refused,
    /// The API server refuses what it would be made of.
    RefusedByServer,
    /// Names that it needs belong to others.
    NameTaken,
    /// Something has to go away first.
    Waiting,
    /// It has started, and what it was made of is gone.
    Lost,
    /// The API server does not do what it is asked for.
    Error,
    /// Its Services and Jobs are being made.
    Creating,
    /// Its Jobs wait for a queue, or for its author.
    Suspended,
    /// Its pods are starting.
    Starting,
    /// Something keeps its pods from running.
    Unhealthy,
    /// Its pods run.
    Running,
    /// The master ended well.
    Succeeded,
    /// The master failed.
    Failed,
}

impl TestState {
    /// The phase of the public operator that it belongs to.
    pub(super) const fn phase(self) -> &'static str {
        match self {
            Self::Starting | Self::Unhealthy | Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            _ => "Pending",
        }
    }

    /// Whether nothing follows it.
    pub(super) const fn is_end(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }

    /// Whether the Services and the Jobs are there and the test's own.
    pub(super) const fn is_made(self) -> bool {
        matches!(self, Self::Suspended | Self::Starting | Self::Unhealthy | Self::Running)
    }
}

/// How a test is, and why.
#[derive(Debug)]
pub(super) struct Assessment {
    pub(super) state: TestState,
    /// Why, for a state in which there is something to say: for people.
    pub(super) message: String,
    /// What keeps pods from running, whatever the state.
    pub(super) unhealthy: Option<UnhealthyPods>,
}

/// Assesses how a test is, from everything that is known of it.
pub(super) fn assess(inputs: &StatusInputs<'_>) -> Assessment {
    let observed = inputs.observed;
    // Layers are named only where the pods were made of what is rendered now.
    let same = observed.revision.as_ref().is_some_and(|revision| inputs.hash == Some(&revision.hash));
    let unhealthy = unhealthy_pods(observed, inputs.shortages, Some(inputs.rendered).filter(|_| same));
    let (state, message) = match recorded_end(observed).or_else(|| end_of_master(observed)) {
        Some(end) => (end, String::new()),
        None if is_made(observed) => (state_of_pods(observed, unhealthy.is_some()), String::new()),
        None => before_pods(inputs),
    };
    Assessment { state, message, unhealthy }
}

fn recorded_end(observed: &Observed) -> Option<TestState> {
    match observed.status()["phase"].as_str() {
        Some("Succeeded") => Some(TestState::Succeeded),
        Some("Failed") => Some(TestState::Failed),
        _ => None,
    }
}

fn end_of_master(observed: &Observed) -> Option<TestState> {
    match observed.ended_master()?.progress {
        JobProgress::Complete => Some(TestState::Succeeded),
        JobProgress::Failed => Some(TestState::Failed),
        JobProgress::Suspended | JobProgress::Active => None,
    }
}

/// A test that is made: as its Jobs and its pods say.
fn state_of_pods(observed: &Observed, is_unhealthy: bool) -> TestState {
    let suspended = observed.master.as_ref().is_some_and(|master| master.progress == JobProgress::Suspended);
    let starting = |pod: &PodState| pod.phase.is_empty() || pod.phase == "Pending";
    match () {
        () if suspended => TestState::Suspended,
        () if is_unhealthy => TestState::Unhealthy,
        () if observed.own_pods().next().is_none() || observed.own_pods().any(starting) => {
            TestState::Starting
        }
        () => TestState::Running,
    }
}

/// A test that is not made, or not whole: as what is next says.
fn before_pods(inputs: &StatusInputs<'_>) -> (TestState, String) {
    if let Some(refusal) = inputs.refusal {
        return (TestState::RefusedByServer, refusal.to_string());
    }
    if let Some(failure) = inputs.failure {
        return (TestState::Error, format!("{failure}; it is tried again"));
    }
    match inputs.decision {
        Decision::Rejected => (TestState::Refused, "the test is refused; see TemplatesAccepted".into()),
        Decision::NameConflict(taken) => (TestState::NameTaken, taken.join("; ")),
        Decision::Wait(reason) => (TestState::Waiting, reason.clone()),
        Decision::RevisionLost(reason) => (TestState::Lost, reason.clone()),
        _ => (TestState::Creating, "the Service and the Jobs are being made".into()),
    }
}

/// Whether the Services and both Jobs are there, as the revision has them.
fn is_made(observed: &Observed) -> bool {
    let current = |hash: Option<&String>| match &observed.revision {
        Some(revision) => hash.is_none_or(|hash| *hash == revision.hash),
        None => true,
    };
    // The public operator's Services have no labels, by which the caches know objects.
    let has_jobs = observed.master.is_some() && observed.worker.is_some();
    has_jobs
        && (observed.service.is_some() || observed.revision.is_none())
        && !observed.lacks_web_service()
        && observed.objects().all(|(_, object)| {
            object.owner == Owner::Test && !object.deleting && current(object.hash.as_ref())
        })
}

/// The state in a word, for a column: with what is wrong, where something is.
pub(super) fn reason<'f>(
    assessment: &'f Assessment,
    inputs: &StatusInputs<'f>,
    workers_are_missing: bool,
) -> Cow<'f, str> {
    let of_failure = || {
        let recorded = inputs.observed.status()["reason"].as_str().filter(|_| inputs.observed.has_ended());
        let reason = inputs.observed.ended_master().and_then(|master| master.failure_reason.as_deref());
        recorded.or(reason).unwrap_or("Failed")
    };
    let worker = inputs.observed.own_job(Role::Worker);
    let workers_have_ended =
        worker.is_some_and(|job| matches!(job.progress, JobProgress::Complete | JobProgress::Failed));
    let word = match assessment.state {
        TestState::Refused => "Refused",
        TestState::RefusedByServer => "RefusedByServer",
        TestState::NameTaken => "NameTaken",
        TestState::Waiting => "Waiting",
        TestState::Lost => "Lost",
        TestState::Error => "Error",
        TestState::Creating => "Creating",
        TestState::Suspended => "Suspended",
        TestState::Starting => "Starting",
        TestState::Unhealthy => {
            assessment.unhealthy.as_ref().map_or("Unhealthy", |unhealthy_pods| unhealthy_pods.reason.as_str())
        }
        TestState::Running if workers_have_ended => "WorkersEnded",
        TestState::Running if workers_are_missing => "WorkersMissing",
        TestState::Running if inputs.rendered.is_refused() => "SpecRefused",
        TestState::Running => "Running",
        TestState::Succeeded => "Succeeded",
        TestState::Failed => of_failure(),
    };
    Cow::Borrowed(word)
}
