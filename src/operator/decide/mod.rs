//! [`decide`]: what to do next for a test. Pure.

pub(crate) mod decision;

use decision::{Creation, Decision, Deletion, Suspension};

use super::{
    observed::{JobProgress, ObjectState, Observed, Owner},
    restarts,
};
use podgraft_locust::{api::shared::UpdatePolicy, names, role::Role};

/// What the test is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desired<'r> {
    /// The hash of what is rendered; `None` when the test is refused.
    pub(crate) hash: Option<&'r str>,
    /// What a change does to a test that has started.
    pub(crate) policy: UpdatePolicy,
    /// The test's `job.suspend`.
    pub(crate) suspend: bool,
}

/// Decides what to do next for a test.
pub(crate) fn decide(observed: &Observed, desired: Desired<'_>) -> Decision {
    if observed.has_ended() {
        return after_the_end(observed);
    }
    if observed.ended_master().is_some() {
        // The end is about to be recorded; nothing is made anew.
        return Decision::Done;
    }
    if let Some(decision) = in_the_way(observed) {
        return decision;
    }
    match &observed.revision {
        None => before_the_start(observed, desired),
        Some(revision) => {
            let newer = desired.hash.is_some_and(|hash| hash != revision.hash)
                && observed.generation() > revision.generation;
            // What was never started is not a test that goes on.
            let unstarted = !observed.has_started() && observed.master.is_none() && observed.worker.is_none();
            if newer && (desired.policy == UpdatePolicy::Recreate || unstarted) {
                return Decision::CreateRevision;
            }
            started(observed, &revision.hash, desired.suspend)
        }
    }
}

/// A test without a revision: new, or its revision was deleted, or another operator started it.
fn before_the_start(observed: &Observed, desired: Desired<'_>) -> Decision {
    if let (Some(master), Some(worker)) = (&observed.master, &observed.worker) {
        let made_of = |hash| [master, worker].iter().all(|job| job.object.hash.as_deref() == Some(hash));
        return if desired.hash.is_some_and(made_of) { Decision::CreateRevision } else { Decision::Done };
    }
    if observed.has_started() || observed.master.is_some() || observed.worker.is_some() {
        // Whether the test has run is not known any more, so it is not run.
        let gone = "a Job of the test is gone, and so is the revision that it was made of";
        return Decision::RevisionLost(format!("{gone}: delete the test and create it again to run it"));
    }
    if desired.hash.is_none() { Decision::Rejected } else { Decision::CreateRevision }
}

/// A test whose revision is there: everything is made of it, once.
fn started(observed: &Observed, hash: &str, suspend: bool) -> Decision {
    let outdated: Vec<Deletion> = observed
        .objects()
        // What has no hash was made by another operator, and is left as it is.
        .filter(|(_, object)| object.hash.as_deref().is_some_and(|of| of != hash))
        .map(|(kind, object)| Deletion { kind, name: object.name.clone(), uid: object.uid.clone() })
        .collect();
    if !outdated.is_empty() {
        return Decision::Delete(outdated);
    }
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| observed.job(*role).is_none()).collect();
    if let Some(waiting) = roles.iter().find_map(|role| stray_pod(observed, *role)) {
        return Decision::Wait(waiting);
    }
    let (service, web_service) = (observed.service.is_none(), observed.lacks_web_service());
    if !roles.is_empty() || service || web_service {
        let restart = restarts::restart_by_creating(observed, &roles);
        return Decision::Create(Creation { service, web_service, roles, restart });
    }
    let suspensions = suspensions(observed, suspend);
    if !suspensions.is_empty() {
        return Decision::Suspend(suspensions);
    }
    if observed.old_revisions.is_empty() {
        Decision::Done
    } else {
        Decision::PruneRevisions(observed.old_revisions.clone())
    }
}

/// The Jobs to which the test's `job.suspend` has not been applied since it changed. What others set meanwhile, such
/// as a queue that admits the Jobs, stays.
fn suspensions(observed: &Observed, suspend: bool) -> Vec<Suspension> {
    let jobs = Role::ALL.into_iter().filter_map(|role| observed.own_job(role));
    jobs.filter(|job| matches!(job.progress, JobProgress::Active | JobProgress::Suspended))
        .filter(|job| job.suspend.is_some_and(|applied| applied != suspend))
        .map(|job| Suspension { name: job.object.name.clone(), uid: job.object.uid.clone(), suspend })
        .collect()
}

/// Why no pod of a role may be made yet: one is alive that would be a second master, or a worker too many.
fn stray_pod(observed: &Observed, role: Role) -> Option<String> {
    let name = names::generated_name_of(observed.name(), role);
    let pod = observed.pods.iter().find(|pod| pod.pod_label == name && !pod.has_ended())?;
    Some(if pod.deleting {
        format!("pod {} of an earlier {role} is still ending", pod.name)
    } else if pod.job.is_some() {
        format!("pod {} of an earlier {role} is still there", pod.name)
    } else {
        format!(
            "pod {} has the label {}={name} and would be a {role} too many: delete it",
            pod.name,
            names::POD_LABEL
        )
    })
}

/// Objects that have the test's names and are not the test's, or are going away.
fn in_the_way(observed: &Observed) -> Option<Decision> {
    let conflict = |(kind, object): (&str, &ObjectState)| match &object.owner {
        Owner::Other(owner) => Some(format!("{kind} {} belongs to {owner}", object.name)),
        _ => None,
    };
    let foreign: Vec<String> = observed.objects().filter_map(conflict).collect();
    if !foreign.is_empty() {
        return Some(Decision::NameConflict(foreign));
    }
    let leaving = |(kind, object): (&str, &ObjectState)| {
        if object.owner == Owner::Predecessor {
            Some(format!("{kind} {} of a deleted test of this name is still there", object.name))
        } else {
            object.deleting.then(|| format!("{kind} {} is being deleted", object.name))
        }
    };
    observed.objects().find_map(leaving).map(Decision::Wait)
}

/// What is left to do for a test whose end is recorded.
fn after_the_end(observed: &Observed) -> Decision {
    let expiring: Vec<(String, i32)> = [&observed.master, &observed.worker]
        .into_iter()
        .flatten()
        .filter(|job| job.object.owner == Owner::Test && !job.object.deleting && job.ttl.is_none())
        .filter_map(|job| Some((job.object.name.clone(), job.wanted_ttl?)))
        .collect();
    if expiring.is_empty() { Decision::Done } else { Decision::SetTtl(expiring) }
}

#[cfg(test)]
mod tests;
