//! `seccompProfile_baseline`: nobody turns seccomp off.

use std::collections::HashSet;

use super::super::{
    inspected_pod::InspectedPod,
    offending_field::{OffendingField, Subject, quoted},
};
use crate::cursor::Cursor;

/// The annotation of the pod, which Kubernetes read until 1.27.
const OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";

/// What the annotation of each container begins with.
const OF_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// The annotations of the pod and of containers that it has must be the runtime's profile or one of the node.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_seccompProfile_baseline.go`, `seccompProfileBaseline_1_0`.
pub(in super::super) fn judge_annotations(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let containers: HashSet<&str> = pod.containers().iter().map(|container| container.text("name")).collect();
    let is_read = |key: &str| {
        key == OF_POD || key.strip_prefix(OF_CONTAINER).is_some_and(|name| containers.contains(name))
    };
    let is_valid = |value: &str| {
        matches!(value, "runtime/default" | "docker/default") || value.starts_with("localhost/")
    };
    let annotations = pod.annotations().filter(|(key, _, value)| is_read(key) && !is_valid(value));
    let found = annotations.map(|(key, path, value)| {
        let demand = format!(
            "set annotation {} to runtime/default or localhost/PROFILE, not {}",
            quoted(key),
            quoted(value)
        );
        OffendingField::set(path, Subject::Pod, demand, "runtime/default")
    });
    found.collect()
}

/// A profile must be the runtime's or one of the node.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_seccompProfile_baseline.go`, `seccompProfileBaseline_1_19`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let profiles = pod.security_context_parts("seccompProfile").filter(|(_, profile)| !is_valid(profile));
    profiles.map(|(subject, profile)| invalid(subject, &profile)).collect()
}

/// Whether a profile is the runtime's or one of the node.
pub(super) fn is_valid(profile: &Cursor<'_>) -> bool {
    matches!(profile.text("type"), "RuntimeDefault" | "Localhost")
}

/// A profile that is neither.
fn invalid(subject: Subject, profile: &Cursor<'_>) -> OffendingField {
    let written = quoted(profile.text("type"));
    let demand =
        format!("set securityContext.seccompProfile.type to RuntimeDefault or Localhost, not {written}");
    OffendingField::set(profile.field("type"), subject, demand, "RuntimeDefault")
}
