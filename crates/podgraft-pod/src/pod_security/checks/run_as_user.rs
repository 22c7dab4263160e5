//! `runAsUser`: nobody asks for root by number.

use super::super::{
    inspected_pod::InspectedPod,
    offending_field::{OffendingField, is_zero},
};

/// The user must not be 0.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_runAsUser.go`, `runAsUser1_23`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let demand = "remove securityContext.runAsUser 0, or name a user that is not root";
    pod.security_context_parts("runAsUser")
        .filter(|(_, user)| is_zero(user.value))
        .map(|(subject, user)| OffendingField::unset(user.path, subject, demand.to_owned()))
        .collect()
}

/// The same, but where the pod has a user namespace of its own.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_runAsUser.go`, `runAsUser1_35`.
pub(in super::super) fn judge_1_35(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    pod.unless_user_namespace(judge)
}
