//! `allowPrivilegeEscalation`: programs in containers gain no rights, as by set-user-ID.

use serde_json::Value;

use super::super::{inspected_pod::InspectedPod, offending_field::OffendingField};
use super::set_in_containers;

/// Every container must forbid it.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_allowPrivilegeEscalation.go`, `allowPrivilegeEscalation_1_8`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let demand = "set securityContext.allowPrivilegeEscalation to false";
    set_in_containers(pod, "allowPrivilegeEscalation", false, demand, |context| {
        let value = context.and_then(|context| context.value.get("allowPrivilegeEscalation"));
        value.and_then(Value::as_bool) != Some(false)
    })
}

/// The same, but for Windows, where nothing can be set.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_allowPrivilegeEscalation.go`, `allowPrivilegeEscalation_1_25`.
pub(in super::super) fn judge_1_25(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    pod.unless_for_windows(judge)
}
