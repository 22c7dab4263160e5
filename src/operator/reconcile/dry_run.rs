//! [`DryRunner`]: asks the API server, in dry runs, whether it would take the Jobs, their pods and the second Service.
//!
//! A dry run of a Job does not see Pod Security, quota, limit ranges or a missing service account: those
//! refuse pods, when it is too late to say so. So a pod of each role is asked for as well.

use std::{
    collections::HashMap,
    sync::PoisonError,
    time::{Duration, Instant},
};

use kube::Client;
use serde_json::{Value, json};
use tokio::{
    sync::Mutex,
    time::{Interval, MissedTickBehavior, interval},
};

use super::generated_name::without_generated_suffix;
use crate::operator::{
    api::{
        error::{Error, is_conflict},
        error_message::{is_too_large, status_message},
        write::{CreatedKind, create},
    },
    observed::rendered_objects::RenderedObjects,
    server_refusal::ServerRefusal,
    settings::DryRunMode,
};
use podgraft_locust::role::Role;
use podgraft_pod::redaction::EnvValues;

/// The shortest time between two dry runs: admission webhooks answer them all.
const PACE: Duration = Duration::from_millis(10);
/// How long an acceptance is remembered: quotas and policies change.
const ACCEPTED_FOR: Duration = Duration::from_secs(300);
/// How long the first refusal is remembered; each further one twice as long.
const REFUSED_FOR: Duration = Duration::from_secs(1);
/// How long a refusal is remembered at most: somebody may have mended the namespace meanwhile.
const REFUSED_FOR_AT_MOST: Duration = Duration::from_secs(60);
/// How many outcomes are remembered.
const KEPT: usize = 1_024;

/// What came of a dry run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DryRunOutcome {
    /// The API server would take everything that it was asked for.
    Accepted {
        /// What it was asked for, in words.
        checked: String,
    },
    /// It would not.
    Refused(ServerRefusal),
}

/// What is asked for in a dry run.
#[derive(Debug, Clone, Copy)]
pub(super) struct DryRunRequest<'q> {
    /// The test's namespace.
    pub namespace: &'q str,
    /// The test's name.
    pub test: &'q str,
    /// What is to be created.
    pub objects: &'q RenderedObjects,
    /// The objects' hash.
    pub hash: &'q str,
    /// Whether the test has pods, which go before the new ones come.
    pub has_pods: bool,
    /// Whether the names of the Jobs must be free: nothing of the test is there.
    pub is_first: bool,
}

/// An outcome, and for how long it is remembered.
struct CachedOutcome {
    at: Instant,
    holds: Duration,
    outcome: DryRunOutcome,
}

impl CachedOutcome {
    /// Whether the same object was refused with the same message.
    fn is_same(&self, other: &ServerRefusal) -> bool {
        matches!(&self.outcome, DryRunOutcome::Refused(ServerRefusal { what, message, .. })
            if *what == other.what && *message == other.message)
    }
}

/// Makes dry runs, not too often, and remembers their outcomes.
pub(super) struct DryRunner {
    mode: DryRunMode,
    pace: Mutex<Option<Interval>>,
    outcomes: std::sync::Mutex<HashMap<String, CachedOutcome>>,
}

/// What came of the dry run of one object.
enum Admission {
    Admitted,
    Denied(String),
    Skipped(String),
}

impl DryRunner {
    /// A runner that remembers nothing yet.
    pub(super) fn new(mode: DryRunMode) -> Self {
        Self { mode, pace: Mutex::default(), outcomes: std::sync::Mutex::default() }
    }

    /// Whether Jobs are asked for at all.
    pub(super) fn asks_for_jobs(&self) -> bool {
        self.mode != DryRunMode::Off
    }

    /// Asks whether the API server would take these Jobs, and pods like theirs. The same are not asked for
    /// twice within minutes.
    ///
    /// # Errors
    /// [`Error::Api`] when the API server does not answer.
    pub(super) async fn run(
        &self,
        client: &Client,
        request: &DryRunRequest<'_>,
    ) -> Result<DryRunOutcome, Error> {
        if self.mode == DryRunMode::Off {
            return Ok(DryRunOutcome::Accepted { checked: "the API server was not asked beforehand".into() });
        }
        let key = format!("{}/{}", request.namespace, request.hash);
        if let Some(outcome) = self.remembered(&key) {
            return Ok(outcome);
        }
        let mut outcome = self.ask(client, request).await?;
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut holds = ACCEPTED_FOR;
        if let DryRunOutcome::Refused(refusal) = &mut outcome {
            let before = outcomes.get(&key);
            holds = before.map_or(REFUSED_FOR, |before| before.holds * 2).min(REFUSED_FOR_AT_MOST);
            refusal.retry_after = holds;
            let jobs = Role::ALL.map(|role| request.objects.job(role));
            refusal.message = EnvValues::of(jobs).redact(&refusal.message).into_owned();
            if !before.is_some_and(|before| before.is_same(refusal)) {
                let test = format!("{}/{}", request.namespace, request.test);
                let ServerRefusal { what, message, .. } = refusal;
                tracing::warn!(test, what, message, "the API server refuses the test in a dry run");
            }
        }
        if outcomes.len() >= KEPT {
            outcomes.clear();
        }
        outcomes.insert(key, CachedOutcome { at: Instant::now(), holds, outcome: outcome.clone() });
        Ok(outcome)
    }

    fn remembered(&self, key: &str) -> Option<DryRunOutcome> {
        let outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = outcomes.get(key)?;
        let left = cached.holds.checked_sub(cached.at.elapsed())?;
        let mut outcome = cached.outcome.clone();
        if let DryRunOutcome::Refused(refusal) = &mut outcome {
            refusal.retry_after = left;
        }
        Some(outcome)
    }

    async fn ask(&self, client: &Client, request: &DryRunRequest<'_>) -> Result<DryRunOutcome, Error> {
        let DryRunRequest { namespace, objects, has_pods, is_first, .. } = *request;
        let mut skipped = None;
        for role in Role::ALL {
            let job = objects.job(role);
            // By its own name, one that somebody else has is met before anything is made.
            let job_to_ask = if is_first { job.clone() } else { unnamed(job) };
            match self.create(client, CreatedKind::Job, namespace, &job_to_ask).await? {
                Admission::Denied(message) => return Ok(refused(format!("{role}'s Job"), message)),
                Admission::Skipped(why) => skipped = Some(format!("the Jobs were not checked: {why}")),
                Admission::Admitted => {}
            }
            if self.mode == DryRunMode::Job || skipped.is_some() {
                continue;
            }
            match self.create(client, CreatedKind::Pod, namespace, &pod_of(job)).await? {
                // The test's own pods, which are to go, use the quota that the new ones want.
                Admission::Denied(message) if has_pods && message.contains("exceeded quota") => {
                    skipped = Some("quota was not checked: the pods that are to go still use it".into());
                }
                Admission::Denied(message) => return Ok(refused(format!("{role}'s pod"), message)),
                Admission::Skipped(why) => skipped = Some(format!("pods were not checked: {why}")),
                Admission::Admitted => {}
            }
        }
        if let Some(service) = objects.web_service.as_ref().filter(|_| skipped.is_none()) {
            match self.create(client, CreatedKind::Service, namespace, &unnamed(service)).await? {
                // The test's own Service, which is to go, may hold what the new one wants.
                Admission::Denied(message) if has_pods && is_held(&message) => {
                    skipped =
                        Some("the web Service was not checked: one that is to go may hold its port".into());
                }
                Admission::Denied(message) => return Ok(refused("web Service".into(), message)),
                Admission::Skipped(why) => skipped = Some(format!("the web Service was not checked: {why}")),
                Admission::Admitted => {}
            }
        }
        let checked = match (skipped, self.mode) {
            (Some(why), _) => format!("the API server accepted what it was asked for in a dry run; {why}"),
            (None, DryRunMode::Pod) => "the API server accepted the Jobs and their pods in a dry run".into(),
            (None, _) => "the API server accepted the Jobs in a dry run".into(),
        };
        Ok(DryRunOutcome::Accepted { checked })
    }

    /// Asks for one object. Refusals are answers; only an API server that does not answer is an error.
    async fn create(
        &self,
        client: &Client,
        kind: CreatedKind,
        namespace: &str,
        object: &Value,
    ) -> Result<Admission, Error> {
        self.wait_for_pace().await;
        match create(client, kind, namespace, object, true).await {
            Ok(_) => Ok(Admission::Admitted),
            Err(error) if is_conflict(&error) => Err(Error::Stale),
            Err(kube::Error::Api(status)) => {
                let message = without_generated_suffix(&status.message, generate_name(object));
                Ok(match status.code {
                    403 if message.contains("cannot create resource") => {
                        Admission::Skipped("the operator has no right to create them".into())
                    }
                    400 if message.contains("does not support dry run") => Admission::Skipped(message),
                    400 | 403 | 413 | 422 => Admission::Denied(message),
                    _ if is_too_large(&status) => Admission::Denied(status_message(&status)),
                    500 if message.contains("failed calling webhook") => Admission::Skipped(message),
                    _ => return Err(Error::api("make a dry run")(kube::Error::Api(status))),
                })
            }
            Err(error) => Err(Error::api("make a dry run")(error)),
        }
    }

    async fn wait_for_pace(&self) {
        let mut pace = self.pace.lock().await;
        let pace = pace.get_or_insert_with(|| {
            let mut pace = interval(PACE);
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            pace
        });
        pace.tick().await;
    }
}

fn refused(what: String, message: String) -> DryRunOutcome {
    DryRunOutcome::Refused(ServerRefusal { what, message, retry_after: REFUSED_FOR })
}

/// Whether a Service is refused because others have used up a quota, or have its port of the nodes.
fn is_held(message: &str) -> bool {
    message.contains("exceeded quota") || message.contains("already allocated")
}

/// The object without its name, which may be in use: a dry run makes one up.
fn unnamed(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        let name = metadata.remove("name").unwrap_or_default();
        metadata.insert("generateName".into(), format!("{}-", name.as_str().unwrap_or_default()).into());
    }
    object
}

/// The pod that the Job controller would make of a Job.
fn pod_of(job: &Value) -> Value {
    let template = job.pointer("/spec/template").cloned().unwrap_or_default();
    let mut metadata = template.get("metadata").cloned().unwrap_or_else(|| json!({}));
    metadata["generateName"] = format!("{}-", job["metadata"]["name"].as_str().unwrap_or_default()).into();
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"] })
}

/// The `generateName` of an object.
fn generate_name(object: &Value) -> &str {
    object.pointer("/metadata/generateName").and_then(Value::as_str).unwrap_or_default()
}
