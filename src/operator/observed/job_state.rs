//! [`JobState`]: what matters of a Job.

use k8s_openapi::{api::batch::v1::Job, apimachinery::pkg::apis::meta::v1::Time, jiff::Timestamp};
use kube::{ResourceExt, api::DynamicObject};

use super::{
    annotations::{RESTART_ANNOTATION, RESTART_CAUSE_ANNOTATION, SUSPEND_ANNOTATION, TTL_ANNOTATION},
    object_state::ObjectState,
};

/// How far a Job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobProgress {
    /// It waits for a queue, or for its author.
    Suspended,
    /// It makes pods, or waits for them.
    Active,
    /// All its pods ended well.
    Complete,
    /// It gave up.
    Failed,
}

/// A Job that exists.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct JobState {
    /// The object.
    pub(crate) object: ObjectState,
    /// How far it is.
    pub(crate) progress: JobProgress,
    /// Why it failed, in the Job controller's words.
    pub(crate) failure: Option<String>,
    /// The Job controller's one word for it.
    pub(crate) failure_reason: Option<String>,
    /// How many pods are wanted.
    pub(crate) parallelism: i32,
    /// How many pods run and are ready.
    pub(crate) ready: i32,
    /// When it ended.
    pub(crate) ended: Option<Timestamp>,
    /// When it was created.
    pub(crate) created: Option<Timestamp>,
    /// Its `ttlSecondsAfterFinished`.
    pub(crate) ttl: Option<i32>,
    /// The `ttlSecondsAfterFinished` that it gets once the test's end is recorded.
    pub(crate) wanted_ttl: Option<i32>,
    /// The value of the test's `job.suspend` that was last applied to it.
    pub(crate) suspend: Option<bool>,
    /// Which restart of the test it was made for, if for one.
    pub(crate) restart: Option<JobRestart>,
}

/// That a Job was made again, as the Job itself says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobRestart {
    /// Which restart of the run it is, from 1.
    pub(crate) number: i32,
    /// Why, in words: `Job peak-master was deleted`.
    pub(crate) cause: String,
}

impl JobState {
    /// What matters of a Job.
    pub(crate) fn from_job(job: &Job, test: &DynamicObject) -> Self {
        let spec = job.spec.as_ref();
        let status = job.status.as_ref();
        let condition = |kind: &str| {
            let conditions = status.and_then(|status| status.conditions.as_ref());
            conditions.into_iter().flatten().find(|found| found.type_ == kind && found.status == "True")
        };
        let (complete, failed) = (condition("Complete"), condition("Failed"));
        let progress = match () {
            () if complete.is_some() => JobProgress::Complete,
            () if failed.is_some() => JobProgress::Failed,
            () if spec.and_then(|spec| spec.suspend).unwrap_or_default() => JobProgress::Suspended,
            () => JobProgress::Active,
        };
        let ended = complete.or(failed).map(|condition| {
            condition.last_transition_time.as_ref().map_or(Timestamp::UNIX_EPOCH, |Time(time)| *time)
        });
        let words = |reason: Option<&String>, message: Option<&String>| match (reason, message) {
            (Some(reason), Some(message)) => format!("{reason}: {message}"),
            (reason, message) => reason.or(message).cloned().unwrap_or_default(),
        };
        let annotation = |name: &str| job.annotations().get(name);
        let parsed = |name: &str| annotation(name).and_then(|value| value.parse().ok());
        Self {
            object: ObjectState::from_metadata(&job.metadata, test),
            progress,
            failure: failed.map(|condition| words(condition.reason.as_ref(), condition.message.as_ref())),
            failure_reason: failed.and_then(|condition| condition.reason.clone()),
            parallelism: spec.and_then(|spec| spec.parallelism).unwrap_or(1),
            ready: status.and_then(|status| status.ready).unwrap_or_default(),
            ended,
            created: job.metadata.creation_timestamp.as_ref().map(|Time(time)| *time),
            ttl: spec.and_then(|spec| spec.ttl_seconds_after_finished),
            wanted_ttl: annotation(TTL_ANNOTATION).and_then(|seconds| seconds.parse().ok()),
            suspend: annotation(SUSPEND_ANNOTATION).and_then(|suspend| suspend.parse().ok()),
            restart: parsed(RESTART_ANNOTATION).map(|number| JobRestart {
                number,
                cause: annotation(RESTART_CAUSE_ANNOTATION).cloned().unwrap_or_default(),
            }),
        }
    }
}
