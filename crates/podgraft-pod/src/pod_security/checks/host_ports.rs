//! `hostPorts`: no port of the node is the pod's.

use super::super::{
    inspected_pod::InspectedPod,
    offending_field::{OffendingField, Subject, is_zero},
};

/// No port may name one of the node's; 0 names none.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_hostPorts.go`, `hostPorts_1_0`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let mut found = Vec::new();
    for container in pod.containers() {
        for port in container.items("ports") {
            let Some(host) =
                port.get("hostPort").filter(|host| host.value.is_number() && !is_zero(host.value))
            else {
                continue;
            };
            let demand = format!("remove hostPort {}", host.value);
            found.push(OffendingField::unset(host.path, Subject::container(container), demand));
        }
    }
    found
}
