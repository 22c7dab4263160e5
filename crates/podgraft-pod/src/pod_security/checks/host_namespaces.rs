//! `hostNamespaces`: the pod has its own network, processes and shared memory.

use super::super::{
    inspected_pod::InspectedPod,
    offending_field::{OffendingField, Subject},
};

/// None of the node's namespaces may be the pod's.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_hostNamespaces.go`, `hostNamespaces_1_0`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let shared = ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|name| pod.spec.is_true(name));
    let found = shared.map(|name| {
        OffendingField::set(pod.spec.field(name), Subject::Pod, format!("set {name} to false"), false)
    });
    found.collect()
}
