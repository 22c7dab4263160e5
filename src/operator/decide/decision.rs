//! [`Decision`]: what to do next for a test, as plain data.

use std::fmt;

use crate::operator::observed::job_state::JobRestart;
use podgraft_locust::role::Role;

/// What to do next for a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing: all is as it should be, or the test has ended.
    Done,
    /// Nothing: the test is refused and has not started.
    Rejected,
    /// Nothing: names that the test needs belong to others, in words.
    NameConflict(Vec<String>),
    /// Nothing yet: something has to go first, in words.
    Wait(String),
    /// Nothing any more: the test has started, and what it was made of is lost, in words.
    RevisionLost(String),
    /// Ask the API server, then freeze what is rendered now as the next revision.
    CreateRevision,
    /// Create what is missing, from the revision.
    Create(Creation),
    /// Suspend or resume Jobs, because the test's `job.suspend` has changed.
    Suspend(Vec<Suspension>),
    /// Delete what an earlier revision made; pods first.
    Delete(Vec<Deletion>),
    /// Let the finished Jobs expire: their names, and the seconds.
    SetTtl(Vec<(String, i32)>),
    /// Delete revisions that nothing needs any more, by name.
    PruneRevisions(Vec<String>),
}

/// What is missing of a test.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Creation {
    /// Whether the Service is missing.
    pub(crate) service: bool,
    /// Whether the second Service is missing.
    pub(crate) web_service: bool,
    /// The roles whose Jobs are missing.
    pub(crate) roles: Vec<Role>,
    /// That the load test begins anew with these Jobs, where it does.
    pub(crate) restart: Option<JobRestart>,
}

/// An object to delete, and no other of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deletion {
    /// `Service` or `Job`.
    pub(crate) kind: &'static str,
    /// Its name.
    pub(crate) name: String,
    /// Its UID.
    pub(crate) uid: String,
}

/// A Job to suspend, or to resume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suspension {
    /// Its name.
    pub(crate) name: String,
    /// Its UID.
    pub(crate) uid: String,
    /// Whether it is to be suspended.
    pub(crate) suspend: bool,
}

impl Decision {
    /// Whether it changes something on the API server.
    pub(crate) const fn changes_objects(&self) -> bool {
        matches!(
            self,
            Self::CreateRevision
                | Self::Create(_)
                | Self::Suspend(_)
                | Self::Delete(_)
                | Self::SetTtl(_)
                | Self::PruneRevisions(_)
        )
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("nothing is to be done"),
            Self::Rejected => f.write_str("nothing is created: the test is refused"),
            Self::NameConflict(taken) => write!(f, "nothing is created: {}", taken.join("; ")),
            Self::Wait(reason) => write!(f, "waiting: {reason}"),
            Self::RevisionLost(reason) => write!(f, "nothing can be done: {reason}"),
            Self::CreateRevision => f.write_str("asking the API server, then freezing what is rendered"),
            Self::Create(Creation { service, web_service, roles, restart }) => {
                let services = [(*service, "the Service"), (*web_service, "the web Service")];
                let services = services.into_iter().filter(|(is_missing, _)| *is_missing);
                let jobs = roles.iter().map(|role| match role {
                    Role::Master => "the master's Job",
                    Role::Worker => "the workers' Job",
                });
                let all: Vec<&str> = services.map(|(_, name)| name).chain(jobs).collect();
                let anew = if restart.is_some() { ", so that the load test begins anew" } else { "" };
                write!(f, "creating {}{anew}", all.join(", "))
            }
            Self::Suspend(jobs) => {
                let names = jobs.iter().map(|Suspension { name, suspend, .. }| {
                    format!("{} Job {name}", if *suspend { "suspending" } else { "resuming" })
                });
                f.write_str(&names.collect::<Vec<_>>().join(", "))
            }
            Self::Delete(deletions) => {
                let names = deletions.iter().map(|Deletion { kind, name, .. }| format!("{kind} {name}"));
                write!(f, "deleting what an earlier revision made: {}", names.collect::<Vec<_>>().join(", "))
            }
            Self::SetTtl(jobs) => {
                let names = jobs.iter().map(|(name, seconds)| format!("Job {name} expire after {seconds} s"));
                write!(f, "letting {}", names.collect::<Vec<_>>().join(", "))
            }
            Self::PruneRevisions(revisions) => write!(f, "deleting old revisions: {}", revisions.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_words() {
        let create = |roles| Decision::Create(Creation { service: true, roles, ..Creation::default() });
        let deletions = Deletion { kind: "Job", name: "a-master".into(), uid: "1".into() };
        for (decision, expected) in [
            (
                create(vec![Role::Master, Role::Worker]),
                "creating the Service, the master's Job, the workers' Job",
            ),
            (Decision::Delete(vec![deletions]), "deleting what an earlier revision made: Job a-master"),
            (Decision::SetTtl(vec![("a-master".into(), 60)]), "letting Job a-master expire after 60 s"),
            (Decision::PruneRevisions(vec!["a-1".into()]), "deleting old revisions: a-1"),
            (
                Decision::Suspend(vec![Suspension {
                    name: "a-worker".into(),
                    uid: "1".into(),
                    suspend: true,
                }]),
                "suspending Job a-worker",
            ),
            (Decision::CreateRevision, "asking the API server, then freezing what is rendered"),
        ] {
            assert_eq!(decision.to_string(), expected);
        }
    }
}
