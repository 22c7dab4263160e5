//! [`problem`]: why a test's pods do not run, in words, with the template field that asked for it. Pure.

use super::{
    asked::{Complaint, asked_for},
    pods::{PodState, Reason},
    view::{Progress, View},
};
use crate::{
    locust::{Rendered, base},
    role::Role,
};

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
        let job = view.job(role);
        if let Some(message) = job.and_then(|job| job.cannot_create.as_deref()) {
            let complaint = Complaint { reason: Reason::CreationError, container: None, message };
            found.push(Found { role, reason: Reason::CreationError, pods: Vec::new(), complaint });
        }
        if job.is_some_and(|job| job.progress == Progress::Complete) {
            continue;
        }
        let label = base::generated_name_of(view.name(), role);
        for pod in view.pods.iter().filter(|pod| pod.pod_label == label && !pod.deleting) {
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
    let messages: Vec<String> = found.iter().map(|found| said(found, rendered)).collect();
    Some(Problem { reason, message: messages.join("; ") })
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

fn said(found: &Found<'_>, rendered: Option<&Rendered>) -> String {
    let Found { role, pods, complaint, .. } = found;
    let mut text = match pods.as_slice() {
        [] => format!("{role} pods cannot be created"),
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
