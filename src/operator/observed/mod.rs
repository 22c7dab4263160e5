//! [`Observed`]: the observed state of one test, as plain data. Pure.
//!
//! It is read from the caches, or from the API server itself. What the operator changes meanwhile is a list of
//! [`AppliedChange`]s, which [`Observed::record`] takes over.

pub(crate) mod annotations;
pub(crate) mod applied_change;
pub(crate) mod conditions;
pub(crate) mod job_state;
pub(crate) mod object_state;
pub(crate) mod pod_state;
pub(crate) mod rendered_objects;
pub(crate) mod revision;
pub(crate) mod test_objects;

use kube::api::DynamicObject;
use serde_json::Value;

pub(crate) use applied_change::AppliedChange;
use conditions::condition;
pub(crate) use job_state::{JobProgress, JobState};
pub(crate) use object_state::{ObjectState, Owner};
pub(crate) use pod_state::PodState;
pub(crate) use revision::Revision;

use podgraft_locust::role::Role;

/// Everything that is known of one test at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Observed {
    /// The test, as the API server stores it.
    pub(crate) test: DynamicObject,
    /// What was rendered when it started; `None` before.
    pub(crate) revision: Option<Revision>,
    /// Revisions that were replaced, by name.
    pub(crate) old_revisions: Vec<String>,
    /// The highest number of a revision with the test's label, whoever owns it.
    pub(crate) highest_revision: i64,
    /// The Service.
    pub(crate) service: Option<ObjectState>,
    /// The second Service; of somebody else's, only one whose name the test needs.
    pub(crate) web_service: Option<ObjectState>,
    /// The master's Job.
    pub(crate) master: Option<JobState>,
    /// The workers' Job.
    pub(crate) worker: Option<JobState>,
    /// The pods of both roles, whoever owns them.
    pub(crate) pods: Vec<PodState>,
}

impl Observed {
    /// The test's namespace.
    pub(crate) fn namespace(&self) -> &str {
        self.test.metadata.namespace.as_deref().unwrap_or_default()
    }

    /// The test's name.
    pub(crate) fn name(&self) -> &str {
        self.test.metadata.name.as_deref().unwrap_or_default()
    }

    /// The test's UID.
    pub(crate) fn uid(&self) -> &str {
        self.test.metadata.uid.as_deref().unwrap_or_default()
    }

    /// How often the test's spec has changed.
    pub(crate) fn generation(&self) -> i64 {
        self.test.metadata.generation.unwrap_or_default()
    }

    /// The test's status; null before the first one.
    pub(crate) fn status(&self) -> &Value {
        self.test.data.get("status").unwrap_or(&Value::Null)
    }

    /// Whether the recorded phase is one that nothing follows.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.status().get("phase").and_then(Value::as_str), Some("Succeeded" | "Failed"))
    }

    /// Whether the test's objects have all been made once for its current revision, as its status says.
    pub(crate) fn was_made(&self) -> bool {
        let applied =
            condition(self.status(), "TemplatesApplied").is_some_and(|found| found["status"] == "True");
        self.is_of_recorded_revision() && (applied || self.has_started())
    }

    /// Whether the recorded status is about the revision that there is now.
    pub(crate) fn is_of_recorded_revision(&self) -> bool {
        self.revision.as_ref().is_none_or(|revision| self.status()["revision"] == revision.name)
    }

    /// Whether the test is recorded to have started once.
    pub(crate) fn has_started(&self) -> bool {
        self.status().get("startTime").is_some()
    }

    /// The master's Job where it is the test's own, made of the current revision, and has ended by itself:
    /// a Job that is being deleted may look ended because its pods were told to stop.
    pub(crate) fn ended_master(&self) -> Option<&JobState> {
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
    pub(crate) fn job(&self, role: Role) -> Option<&JobState> {
        match role {
            Role::Master => self.master.as_ref(),
            Role::Worker => self.worker.as_ref(),
        }
    }

    /// The Job of a role, where it is the test's own and not another's of the same name.
    pub(crate) fn own_job(&self, role: Role) -> Option<&JobState> {
        self.job(role).filter(|job| job.object.owner == Owner::Test)
    }

    /// The pods of the test's own Jobs.
    pub(crate) fn own_pods(&self) -> impl Iterator<Item = &PodState> {
        let jobs = Role::ALL.map(|role| self.own_job(role).map(|job| job.object.uid.as_str()));
        self.pods.iter().filter(move |pod| pod.job.is_some() && jobs.contains(&pod.job.as_deref()))
    }

    /// Whether nothing is known of the test but the test itself.
    pub(crate) fn is_unmade(&self) -> bool {
        self.revision.is_none()
            && self.highest_revision == 0
            && self.objects().next().is_none()
            && self.pods.is_empty()
            && !self.has_started()
            && !self.was_made()
    }

    /// Whether the second Service is missing that the test's revision has.
    pub(crate) fn lacks_web_service(&self) -> bool {
        self.web_service.is_none() && self.revision.as_ref().is_some_and(|revision| revision.has_web_service)
    }

    /// The Services and the Jobs that exist, with their kinds.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&'static str, &ObjectState)> {
        let jobs = [&self.master, &self.worker].into_iter().flatten();
        let services = [&self.service, &self.web_service].into_iter().flatten();
        services.map(|object| ("Service", object)).chain(jobs.map(|job| ("Job", &job.object)))
    }
}
