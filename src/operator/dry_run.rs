//! [`DryRunner`]: asks the API server, in dry runs, whether it would take the Jobs and their pods, and the second Service.
//!
//! A dry run of a Job does not see Pod Security, quota, limit ranges or a missing service account: those
//! refuse pods, when it is too late to say so. So a pod of each role is asked for as well.

use std::{
    collections::HashMap,
    sync::PoisonError,
    time::{Duration, Instant},
};

use kube::{
    Client,
    api::{PostParams, Request},
};
use serde_json::{Value, json};
use tokio::{
    sync::Mutex,
    time::{Interval, MissedTickBehavior, interval},
};

use super::{
    MANAGER,
    error::{Error, is_conflict},
    error_message::{is_too_large, of_status},
    revision::RenderedObjects,
    settings::DryRunMode,
};
use podgraft_locust::role::Role;

/// The shortest time between two dry runs: admission webhooks answer them all.
const PACE: Duration = Duration::from_millis(10);
/// How long a yes holds: quotas and policies change.
const ACCEPTED_FOR: Duration = Duration::from_secs(300);
/// How long the first no holds; each further one holds twice as long.
const REFUSED_FOR: Duration = Duration::from_secs(1);
/// How long a no holds at most: somebody may have mended the namespace meanwhile.
const REFUSED_FOR_AT_MOST: Duration = Duration::from_secs(60);
/// How long the end of a name is that the API server makes up.
const MADE_UP: usize = 5;
/// How much of `generateName` the API server uses.
const GENERATED: usize = 58;
/// How many answers are kept.
const KEPT: usize = 1_024;

/// What the API server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DryRunOutcome {
    /// It would take everything that it was asked for; `reached` says in words what that was.
    Accepted {
        /// In words: what it was asked for.
        reached: String,
    },
    /// It would not.
    Refused {
        /// What: `master's Job`, `worker's pod`.
        what: String,
        /// Its words.
        message: String,
        /// When to ask again.
        again: Duration,
    },
}

/// What the API server is asked for.
#[derive(Debug, Clone, Copy)]
pub struct DryRunRequest<'q> {
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

/// An answer, and how long it holds.
struct CachedOutcome {
    at: Instant,
    holds: Duration,
    verdict: DryRunOutcome,
}

impl CachedOutcome {
    /// Whether it was refused in the same words.
    fn says(&self, refused: &str, words: &str) -> bool {
        matches!(&self.verdict, DryRunOutcome::Refused { what, message, .. } if what == refused && message == words)
    }
}

/// Asks, not too often, and remembers the answers.
pub struct DryRunner {
    asks: DryRunMode,
    pace: Mutex<Option<Interval>>,
    answers: std::sync::Mutex<HashMap<String, CachedOutcome>>,
}

/// What came of asking for one object.
enum Admission {
    Admitted,
    Denied(String),
    Skipped(String),
}

impl DryRunner {
    /// A runner without any answers yet.
    #[must_use]
    pub fn new(asks: DryRunMode) -> Self {
        Self { asks, pace: Mutex::default(), answers: std::sync::Mutex::default() }
    }

    /// Whether Jobs are asked for at all.
    pub(super) fn asks_for_jobs(&self) -> bool {
        self.asks != DryRunMode::Off
    }

    /// Asks whether the API server would take these Jobs, and pods like theirs. The same are not asked for
    /// twice within minutes.
    ///
    /// # Errors
    /// [`Error::Api`] when the API server does not answer.
    pub async fn check(&self, client: &Client, question: &DryRunRequest<'_>) -> Result<DryRunOutcome, Error> {
        if self.asks == DryRunMode::Off {
            return Ok(DryRunOutcome::Accepted { reached: "the API server was not asked beforehand".into() });
        }
        let key = format!("{}/{}", question.namespace, question.hash);
        if let Some(verdict) = self.remembered(&key) {
            return Ok(verdict);
        }
        let mut verdict = self.ask(client, question).await?;
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut holds = ACCEPTED_FOR;
        if let DryRunOutcome::Refused { again, .. } = &mut verdict {
            let before = answers.get(&key).map(|before| before.holds * 2);
            holds = before.unwrap_or(REFUSED_FOR).min(REFUSED_FOR_AT_MOST);
            *again = holds;
        }
        if let DryRunOutcome::Refused { what, message, .. } = &verdict
            && !answers.get(&key).is_some_and(|before| before.says(what, message))
        {
            let test = format!("{}/{}", question.namespace, question.test);
            tracing::warn!(test, what, message, "the API server refuses the test in a dry run");
        }
        if answers.len() >= KEPT {
            answers.clear();
        }
        answers.insert(key, CachedOutcome { at: Instant::now(), holds, verdict: verdict.clone() });
        Ok(verdict)
    }

    fn remembered(&self, key: &str) -> Option<DryRunOutcome> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answered = answers.get(key)?;
        let left = answered.holds.checked_sub(answered.at.elapsed())?;
        let mut verdict = answered.verdict.clone();
        if let DryRunOutcome::Refused { again, .. } = &mut verdict {
            *again = left;
        }
        Some(verdict)
    }

    async fn ask(&self, client: &Client, question: &DryRunRequest<'_>) -> Result<DryRunOutcome, Error> {
        let DryRunRequest { namespace, objects, has_pods, is_first, .. } = *question;
        let mut skipped = None;
        for role in Role::ALL {
            let job = objects.job(role);
            let path = format!("/apis/batch/v1/namespaces/{namespace}/jobs");
            // By its own name, one that somebody else has is met before anything is made.
            let job_to_ask = if is_first { job.clone() } else { unnamed(job) };
            match self.dry_run(client, &path, &job_to_ask).await? {
                Admission::Denied(message) => return Ok(refused(format!("{role}'s Job"), message)),
                Admission::Skipped(why) => skipped = Some(format!("the Jobs were not checked: {why}")),
                Admission::Admitted => {}
            }
            if self.asks == DryRunMode::Job || skipped.is_some() {
                continue;
            }
            let path = format!("/api/v1/namespaces/{namespace}/pods");
            match self.dry_run(client, &path, &pod_of(job)).await? {
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
            let path = format!("/api/v1/namespaces/{namespace}/services");
            match self.dry_run(client, &path, &unnamed(service)).await? {
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
        let reached = match (skipped, self.asks) {
            (Some(why), _) => format!("the API server accepted what it was asked for in a dry run; {why}"),
            (None, DryRunMode::Pod) => "the API server accepted the Jobs and their pods in a dry run".into(),
            (None, _) => "the API server accepted the Jobs in a dry run".into(),
        };
        Ok(DryRunOutcome::Accepted { reached })
    }

    /// Asks for one object. Refusals are answers; only an API server that does not answer is an error.
    async fn dry_run(&self, client: &Client, path: &str, object: &Value) -> Result<Admission, Error> {
        self.wait_for_turn().await;
        let params = PostParams { dry_run: true, field_manager: Some(MANAGER.to_owned()) };
        match post(client, path, object, &params).await {
            Ok(_) => Ok(Admission::Admitted),
            Err(error) if is_conflict(&error) => Err(Error::Stale),
            Err(kube::Error::Api(status)) => {
                let message = as_named(&status.message, object);
                Ok(match status.code {
                    403 if message.contains("cannot create resource") => {
                        Admission::Skipped("the operator has no right to create them".into())
                    }
                    400 if message.contains("does not support dry run") => Admission::Skipped(message),
                    400 | 403 | 413 | 422 => Admission::Denied(message),
                    _ if is_too_large(&status) => Admission::Denied(of_status(&status)),
                    500 if message.contains("failed calling webhook") => Admission::Skipped(message),
                    _ => return Err(Error::api("make a dry run")(kube::Error::Api(status))),
                })
            }
            Err(error) => Err(Error::api("make a dry run")(error)),
        }
    }

    async fn wait_for_turn(&self) {
        let mut pace = self.pace.lock().await;
        let pace = pace.get_or_insert_with(|| {
            let mut pace = interval(PACE);
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            pace
        });
        pace.tick().await;
    }
}

/// Creates an object; fields that the API server does not know are refused, not dropped.
pub(super) async fn post(
    client: &Client,
    path: &str,
    object: &Value,
    params: &PostParams,
) -> Result<Value, kube::Error> {
    let body = serde_json::to_vec(object).map_err(kube::Error::SerdeError)?;
    let mut request = Request::new(path).create(params, body).map_err(kube::Error::BuildRequest)?;
    let strict = format!("{}&fieldValidation=Strict", request.uri());
    if let Ok(uri) = strict.parse() {
        *request.uri_mut() = uri;
    }
    client.request(request).await
}

fn refused(what: String, message: String) -> DryRunOutcome {
    DryRunOutcome::Refused { what, message, again: REFUSED_FOR }
}

/// Whether a Service is refused because others have used up a quota, or have its port of the nodes.
fn is_held(message: &str) -> bool {
    message.contains("exceeded quota") || message.contains("already allocated")
}

/// A message without the ends of names that the API server made up: they would differ every time.
fn as_named(message: &str, object: &Value) -> String {
    let start = object.pointer("/metadata/generateName").and_then(Value::as_str).unwrap_or_default();
    without_made_up(message, start)
}

/// A message without the ends that the API server made up for names that start so.
pub(super) fn without_made_up(message: &str, start: &str) -> String {
    let start = start.get(..GENERATED).unwrap_or(start);
    let mut parts = message.split(start);
    if start.is_empty() {
        return message.to_owned();
    }
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(start.trim_end_matches('-'));
        let (end, rest) = part.split_at_checked(MADE_UP).unwrap_or((part, ""));
        let is_made_up = end.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
        text.push_str(if is_made_up { rest } else { part });
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_server_made_up_do_not_differ_each_time() {
        let object = json!({"metadata": {"generateName": "peak-master-"}});
        for (message, expected) in [
            ("pods \"peak-master-x7f2q\" is forbidden", "pods \"peak-master\" is forbidden"),
            ("pods \"peak-master-\" is forbidden", "pods \"peak-master\" is forbidden"),
            ("no quota", "no quota"),
            ("peak-master-", "peak-master"),
        ] {
            assert_eq!(as_named(message, &object), expected);
        }
        assert_eq!(as_named("as it is", &json!({})), "as it is");
    }
}
