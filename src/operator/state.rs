//! [`State`]: the one word that says how a test is. Every condition says the same in other words. Pure.

use std::borrow::Cow;

use super::{
    check::Verdict,
    decide::Step,
    pods::PodState,
    problems::{Problem, problem},
    status::Facts,
    view::{Owner, Progress, View},
};
use crate::role::Role;

/// How a test is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
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

impl State {
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
pub(super) struct Found {
    pub(super) state: State,
    /// Why, for a state in which there is something to say: for people.
    pub(super) words: String,
    /// What keeps pods from running, whatever the state.
    pub(super) problem: Option<Problem>,
}

/// How a test is, from everything that is known of it.
pub(super) fn found(facts: &Facts<'_>) -> Found {
    let view = facts.view;
    // Layers are named only where the pods were made of what is rendered now.
    let same = view.revision.as_ref().is_some_and(|revision| facts.hash == Some(&revision.hash));
    let problem = problem(view, Some(facts.rendered).filter(|_| same));
    let (state, words) = match recorded_end(view).or_else(|| end_of_master(view)) {
        Some(end) => (end, String::new()),
        None if is_made(view) => (of_pods(view, problem.is_some()), String::new()),
        None => before_pods(facts),
    };
    Found { state, words, problem }
}

fn recorded_end(view: &View) -> Option<State> {
    match view.status()["phase"].as_str() {
        Some("Succeeded") => Some(State::Succeeded),
        Some("Failed") => Some(State::Failed),
        _ => None,
    }
}

fn end_of_master(view: &View) -> Option<State> {
    match view.ended_master()?.progress {
        Progress::Complete => Some(State::Succeeded),
        Progress::Failed => Some(State::Failed),
        Progress::Suspended | Progress::Active => None,
    }
}

/// A test that is made: as its Jobs and its pods say.
fn of_pods(view: &View, has_problem: bool) -> State {
    let suspended = view.master.as_ref().is_some_and(|master| master.progress == Progress::Suspended);
    let starting = |pod: &PodState| pod.phase.is_empty() || pod.phase == "Pending";
    match () {
        () if suspended => State::Suspended,
        () if has_problem => State::Unhealthy,
        () if view.own_pods().next().is_none() || view.own_pods().any(starting) => State::Starting,
        () => State::Running,
    }
}

/// A test that is not made, or not whole: as what is next says.
fn before_pods(facts: &Facts<'_>) -> (State, String) {
    if let Some(Verdict::Refused { what, message, .. }) = facts.verdict {
        return (State::RefusedByServer, format!("the API server refuses the {what}: {message}"));
    }
    if let Some(failure) = facts.failure {
        return (State::Error, format!("{failure}; it is tried again"));
    }
    match facts.step {
        Step::Refuse => (State::Refused, "the test is refused; see TemplatesAccepted".into()),
        Step::Block(taken) => (State::NameTaken, taken.join("; ")),
        Step::Wait(reason) => (State::Waiting, reason.clone()),
        Step::Strand(reason) => (State::Lost, reason.clone()),
        _ => (State::Creating, "the Service and the Jobs are being made".into()),
    }
}

/// Whether the Services and both Jobs are there, as the revision has them.
pub(super) fn is_made(view: &View) -> bool {
    let current = |hash: Option<&String>| match &view.revision {
        Some(revision) => hash.is_none_or(|hash| *hash == revision.hash),
        None => true,
    };
    // The public operator's Services have no labels, by which the caches know objects.
    let has_jobs = view.master.is_some() && view.worker.is_some();
    has_jobs
        && (view.service.is_some() || view.revision.is_none())
        && !view.lacks_web_service()
        && view
            .children()
            .all(|(_, child)| child.owner == Owner::Test && !child.deleting && current(child.hash.as_ref()))
}

/// The state in a word, for a column: with what is wrong, where something is.
pub(super) fn reason<'f>(found: &'f Found, facts: &Facts<'f>, workers_are_missing: bool) -> Cow<'f, str> {
    let of_failure = || {
        let recorded = facts.view.status()["reason"].as_str().filter(|_| facts.view.has_ended());
        let told = facts.view.ended_master().and_then(|master| master.failure_reason.as_deref());
        recorded.or(told).unwrap_or("Failed")
    };
    let worker = facts.view.own_job(Role::Worker);
    let workers_have_ended =
        worker.is_some_and(|job| matches!(job.progress, Progress::Complete | Progress::Failed));
    let word = match found.state {
        State::Refused => "Refused",
        State::RefusedByServer => "RefusedByServer",
        State::NameTaken => "NameTaken",
        State::Waiting => "Waiting",
        State::Lost => "Lost",
        State::Error => "Error",
        State::Creating => "Creating",
        State::Suspended => "Suspended",
        State::Starting => "Starting",
        State::Unhealthy => found.problem.as_ref().map_or("Unhealthy", |problem| problem.reason.as_str()),
        State::Running if workers_have_ended => "WorkersEnded",
        State::Running if workers_are_missing => "WorkersMissing",
        State::Running if facts.rendered.is_refused() => "SpecRefused",
        State::Running => "Running",
        State::Succeeded => "Succeeded",
        State::Failed => of_failure(),
    };
    Cow::Borrowed(word)
}

#[cfg(test)]
mod tests;
