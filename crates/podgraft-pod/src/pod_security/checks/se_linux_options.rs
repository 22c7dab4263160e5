//! `seLinuxOptions`: containers have the `SELinux` types of containers.

use super::super::{
    inspected_pod::InspectedPod,
    offending_field::{OffendingField, quoted},
};

/// The type must be one of containers, and user and role must not be set.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_seLinuxOptions.go`, `seLinuxOptions1_0`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    offences(pod, &["container_t", "container_init_t", "container_kvm_t"])
}

/// The same with the type of container engines.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_seLinuxOptions.go`, `seLinuxOptions1_31`.
pub(in super::super) fn judge_1_31(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    offences(pod, &["container_t", "container_init_t", "container_kvm_t", "container_engine_t"])
}

fn offences(pod: &InspectedPod<'_>, types: &[&str]) -> Vec<OffendingField> {
    let mut found = Vec::new();
    for (subject, options) in pod.security_context_parts("seLinuxOptions") {
        let of_type = options.text("type");
        if !of_type.is_empty() && !types.contains(&of_type) {
            let demand = format!(
                "remove securityContext.seLinuxOptions.type {}, or set it to one of {}",
                quoted(of_type),
                types.join(", ")
            );
            found.push(OffendingField::unset(options.field("type"), subject.clone(), demand));
        }
        for name in ["user", "role"].into_iter().filter(|name| !options.text(name).is_empty()) {
            let demand = format!("remove securityContext.seLinuxOptions.{name}");
            found.push(OffendingField::unset(options.field(name), subject.clone(), demand));
        }
    }
    found
}
