//! `privileged`: privileged containers are the node's root.

use super::super::{inspected_pod::InspectedPod, offending_field::OffendingField};
use super::set_in_containers;

/// A container must not be privileged.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_privileged.go`, `privileged_1_0`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let demand = "set securityContext.privileged to false";
    set_in_containers(pod, "privileged", false, demand, |context| {
        context.is_some_and(|context| context.is_true("privileged"))
    })
}
