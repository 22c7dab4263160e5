//! [`problem`]: why a test's pods do not run, in words, with the template field that asked for it. Pure.

use super::{
    asked::{Complaint, asked_for},
    pods::{PodState, Reason},
    view::{LackOfPods, Progress, View},
};
use crate::{locust::Rendered, role::Role};

/// How many pods a message names; the rest is counted.
const NAMED: usize = 3;

/// Why pods do not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The gravest reason.
    pub reason: Reason,
    /// In words: which pods, what the cluster says, which field asked for it.
    pub message: String,
}

/// One complaint about a role's pods.
struct Found<'v> {
    role: Role,
    reason: Reason,
    pods: Vec<&'v str>,
    complaint: Complaint<'v>,
}

/// Why the test's pods do not run; `None` when nothing keeps them from it. `rendered` is what they were
/// made of, where that is known.
#[must_use]
pub fn problem(view: &View, rendered: Option<&Rendered>) -> Option<Problem> {
    let mut found: Vec<Found<'_>> = Vec::new();
    for role in Role::ALL {
        let Some(job) = view.own_job(role).filter(|job| job.progress != Progress::Complete) else { continue };
        if let Some(lack) = &job.lacks_pods {
            found.push(of_lack(role, lack));
        }
        // A pod that failed is replaced while its Job goes on, and one that succeeded has no troubles.
        let has_failed = job.progress == Progress::Failed;
        let counts = |pod: &&PodState| {
            pod.job.as_ref() == Some(&job.child.uid)
                && !pod.deleting
                && match pod.phase.as_str() {
                    "Succeeded" => false,
                    "Failed" => has_failed,
                    _ => true,
                }
        };
        for pod in view.pods.iter().filter(counts) {
            for complaint in complaints(pod) {
                let same = |other: &&mut Found<'_>| {
                    other.role == role
                        && other.reason == complaint.reason
                        && other.complaint.container == complaint.container
                };
                match found.iter_mut().find(same) {
                    Some(same) => same.pods.push(&pod.name),
                    None => {
                        found.push(Found {
                            role,
                            reason: complaint.reason,
                            pods: vec![&pod.name],
                            complaint,
                        });
                    }
                }
            }
        }
    }
    let reason = found.iter().map(|found| found.reason).min()?;
    let messages: Vec<String> = found.iter().map(|found| said(found, view, rendered)).collect();
    Some(Problem { reason, message: messages.join("; ") })
}

fn of_lack(role: Role, lack: &LackOfPods) -> Found<'_> {
    let (reason, message) = match &lack.refusal {
        Some(words) => (Reason::CreationError, words.as_str()),
        None => (Reason::PodsMissing, "the Job controller has made no more of them, and does not say why"),
    };
    Found { role, reason, pods: Vec::new(), complaint: Complaint { reason, container: None, message } }
}

fn complaints(pod: &PodState) -> Vec<Complaint<'_>> {
    let unschedulable = pod.unschedulable.as_deref().map(|message| Complaint {
        reason: Reason::SchedulingError,
        container: None,
        message,
    });
    let troubles = pod.troubles.iter().map(|trouble| Complaint {
        reason: trouble.reason,
        container: Some((&trouble.container, trouble.init)),
        message: &trouble.message,
    });
    unschedulable.into_iter().chain(troubles).collect()
}

fn said(found: &Found<'_>, view: &View, rendered: Option<&Rendered>) -> String {
    let Found { role, pods, complaint, .. } = found;
    let mut text = match pods.as_slice() {
        [] => lack_of_pods(view, *role, found.reason),
        [pod] => format!("pod {pod}"),
        pods if pods.len() <= NAMED => format!("pods {}", pods.join(", ")),
        pods => format!("pods {} and {} more", pods[..NAMED].join(", "), pods.len() - NAMED),
    };
    if let Some((container, init)) = complaint.container {
        let kind = if init { "init container" } else { "container" };
        text = format!("{text}, {kind} {container}");
    }
    text = format!("{text}: {}", complaint.message);
    let template = rendered.and_then(|rendered| {
        let (_, job) = rendered.jobs.iter().find(|(of, _)| of == role)?;
        let (_, origins) = rendered.origins.iter().find(|(of, _)| of == role)?;
        Some((job.pointer("/spec/template")?, origins))
    });
    if let Some((template, origins)) = template
        && let Some(path) = asked_for(complaint, template)
    {
        text = format!("{text} [{path} is set by {}]", origins.layer_of(&path));
    }
    text
}

/// How many pods there are, and that more cannot be created.
fn lack_of_pods(view: &View, role: Role, reason: Reason) -> String {
    let job = view.own_job(role);
    let wanted = job.map_or(0, |job| job.parallelism);
    let there = job.and_then(|job| job.lacks_pods.as_ref()).map_or(0, |lack| lack.there);
    match reason {
        Reason::CreationError if there == 0 => format!("{role} pods cannot be created"),
        Reason::CreationError => {
            format!("{there} of {wanted} {role} pods are there; the others cannot be created")
        }
        _ => format!("{there} of {wanted} {role} pods are there"),
    }
}
