//! [`PodState`]: what matters of a pod.

use k8s_openapi::{
    api::core::v1::{ContainerStatus, Pod},
    apimachinery::pkg::apis::meta::v1::Time,
    jiff::Timestamp,
};
use kube::ResourceExt;

use podgraft_locust::names;

/// What matters of a pod.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PodState {
    /// Its name.
    pub(crate) name: String,
    /// The value of the label that says which role of which test it is.
    pub(crate) pod_label: String,
    /// The UID of the Job that owns it.
    pub(crate) job: Option<String>,
    /// `status.phase`.
    pub(crate) phase: String,
    /// Whether it is being deleted.
    pub(crate) deleting: bool,
    /// When it was created.
    pub(crate) created: Option<Timestamp>,
    /// Why it is not scheduled, in the scheduler's words.
    pub(crate) unschedulable: Option<String>,
    /// What keeps its containers from running, init containers first.
    pub(crate) failures: Vec<ContainerFailure>,
}

/// The public operator's reasons of the condition `PodsHealthy`, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FailureReason {
    /// A container's `ConfigMap`, Secret or field is missing.
    ConfigurationError,
    /// An image cannot be pulled.
    ImagePullError,
    /// No node takes the pod.
    SchedulingError,
    /// The Job controller cannot create the pod: quota, Pod Security, service account.
    CreationError,
    /// There are fewer pods than wanted, and nobody says why.
    PodsMissing,
    /// A container ends again and again, or ended badly.
    CrashLoopBackOff,
    /// An init container ended badly.
    InitializationError,
}

impl FailureReason {
    /// As it is written in a condition.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ConfigurationError => "ConfigurationError",
            Self::ImagePullError => "ImagePullError",
            Self::SchedulingError => "SchedulingError",
            Self::CreationError => "CreationError",
            Self::PodsMissing => "PodsMissing",
            Self::CrashLoopBackOff => "CrashLoopBackOff",
            Self::InitializationError => "InitializationError",
        }
    }
}

/// What keeps a container from running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContainerFailure {
    /// What kind of failure.
    pub(crate) reason: FailureReason,
    /// The container.
    pub(crate) container: String,
    /// Whether it is an init container.
    pub(crate) init: bool,
    /// The kubelet's words.
    pub(crate) message: String,
}

impl PodState {
    /// What matters of `pod`.
    pub(crate) fn from_pod(pod: &Pod) -> Self {
        let status = pod.status.as_ref();
        let conditions = status.and_then(|status| status.conditions.as_ref());
        let unschedulable = conditions.into_iter().flatten().find_map(|condition| {
            let refused = condition.type_ == "PodScheduled" && condition.status == "False";
            // A gate is somebody's wish, and is waited for.
            let gated = condition.reason.as_deref() == Some("SchedulingGated");
            (refused && !gated)
                .then(|| condition.message.clone().unwrap_or_else(|| "no node takes it".to_owned()))
        });
        let statuses = |init: bool| {
            let statuses = status.and_then(|status| {
                if init {
                    status.init_container_statuses.as_ref()
                } else {
                    status.container_statuses.as_ref()
                }
            });
            statuses.into_iter().flatten().filter_map(move |one| container_failure(one, init))
        };
        let owner = pod.owner_references().iter().find(|owner| owner.controller == Some(true));
        Self {
            name: pod.name_any(),
            pod_label: pod.labels().get(names::POD_LABEL).cloned().unwrap_or_default(),
            job: owner.filter(|owner| owner.kind == "Job").map(|owner| owner.uid.clone()),
            phase: status.and_then(|status| status.phase.clone()).unwrap_or_default(),
            deleting: pod.metadata.deletion_timestamp.is_some(),
            created: pod.metadata.creation_timestamp.as_ref().map(|Time(time)| *time),
            unschedulable,
            failures: statuses(true).chain(statuses(false)).collect(),
        }
    }

    /// Whether its containers have ended for good.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.phase.as_str(), "Succeeded" | "Failed")
    }
}

fn container_failure(status: &ContainerStatus, init: bool) -> Option<ContainerFailure> {
    let state = status.state.as_ref()?;
    let found = |reason, message: String| {
        Some(ContainerFailure { reason, container: status.name.clone(), init, message })
    };
    if let Some(waiting) = &state.waiting {
        let why = waiting.reason.as_deref().unwrap_or_default();
        let reason = match why {
            "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
                FailureReason::ConfigurationError
            }
            why if why.contains("ImagePull") || why == "InvalidImageName" || why == "ErrImageNeverPull" => {
                FailureReason::ImagePullError
            }
            "CrashLoopBackOff" => FailureReason::CrashLoopBackOff,
            _ => return None,
        };
        return found(reason, text(why, waiting.message.as_deref()));
    }
    let ended = state.terminated.as_ref().filter(|ended| ended.exit_code != 0)?;
    let reason = if init { FailureReason::InitializationError } else { FailureReason::CrashLoopBackOff };
    let how = format!("exited with {}", ended.exit_code);
    let why = ended.reason.as_deref().filter(|reason| *reason != "Error");
    let how = why.map_or(how.clone(), |why| format!("{how} ({why})"));
    found(reason, text(&how, ended.message.as_deref()))
}

fn text(what: &str, message: Option<&str>) -> String {
    match message.map(str::trim) {
        Some(message) if !message.is_empty() => format!("{what}: {message}"),
        _ => what.to_owned(),
    }
}
