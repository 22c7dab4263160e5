//! How often a load test began anew because somebody deleted a Job of it. Pure.
//!
//! A Job that is made again carries the number and the cause of its restart, so that neither an operator that stops
//! in between nor a status that cannot be written loses one.

use k8s_openapi::jiff::Timestamp;

use super::observed::{
    Observed,
    conditions::{condition, timestamp},
    job_state::JobRestart,
};
use podgraft_locust::{
    api::{v2 as api, v2::Restarts},
    names,
    role::Role,
};

/// How many restarts are listed; the others are counted.
const LISTED: usize = 10;

/// The reason of `WorkersConnected` once the workers' Job has ended before the master's.
pub(crate) const WORKERS_ENDED: &str = "WorkersEnded";

/// The restarts of the run of the test: those that are recorded, and those that its Jobs know of.
pub(crate) fn restarts(observed: &Observed) -> Restarts {
    let recorded = observed.status().get("restarts").filter(|_| observed.is_of_recorded_revision());
    let mut restarts: Restarts =
        recorded.and_then(|recorded| serde_json::from_value(recorded.clone()).ok()).unwrap_or_default();
    // Jobs of the run before may still be on their way out.
    let of_run = observed.revision.as_ref().map(|revision| revision.hash.as_str());
    let jobs = Role::ALL
        .into_iter()
        .filter_map(|role| observed.own_job(role))
        .filter(|job| job.object.hash.as_deref() == of_run);
    let mut of_jobs: Vec<(&JobRestart, Option<Timestamp>)> =
        jobs.filter_map(|job| Some((job.restart.as_ref()?, job.created))).collect();
    of_jobs.sort_by_key(|(restart, _)| restart.number);
    for (restart, created) in of_jobs {
        if restart.number > restarts.count {
            restarts.count = restart.number;
            let time = timestamp(created.unwrap_or(Timestamp::UNIX_EPOCH));
            restarts.last.push(api::Restart { time, cause: restart.cause.clone() });
        }
    }
    let too_many = restarts.last.len().saturating_sub(LISTED);
    restarts.last.drain(..too_many);
    restarts
}

/// Whether making these Jobs again starts the load test anew: it runs, and they had not ended.
pub(crate) fn restart_by_creating(observed: &Observed, missing: &[Role]) -> Option<JobRestart> {
    if !observed.has_started() || !observed.is_of_recorded_revision() {
        return None;
    }
    let ended = |role: Role| role == Role::Worker && have_workers_ended(observed);
    let names: Vec<String> = missing
        .iter()
        .filter(|role| !ended(**role))
        .map(|role| format!("Job {}", names::generated_name_of(observed.name(), *role)))
        .collect();
    let verb = if names.len() == 1 { "was" } else { "were" };
    (!names.is_empty()).then(|| JobRestart {
        number: restarts(observed).count + 1,
        cause: format!("{} {verb} deleted", names.join(" and ")),
    })
}

/// Whether the workers' Job is recorded to have ended.
pub(crate) fn have_workers_ended(observed: &Observed) -> bool {
    observed.is_of_recorded_revision()
        && condition(observed.status(), "WorkersConnected")
            .is_some_and(|found| found["reason"] == WORKERS_ENDED)
}
