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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::fixture::{NEW, OLD, job, object, revision, running};

    #[test]
    fn what_is_deleted_is_known_by_its_uid() {
        let mut observed = running();
        // The Service and the master's Job have the same name.
        let service = ObjectState { uid: "uid of the Service".into(), ..object("a-b-master", Some(OLD)) };
        observed.service = Some(service);
        observed.record(vec![AppliedChange::Deleting("uid of the Service".into())]);
        assert!(observed.service.as_ref().is_some_and(|service| service.deleting));
        assert!(observed.objects().filter(|(kind, _)| *kind == "Job").all(|(_, job)| !job.deleting));
    }

    #[test]
    fn changes_are_taken_over_in_their_order() {
        let mut observed = Observed { worker: None, ..running() };
        observed.master.as_mut().unwrap().wanted_ttl = Some(60);
        let suspended = JobState { suspend: Some(true), ..job("a-b-worker", Some(NEW)) };
        observed.record(vec![
            AppliedChange::RevisionCreated(Some(Box::new(Revision {
                name: "a.b-2".into(),
                ..revision(NEW, 2)
            }))),
            AppliedChange::JobCreated(Role::Worker, Box::new(job("a-b-worker", Some(NEW)))),
            AppliedChange::JobPatched(Box::new(suspended)),
            AppliedChange::TtlSet("a-b-master".into()),
        ]);
        assert_eq!(observed.revision.as_ref().unwrap().name, "a.b-2");
        assert_eq!(observed.old_revisions, ["a.b-1"]);
        assert_eq!(observed.worker.as_ref().unwrap().suspend, Some(true));
        let ttl = |job: &Option<JobState>| job.as_ref().unwrap().ttl;
        assert_eq!((ttl(&observed.master), ttl(&observed.worker)), (Some(60), None));
        observed.record(vec![AppliedChange::RevisionsPruned]);
        assert!(observed.old_revisions.is_empty());
    }
}
