//! `windowsHostProcess`: no container is a process of a Windows node.

use super::super::{inspected_pod::InspectedPod, offending_field::OffendingField};

/// Neither the pod nor a container may be one.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_windowsHostProcess.go`, `windowsHostProcess_1_0`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let demand = "set securityContext.windowsOptions.hostProcess to false";
    pod.security_context_parts("windowsOptions")
        .filter(|(_, options)| options.is_true("hostProcess"))
        .map(|(subject, options)| {
            OffendingField::set(options.field("hostProcess"), subject, demand.to_owned(), false)
        })
        .collect()
}
