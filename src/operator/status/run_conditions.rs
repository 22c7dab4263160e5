//! The conditions that say how a test runs: `Ready`, `WorkersConnected`, `TestCompleted`, `PodsHealthy`, `Restarted`.

use super::{
    pod_health::UnhealthyPods,
    state::{Assessment, TestState},
    worker_counts::WorkerCounts,
};
use crate::operator::{
    observed::{
        JobProgress, Observed,
        conditions::{ConditionStatus, Conditions},
    },
    restarts::{self, have_workers_ended},
};
use podgraft_locust::{api::v2::Restarts, role::Role};

pub(super) fn ready(assessment: &Assessment, conditions: &mut Conditions<'_>) {
    let (holds, reason, message) = match assessment.state {
        TestState::Failed => (false, "ResourcesFailed", "the master failed"),
        TestState::Succeeded => {
            (true, "ResourcesCreated", "the Service and the Jobs were there until the end")
        }
        state if state.is_made() => (true, "ResourcesCreated", "the Service and the Jobs are there"),
        TestState::Waiting | TestState::Creating | TestState::Error => {
            (false, "ResourcesCreating", assessment.message.as_str())
        }
        _ => (false, "ResourcesFailed", assessment.message.as_str()),
    };
    conditions.set("Ready", holds, reason, message);
}

pub(super) fn workers_connected(
    observed: &Observed,
    assessment: &Assessment,
    workers: WorkerCounts,
    conditions: &mut Conditions<'_>,
) {
    let WorkerCounts { expected, connected } = workers;
    let kind = "WorkersConnected";
    let progress = observed.own_job(Role::Worker).map(|worker| worker.progress);
    let words =
        format!("{connected}/{expected} workers {}", if assessment.state.is_end() { "ran" } else { "run" });
    match progress {
        _ if assessment.state.is_end() && connected >= expected => {
            conditions.set(kind, true, "AllWorkersConnected", &words);
        }
        _ if assessment.state.is_end() => conditions.set(kind, false, "WorkersMissing", &words),
        Some(JobProgress::Complete | JobProgress::Failed) => {
            let words = format!("{words}; the workers' Job has ended before the master");
            conditions.set(kind, false, restarts::WORKERS_ENDED, &words);
        }
        // Whether a Job that is gone had ended is known from here only.
        None if have_workers_ended(observed) => conditions.keep(kind),
        _ if !assessment.state.is_made() => {
            conditions.set(kind, false, "WaitingForWorkers", "the test has no workers yet");
        }
        Some(JobProgress::Suspended) => {
            conditions.set(kind, false, "WaitingForWorkers", &format!("{words}; the Job is suspended"));
        }
        _ if connected >= expected => conditions.set(kind, true, "AllWorkersConnected", &words),
        _ => conditions.set(kind, false, "WorkersMissing", &words),
    }
}

pub(super) fn test_completed(observed: &Observed, state: TestState, conditions: &mut Conditions<'_>) {
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

pub(super) fn pods_healthy(observed: &Observed, assessment: &Assessment, conditions: &mut Conditions<'_>) {
    let kind = "PodsHealthy";
    if let Some(UnhealthyPods { reason, message }) = &assessment.unhealthy {
        conditions.set(kind, false, reason.as_str(), message);
        return;
    }
    match assessment.state {
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
            let words = format!("the test has no pods: {}", assessment.message);
            conditions.set(kind, ConditionStatus::Unknown, "NoPods", &words);
        }
    }
}

/// Says that the results are not those of one run.
pub(super) fn restarted(observed: &Observed, restarts: &Restarts, conditions: &mut Conditions<'_>) {
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
