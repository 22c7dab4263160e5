//! [`decide`]: what to do next for a test. Pure.

mod words;

use super::{
    restarts::{self, Restart},
    view::{Child, Owner, Progress, View},
};
use crate::{
    locust::{api::shared::UpdatePolicy, base},
    role::Role,
};

/// What is next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing: all is as it should be, or the test has ended.
    Rest,
    /// Nothing: the test is refused and has not started.
    Refuse,
    /// Nothing: names that the test needs belong to others, in words.
    Block(Vec<String>),
    /// Nothing yet: something has to go first, in words.
    Wait(String),
    /// Nothing any more: the test has started, and what it was made of is lost, in words.
    Strand(String),
    /// Ask the API server, then freeze what is rendered now as the next revision.
    Freeze,
    /// Create what is missing, from the revision.
    Create {
        /// Whether the Service is missing.
        service: bool,
        /// Whether the second Service is missing.
        web_service: bool,
        /// The roles whose Jobs are missing.
        roles: Vec<Role>,
        /// That the load test begins anew with these Jobs, where it does.
        restart: Option<Restart>,
    },
    /// Suspend or resume Jobs, because the test's `job.suspend` has changed.
    Suspend(Vec<Suspension>),
    /// Delete what an earlier revision made; pods first.
    Remove(Vec<Doomed>),
    /// Let the finished Jobs expire: their names, and the seconds.
    Expire(Vec<(String, i32)>),
    /// Delete revisions that nothing needs any more, by name.
    Forget(Vec<String>),
}

/// An object to delete, and no other of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doomed {
    /// `Service` or `Job`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
}

/// A Job to suspend, or to resume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
    /// Whether it is to be suspended.
    pub suspend: bool,
}

impl Step {
    /// Whether it changes something on the API server.
    #[must_use]
    pub const fn acts(&self) -> bool {
        matches!(
            self,
            Self::Freeze
                | Self::Create { .. }
                | Self::Suspend(_)
                | Self::Remove(_)
                | Self::Expire(_)
                | Self::Forget(_)
        )
    }
}

/// What is rendered now.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'r> {
    /// The hash of what is rendered; `None` when the test is refused.
    pub hash: Option<&'r str>,
    /// What a change does to a test that has started.
    pub policy: UpdatePolicy,
    /// The test's `job.suspend`.
    pub suspend: bool,
}

/// Decides what to do next.
#[must_use]
pub fn decide(view: &View, wanted: Wanted<'_>) -> Step {
    if view.has_ended() {
        return after_the_end(view);
    }
    if view.ended_master().is_some() {
        // The end is about to be recorded; nothing is made anew.
        return Step::Rest;
    }
    if let Some(step) = in_the_way(view) {
        return step;
    }
    match &view.revision {
        None => before_the_start(view, wanted),
        Some(revision) => {
            let newer = wanted.hash.is_some_and(|hash| hash != revision.hash)
                && view.generation() > revision.generation;
            // What was never started is not a test that goes on.
            let unstarted = !view.has_started() && view.master.is_none() && view.worker.is_none();
            if newer && (wanted.policy == UpdatePolicy::Recreate || unstarted) {
                return Step::Freeze;
            }
            started(view, &revision.hash, wanted.suspend)
        }
    }
}

/// A test without a revision: new, or its revision was deleted, or another operator started it.
fn before_the_start(view: &View, wanted: Wanted<'_>) -> Step {
    if let (Some(master), Some(worker)) = (&view.master, &view.worker) {
        let made_of = |hash| [master, worker].iter().all(|job| job.child.hash.as_deref() == Some(hash));
        return if wanted.hash.is_some_and(made_of) { Step::Freeze } else { Step::Rest };
    }
    if view.has_started() || view.master.is_some() || view.worker.is_some() {
        // Whether the test has run is not known any more, so it is not run.
        let gone = "a Job of the test is gone, and so is the revision that it was made of";
        return Step::Strand(format!("{gone}: delete the test and create it again to run it"));
    }
    if wanted.hash.is_none() { Step::Refuse } else { Step::Freeze }
}

/// A test whose revision is there: everything is made of it, once.
fn started(view: &View, hash: &str, suspend: bool) -> Step {
    let outdated: Vec<Doomed> = view
        .children()
        // What has no hash was made by another operator, and is left as it is.
        .filter(|(_, child)| child.hash.as_deref().is_some_and(|of| of != hash))
        .map(|(kind, child)| Doomed { kind, name: child.name.clone(), uid: child.uid.clone() })
        .collect();
    if !outdated.is_empty() {
        return Step::Remove(outdated);
    }
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| view.job(*role).is_none()).collect();
    if let Some(waiting) = roles.iter().find_map(|role| stray_pod(view, *role)) {
        return Step::Wait(waiting);
    }
    let (service, web_service) = (view.service.is_none(), view.lacks_web_service());
    if !roles.is_empty() || service || web_service {
        let restart = restarts::restart(view, &roles);
        return Step::Create { service, web_service, roles, restart };
    }
    let suspensions = suspensions(view, suspend);
    if !suspensions.is_empty() {
        return Step::Suspend(suspensions);
    }
    if view.old_revisions.is_empty() { Step::Rest } else { Step::Forget(view.old_revisions.clone()) }
}

/// The Jobs to which the test's `job.suspend` has not been applied since it changed. What others set meanwhile, such
/// as a queue that admits the Jobs, stays.
fn suspensions(view: &View, suspend: bool) -> Vec<Suspension> {
    let jobs = Role::ALL.into_iter().filter_map(|role| view.own_job(role));
    jobs.filter(|job| matches!(job.progress, Progress::Active | Progress::Suspended))
        .filter(|job| job.suspend.is_some_and(|applied| applied != suspend))
        .map(|job| Suspension { name: job.child.name.clone(), uid: job.child.uid.clone(), suspend })
        .collect()
}

/// A pod that would be a second master, or a worker too many.
fn stray_pod(view: &View, role: Role) -> Option<String> {
    let name = base::generated_name_of(view.name(), role);
    let pod = view.pods.iter().find(|pod| pod.pod_label == name && !pod.has_ended())?;
    Some(if pod.deleting {
        format!("pod {} of an earlier {role} is still ending", pod.name)
    } else if pod.job.is_some() {
        format!("pod {} of an earlier {role} is still there", pod.name)
    } else {
        format!(
            "pod {} has the label {}={name} and would be a {role} too many: delete it",
            pod.name,
            base::POD_LABEL
        )
    })
}

/// Objects that have the test's names and are not the test's, or are going away.
fn in_the_way(view: &View) -> Option<Step> {
    let said = |(kind, child): (&str, &Child)| match &child.owner {
        Owner::Other(owner) => Some(format!("{kind} {} belongs to {owner}", child.name)),
        _ => None,
    };
    let foreign: Vec<String> = view.children().filter_map(said).collect();
    if !foreign.is_empty() {
        return Some(Step::Block(foreign));
    }
    let going = |(kind, child): (&str, &Child)| {
        if child.owner == Owner::Predecessor {
            Some(format!("{kind} {} of a deleted test of this name is still there", child.name))
        } else {
            child.deleting.then(|| format!("{kind} {} is being deleted", child.name))
        }
    };
    view.children().find_map(going).map(Step::Wait)
}

/// What is left to do for a test whose end is recorded.
fn after_the_end(view: &View) -> Step {
    let expiring: Vec<(String, i32)> = [&view.master, &view.worker]
        .into_iter()
        .flatten()
        .filter(|job| job.child.owner == Owner::Test && !job.child.deleting && job.ttl.is_none())
        .filter_map(|job| Some((job.child.name.clone(), job.wanted_ttl?)))
        .collect();
    if expiring.is_empty() { Step::Rest } else { Step::Expire(expiring) }
}

#[cfg(test)]
mod tests;
