//! [`Observed`]: everything that is known of one test, as plain data.

use k8s_openapi::jiff::Timestamp;
use kube::api::DynamicObject;
use serde_json::Value;

use super::{conditions::condition, pod_state::PodState, restarts::JobRestart, revision::Revision};
use podgraft_locust::role::Role;

/// Whose an object is that has a name of the test's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The test's.
    Test,
    /// A deleted test's of the same name: the garbage collector is about to remove it.
    Predecessor,
    /// Somebody else's, in words: `LocustTest a-b`.
    Other(String),
}

/// A Service or Job that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectState {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.uid`.
    pub uid: String,
    /// Whose it is.
    pub owner: Owner,
    /// The hash of the revision that it was made of, from its annotation.
    pub hash: Option<String>,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// Since when it is being deleted.
    pub deleted: Option<Timestamp>,
}

/// How far a Job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobProgress {
    /// It waits for a queue, or for its author.
    Suspended,
    /// It makes pods, or waits for them.
    Active,
    /// All its pods ended well.
    Complete,
    /// It gave up.
    Failed,
}

/// That a Job has had fewer pods than it wants for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodShortage {
    /// How many are there.
    pub there: usize,
    /// Why the Job controller cannot create more, in its own words, where it has said so.
    pub refusal: Option<String>,
}

/// A Job that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct JobState {
    /// The object.
    pub object: ObjectState,
    /// How far it is.
    pub progress: JobProgress,
    /// Why it failed, in the Job controller's words.
    pub failure: Option<String>,
    /// The Job controller's one word for it.
    pub failure_reason: Option<String>,
    /// How many pods are wanted.
    pub parallelism: i32,
    /// How many pods run and are ready.
    pub ready: i32,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// Its `ttlSecondsAfterFinished`.
    pub ttl: Option<i32>,
    /// The `ttlSecondsAfterFinished` that it gets once the test's end is recorded.
    pub wanted_ttl: Option<i32>,
    /// The value of the test's `job.suspend` that was last applied to it.
    pub suspend: Option<bool>,
    /// Which restart of the test it was made for, if for one.
    pub restart: Option<JobRestart>,
    /// That it has had too few pods for a while.
    pub shortage: Option<PodShortage>,
}

/// Everything that is known of one test at one moment.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The test, as the API server stores it.
    pub test: DynamicObject,
    /// What was rendered when it started; `None` before.
    pub revision: Option<Revision>,
    /// Revisions that were replaced, by name.
    pub old_revisions: Vec<String>,
    /// The highest number of a revision with the test's label, whoever owns it.
    pub highest_revision: i64,
    /// The Service.
    pub service: Option<ObjectState>,
    /// The second Service; of somebody else's, only one whose name the test needs.
    pub web_service: Option<ObjectState>,
    /// The master's Job.
    pub master: Option<JobState>,
    /// The workers' Job.
    pub worker: Option<JobState>,
    /// The pods of both roles, whoever owns them.
    pub pods: Vec<PodState>,
}

impl Observed {
    /// The test's namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.test.metadata.namespace.as_deref().unwrap_or_default()
    }

    /// The test's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.test.metadata.name.as_deref().unwrap_or_default()
    }

    /// The test's UID.
    #[must_use]
    pub fn uid(&self) -> &str {
        self.test.metadata.uid.as_deref().unwrap_or_default()
    }

    /// How often the test's spec has changed.
    #[must_use]
    pub fn generation(&self) -> i64 {
        self.test.metadata.generation.unwrap_or_default()
    }

    /// The test's status; null before the first one.
    #[must_use]
    pub fn status(&self) -> &Value {
        self.test.data.get("status").unwrap_or(&Value::Null)
    }

    /// Whether the recorded phase is one that nothing follows.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.status().get("phase").and_then(Value::as_str), Some("Succeeded" | "Failed"))
    }

    /// Whether the test's objects have all been made once for its current revision, as its status says.
    #[must_use]
    pub fn was_made(&self) -> bool {
        let applied =
            condition(self.status(), "TemplatesApplied").is_some_and(|found| found["status"] == "True");
        self.is_of_recorded_revision() && (applied || self.has_started())
    }

    /// Whether the recorded status is about the revision that there is now.
    #[must_use]
    pub fn is_of_recorded_revision(&self) -> bool {
        self.revision.as_ref().is_none_or(|revision| self.status()["revision"] == revision.name)
    }

    /// Whether the test is recorded to have started once.
    #[must_use]
    pub fn has_started(&self) -> bool {
        self.status().get("startTime").is_some()
    }

    /// The master's Job where it is the test's own, made of the current revision, and has ended by itself:
    /// a Job that is being deleted may look ended because its pods were told to stop.
    #[must_use]
    pub fn ended_master(&self) -> Option<&JobState> {
        self.master.as_ref().filter(|master| {
            let object = &master.object;
            let current = match (&self.revision, &object.hash) {
                (Some(revision), Some(hash)) => revision.hash == *hash,
                _ => true,
            };
            let by_itself = object.deleted.is_none() || object.deleted > master.ended;
            master.ended.is_some() && object.owner == Owner::Test && current && by_itself
        })
    }

    /// The Job of a role.
    #[must_use]
    pub fn job(&self, role: Role) -> Option<&JobState> {
        match role {
            Role::Master => self.master.as_ref(),
            Role::Worker => self.worker.as_ref(),
        }
    }

    /// The Job of a role, where it is the test's own and not another's of the same name.
    #[must_use]
    pub fn own_job(&self, role: Role) -> Option<&JobState> {
        self.job(role).filter(|job| job.object.owner == Owner::Test)
    }

    /// The pods of the test's own Jobs.
    pub fn own_pods(&self) -> impl Iterator<Item = &PodState> {
        let jobs = Role::ALL.map(|role| self.own_job(role).map(|job| job.object.uid.as_str()));
        self.pods.iter().filter(move |pod| pod.job.is_some() && jobs.contains(&pod.job.as_deref()))
    }

    /// Whether the second Service is missing that the test's revision has.
    #[must_use]
    pub fn lacks_web_service(&self) -> bool {
        self.web_service.is_none() && self.revision.as_ref().is_some_and(|revision| revision.has_web_service)
    }

    /// The Services and the Jobs that exist, with their kinds.
    pub fn objects(&self) -> impl Iterator<Item = (&'static str, &ObjectState)> {
        let jobs = [&self.master, &self.worker].into_iter().flatten();
        let services = [&self.service, &self.web_service].into_iter().flatten();
        services.map(|object| ("Service", object)).chain(jobs.map(|job| ("Job", &job.object)))
    }
}
