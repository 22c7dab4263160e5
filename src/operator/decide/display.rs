//! A [`Decision`] in words, for the log.

use std::fmt;

use super::{Decision, Deletion, Suspension};
use podgraft_locust::role::Role;

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("nothing is to be done"),
            Self::Rejected => f.write_str("nothing is created: the test is refused"),
            Self::NameConflict(taken) => write!(f, "nothing is created: {}", taken.join("; ")),
            Self::Wait(reason) => write!(f, "waiting: {reason}"),
            Self::RevisionLost(reason) => write!(f, "nothing can be done: {reason}"),
            Self::CreateRevision => f.write_str("asking the API server, then freezing what is rendered"),
            Self::Create { service, web_service, roles, restart } => {
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
        let create = |roles| Decision::Create { service: true, web_service: false, roles, restart: None };
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
