//! `procMount` and `procMount_restricted`: `/proc` stays masked.

use super::super::{
    inspected_pod::InspectedPod,
    offending_field::{OffendingField, Subject, quoted},
};

/// A container must have the masks of `/proc` that it has by default.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_procMount_baseline.go`, `procMount_1_0`, which
/// `policy/check_procMount_restricted.go` uses too.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let mounts = pod.with_security_context_part("procMount");
    let found = mounts.filter_map(|(container, mount)| {
        let mount = mount.filter(|mount| mount.value != "Default")?;
        let written = quoted(mount.value.as_str().unwrap_or_default());
        let demand = format!("set securityContext.procMount to Default, not {written}");
        Some(OffendingField::set(mount.path, Subject::container(container), demand, "Default"))
    });
    found.collect()
}

/// The same, but where the pod has a user namespace of its own.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_procMount_baseline.go`, `procMount1_35baseline`.
pub(in super::super) fn judge_1_35(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    pod.unless_user_namespace(judge)
}
