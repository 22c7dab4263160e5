//! [`unhealthy_pods`]: why a test's pods do not run, in words, with the template field that asked for it. Pure.

use super::failure_field::{PodFailure, field_of_failure};
use crate::operator::observed::{JobProgress, Observed, PodState, pod_state::FailureReason};
use podgraft_locust::{Rendered, role::Role};

/// How many pods a message names; the rest is counted.
const NAMED: usize = 3;

/// That a role's Job has had fewer pods than it wants for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PodShortage {
    /// The role.
    pub(crate) role: Role,
    /// How many pods are there.
    pub(crate) there: usize,
    /// Why the Job controller cannot create more, in its own words, where it has said so.
    pub(crate) refusal: Option<String>,
}

/// Why pods do not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnhealthyPods {
    /// The gravest reason.
    pub(super) reason: FailureReason,
    /// In words: which pods, what the cluster says, which field asked for it.
    pub(super) message: String,
}

/// A failure that several pods of a role may have.
struct FailureGroup<'v> {
    role: Role,
    reason: FailureReason,
    pods: Vec<&'v str>,
    failure: PodFailure<'v>,
}

/// Why the test's pods do not run; `None` when nothing keeps them from it. `rendered` is what they were
/// made of, where that is known.
pub(super) fn unhealthy_pods(
    observed: &Observed,
    shortages: &[PodShortage],
    rendered: Option<&Rendered>,
) -> Option<UnhealthyPods> {
    let mut found: Vec<FailureGroup<'_>> = Vec::new();
    for role in Role::ALL {
        let Some(job) = observed.own_job(role).filter(|job| job.progress != JobProgress::Complete) else {
            continue;
        };
        let shortage = shortages.iter().find(|shortage| shortage.role == role);
        found.extend(shortage.map(failure_of_shortage));
        // A pod that failed is replaced while its Job goes on, and one that succeeded has no failures.
        let has_failed = job.progress == JobProgress::Failed;
        let counts = |pod: &&PodState| {
            pod.job.as_ref() == Some(&job.object.uid)
                && !pod.deleting
                && match pod.phase.as_str() {
                    "Succeeded" => false,
                    "Failed" => has_failed,
                    _ => true,
                }
        };
        for pod in observed.pods.iter().filter(counts) {
            for failure in failures_of(pod) {
                let same = |other: &&mut FailureGroup<'_>| {
                    other.role == role
                        && other.reason == failure.reason
                        && other.failure.container == failure.container
                };
                match found.iter_mut().find(same) {
                    Some(same) => same.pods.push(&pod.name),
                    None => {
                        found.push(FailureGroup {
                            role,
                            reason: failure.reason,
                            pods: vec![&pod.name],
                            failure,
                        });
                    }
                }
            }
        }
    }
    let reason = found.iter().map(|found| found.reason).min()?;
    let messages: Vec<String> =
        found.iter().map(|found| message_of(found, observed, shortages, rendered)).collect();
    Some(UnhealthyPods { reason, message: messages.join("; ") })
}

fn failure_of_shortage(shortage: &PodShortage) -> FailureGroup<'_> {
    let (reason, message) = match &shortage.refusal {
        Some(words) => (FailureReason::CreationError, words.as_str()),
        None => {
            (FailureReason::PodsMissing, "the Job controller has made no more of them, and does not say why")
        }
    };
    FailureGroup {
        role: shortage.role,
        reason,
        pods: Vec::new(),
        failure: PodFailure { reason, container: None, message },
    }
}

fn failures_of(pod: &PodState) -> Vec<PodFailure<'_>> {
    let unschedulable = pod.unschedulable.as_deref().map(|message| PodFailure {
        reason: FailureReason::SchedulingError,
        container: None,
        message,
    });
    let failures = pod.failures.iter().map(|container_failure| PodFailure {
        reason: container_failure.reason,
        container: Some((&container_failure.container, container_failure.init)),
        message: &container_failure.message,
    });
    unschedulable.into_iter().chain(failures).collect()
}

fn message_of(
    found: &FailureGroup<'_>,
    observed: &Observed,
    shortages: &[PodShortage],
    rendered: Option<&Rendered>,
) -> String {
    let FailureGroup { role, pods, failure, .. } = found;
    let mut text = match pods.as_slice() {
        [] => message_of_shortage(observed, shortages, *role, found.reason),
        [pod] => format!("pod {pod}"),
        pods if pods.len() <= NAMED => format!("pods {}", pods.join(", ")),
        pods => format!("pods {} and {} more", pods[..NAMED].join(", "), pods.len() - NAMED),
    };
    if let Some((container, init)) = failure.container {
        let kind = if init { "init container" } else { "container" };
        text = format!("{text}, {kind} {container}");
    }
    text = format!("{text}: {}", failure.message);
    let template = rendered.and_then(|rendered| {
        let job = rendered.by_role.as_ref()?.get(*role);
        Some((job.pod_template()?, &job.origins))
    });
    if let Some((template, origins)) = template
        && let Some(path) = field_of_failure(failure, template)
    {
        text = match origins.layer_of(&path, template) {
            Some(layer) => format!("{text} [{path} is set by {layer}]"),
            None => format!("{text} [{path} is not set]"),
        };
    }
    text
}

/// How many pods there are, and that more cannot be created.
fn message_of_shortage(
    observed: &Observed,
    shortages: &[PodShortage],
    role: Role,
    reason: FailureReason,
) -> String {
    let wanted = observed.own_job(role).map_or(0, |job| job.parallelism);
    let there = shortages.iter().find(|shortage| shortage.role == role).map_or(0, |shortage| shortage.there);
    match reason {
        FailureReason::CreationError if there == 0 => format!("{role} pods cannot be created"),
        FailureReason::CreationError => {
            format!("{there} of {wanted} {role} pods are there; the others cannot be created")
        }
        _ => format!("{there} of {wanted} {role} pods are there"),
    }
}
