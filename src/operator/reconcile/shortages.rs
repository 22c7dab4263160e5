//! [`ShortageTracker`]: since when Jobs have fewer pods than they want.
//!
//! A Job that has just been made, or one pod of which has just gone, has too few pods for a moment. What lasts longer
//! is reported, with the message of the Job controller where there is one: quotas and policies are never computed here.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use k8s_openapi::{
    api::core::v1::Event,
    apimachinery::pkg::apis::meta::v1::{MicroTime, Time},
    jiff::{SignedDuration, Timestamp},
};
use kube::Client;

use super::generated_name::without_generated_suffix;
use crate::operator::{
    api::{error::Error, read},
    observed::{JobProgress, JobState, Observed, conditions::condition, pod_state::FailureReason},
    status::pod_health::PodShortage,
};
use podgraft_locust::role::Role;

/// How long a Job may have too few pods before that is reported.
const PATIENCE: SignedDuration = SignedDuration::from_secs(5);
/// How many Jobs are kept.
const KEPT: usize = 10_000;
/// What the event recorder puts before a message that it saw with other names.
const COMBINED: &str = "(combined from similar events): ";

/// Since when Jobs have fewer pods than they want, by the Jobs' UIDs.
#[derive(Debug, Default)]
pub(super) struct ShortageTracker(Mutex<HashMap<String, Timestamp>>);

impl ShortageTracker {
    /// Notes how it is now, and gives the shortages that have lasted for a while. Where the events of the Job controller
    /// cannot be read, that is logged: what only explains is no reason to stop.
    pub(super) async fn update(
        &self,
        client: &Client,
        observed: &Observed,
        now: Timestamp,
    ) -> Vec<PodShortage> {
        let mut found = Vec::new();
        for role in Role::ALL {
            let Some(since) = self.since(observed, role, now) else { continue };
            if now.duration_since(since) < PATIENCE {
                continue;
            }
            let Some(job) = observed.own_job(role) else { continue };
            let newest = pods_that_count(observed, job).filter_map(|(_, created)| created).max();
            let there = pods_that_count(observed, job).count();
            match refusal(client, observed.namespace(), job, newest).await {
                Ok(refusal) => found.push(PodShortage { role, there, refusal }),
                Err(error) => {
                    let test = format!("{}/{}", observed.namespace(), observed.name());
                    tracing::warn!(test, %error, "cannot tell why pods are missing");
                    return found;
                }
            }
        }
        found
    }

    /// How long until what is missing now is reported; `None` where nothing is missing, zero where it is reported
    /// already.
    pub(super) fn until_reported(&self, observed: &Observed, now: Timestamp) -> Option<SignedDuration> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = Role::ALL
            .into_iter()
            .filter(|role| lacks_pods(observed, *role))
            .filter_map(|role| known.get(&observed.own_job(role)?.object.uid));
        since.map(|since| (PATIENCE - now.duration_since(*since)).max(SignedDuration::ZERO)).min()
    }

    /// Since when a role's Job has had too few pods.
    fn since(&self, observed: &Observed, role: Role, now: Timestamp) -> Option<Timestamp> {
        let job = observed.own_job(role)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !lacks_pods(observed, role) {
            known.remove(&job.object.uid);
            return None;
        }
        if known.len() >= KEPT && !known.contains_key(&job.object.uid) {
            known.clear();
        }
        // An operator that has just started goes on with what was reported before.
        let first = if is_reported(observed) { now - PATIENCE } else { now };
        Some(*known.entry(job.object.uid.clone()).or_insert(first))
    }
}

fn is_reported(observed: &Observed) -> bool {
    let reasons = [FailureReason::CreationError, FailureReason::PodsMissing].map(FailureReason::as_str);
    condition(observed.status(), "PodsHealthy")
        .and_then(|condition| condition["reason"].as_str())
        .is_some_and(|reason| reasons.contains(&reason))
}

/// Whether a role's Job is active and has fewer pods than it wants.
fn lacks_pods(observed: &Observed, role: Role) -> bool {
    let Some(job) = observed.own_job(role) else { return false };
    if observed.has_ended() || job.progress != JobProgress::Active || job.object.deleting {
        return false;
    }
    pods_that_count(observed, job).count() < usize::try_from(job.parallelism).unwrap_or_default()
}

/// The pods of a Job that it need not make any more, by name and creation: one that failed is replaced, or its Job
/// ends.
fn pods_that_count<'v>(
    observed: &'v Observed,
    job: &'v JobState,
) -> impl Iterator<Item = (&'v str, Option<Timestamp>)> {
    observed
        .pods
        .iter()
        .filter(|pod| pod.job.as_ref() == Some(&job.object.uid) && pod.phase != "Failed" && !pod.deleting)
        .map(|pod| (pod.name.as_str(), pod.created))
}

/// Why the Job controller cannot create pods, in its newest message.
async fn refusal(
    client: &Client,
    namespace: &str,
    job: &JobState,
    newest_pod: Option<Timestamp>,
) -> Result<Option<String>, Error> {
    let events = read::failed_creations(client, namespace, &job.object.name, &job.object.uid).await?;
    let last = events.iter().max_by_key(|event| last_seen(event));
    // An event that is older than the last pod is about pods that could be created in the end.
    let is_over =
        |event: &&Event| newest_pod.is_some_and(|pod| last_seen(event).is_none_or(|seen| seen < pod));
    let message = last.filter(|event| !is_over(event)).and_then(|event| event.message.as_deref());
    Ok(message.map(|message| {
        let message = message.strip_prefix(COMBINED).unwrap_or(message);
        without_generated_suffix(message, &format!("{}-", job.object.name))
    }))
}

/// When an event was seen last, whichever way it was recorded.
fn last_seen(event: &Event) -> Option<Timestamp> {
    let series = event.series.as_ref().and_then(|series| series.last_observed_time.as_ref());
    let micro = |time: &MicroTime| time.0;
    [
        series.map(micro),
        event.event_time.as_ref().map(micro),
        event.last_timestamp.as_ref().map(|Time(time)| *time),
        event.first_timestamp.as_ref().map(|Time(time)| *time),
    ]
    .into_iter()
    .flatten()
    .max()
}
