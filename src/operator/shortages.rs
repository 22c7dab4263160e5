//! [`ShortageTracker`]: since when Jobs have fewer pods than they want, and why.
//!
//! A Job that has just been made, or one pod of which has just gone, has too few pods for a moment. What lasts longer
//! is told, in the words of the Job controller where it has any: quotas and policies are never computed here.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use k8s_openapi::{
    api::core::v1::Event,
    apimachinery::pkg::apis::meta::v1::{MicroTime, Time},
    jiff::{SignedDuration, Timestamp},
};
use kube::{Api, Client, api::ListParams};

use super::{
    conditions::condition,
    dry_run::without_made_up,
    error::Error,
    observed::{JobProgress, JobState, Observed, PodShortage},
    pod_state::FailureReason,
};
use podgraft_locust::role::Role;

/// How long a Job may have too few pods before that is told.
const PATIENCE: SignedDuration = SignedDuration::from_secs(5);
/// How many Jobs are kept.
const KEPT: usize = 10_000;
/// What the event recorder puts before a message that it saw with other names.
const COMBINED: &str = "(combined from similar events): ";

/// Since when Jobs have fewer pods than they want, by the Jobs' UIDs.
#[derive(Debug, Default)]
pub(super) struct ShortageTracker(Mutex<HashMap<String, Timestamp>>);

impl ShortageTracker {
    /// Notes how it is now, and writes into the observed state what has lasted for a while.
    ///
    /// # Errors
    /// [`Error::Api`] when the events of the Job controller cannot be read.
    pub(super) async fn look(
        &self,
        client: &Client,
        observed: &mut Observed,
        now: Timestamp,
    ) -> Result<(), Error> {
        for role in Role::ALL {
            let Some(since) = self.since(observed, role, now) else { continue };
            if now.duration_since(since) < PATIENCE {
                continue;
            }
            let Some(job) = observed.own_job(role) else { continue };
            let newest = pods_that_count(observed, job).filter_map(|(_, created)| created).max();
            let there = pods_that_count(observed, job).count();
            let refusal = refusal(client, observed.namespace(), job, newest).await?;
            let lack = PodShortage { there, refusal };
            let job = match role {
                Role::Master => observed.master.as_mut(),
                Role::Worker => observed.worker.as_mut(),
            };
            if let Some(job) = job {
                job.shortage = Some(lack);
            }
        }
        Ok(())
    }

    /// How long until what is missing now is told; `None` where nothing is missing, zero where it is told already.
    pub(super) fn until_told(&self, observed: &Observed, now: Timestamp) -> Option<SignedDuration> {
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
        // An operator that has just started goes on with what was told before.
        let first = if is_told(observed) { now - PATIENCE } else { now };
        Some(*known.entry(job.object.uid.clone()).or_insert(first))
    }
}

fn is_told(observed: &Observed) -> bool {
    let told = [FailureReason::CreationError, FailureReason::PodsMissing].map(FailureReason::as_str);
    condition(observed.status(), "PodsHealthy")
        .and_then(|condition| condition["reason"].as_str())
        .is_some_and(|reason| told.contains(&reason))
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

/// Why the Job controller cannot create pods, in its newest words.
async fn refusal(
    client: &Client,
    namespace: &str,
    job: &JobState,
    newest_pod: Option<Timestamp>,
) -> Result<Option<String>, Error> {
    let events: Api<Event> = Api::namespaced(client.clone(), namespace);
    let of_job = format!("involvedObject.uid={},reason=FailedCreate", job.object.uid);
    let found = match events.list(&ListParams::default().fields(&of_job)).await {
        Ok(found) => found,
        // Who may not read events does without their words.
        Err(kube::Error::Api(status)) if status.is_forbidden() => return Ok(None),
        Err(error) => return Err(Error::api(format!("read the events of Job {}", job.object.name))(error)),
    };
    let last = found.items.iter().max_by_key(|event| last_seen(event));
    // An event that is older than the last pod is about pods that could be created in the end.
    let is_over =
        |event: &&Event| newest_pod.is_some_and(|pod| last_seen(event).is_none_or(|seen| seen < pod));
    let message = last.filter(|event| !is_over(event)).and_then(|event| event.message.as_deref());
    Ok(message.map(|message| {
        let message = message.strip_prefix(COMBINED).unwrap_or(message);
        without_made_up(message, &format!("{}-", job.object.name))
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
