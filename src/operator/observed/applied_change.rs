//! [`AppliedChange`]: what the operator has just changed, as the API server answered.

use super::{JobState, ObjectState, Observed, Revision};
use podgraft_locust::role::Role;

/// What the operator has just changed, as the API server answered.
#[derive(Debug)]
pub(crate) enum AppliedChange {
    /// A revision was made, after those that there were; `None` where its annotations did not arrive.
    RevisionCreated(Option<Box<Revision>>),
    /// The Service was made.
    ServiceCreated(ObjectState),
    /// The second Service was made.
    WebServiceCreated(ObjectState),
    /// The Job of a role was made.
    JobCreated(Role, Box<JobState>),
    /// A Job was suspended or resumed.
    JobPatched(Box<JobState>),
    /// An object with this UID is being deleted.
    Deleting(String),
    /// The Job of this name expires now when it has ended.
    TtlSet(String),
    /// The revisions that were replaced are deleted.
    RevisionsPruned,
}

impl Observed {
    /// Takes over what was changed since this was observed.
    pub(crate) fn record(&mut self, changes: Vec<AppliedChange>) {
        for change in changes {
            self.record_one(change);
        }
    }

    fn record_one(&mut self, change: AppliedChange) {
        match change {
            AppliedChange::RevisionCreated(created) => {
                self.old_revisions.extend(self.revision.take().map(|old| old.name));
                self.revision = created.map(|created| *created);
            }
            AppliedChange::ServiceCreated(created) => self.service = Some(created),
            AppliedChange::WebServiceCreated(created) => self.web_service = Some(created),
            AppliedChange::JobCreated(role, created) => match role {
                Role::Master => self.master = Some(*created),
                Role::Worker => self.worker = Some(*created),
            },
            AppliedChange::JobPatched(patched) => {
                for job in self.jobs_mut().filter(|job| job.object.uid == patched.object.uid) {
                    *job = (*patched).clone();
                }
            }
            AppliedChange::Deleting(uid) => {
                let services = [&mut self.service, &mut self.web_service].into_iter().flatten();
                let jobs = [&mut self.master, &mut self.worker].into_iter().flatten();
                for object in services.chain(jobs.map(|job| &mut job.object)) {
                    object.deleting |= object.uid == uid;
                }
            }
            AppliedChange::TtlSet(name) => {
                for job in self.jobs_mut().filter(|job| job.object.name == name) {
                    job.ttl = job.wanted_ttl;
                }
            }
            AppliedChange::RevisionsPruned => self.old_revisions.clear(),
        }
    }

    fn jobs_mut(&mut self) -> impl Iterator<Item = &mut JobState> {
        [&mut self.master, &mut self.worker].into_iter().flatten()
    }
}
