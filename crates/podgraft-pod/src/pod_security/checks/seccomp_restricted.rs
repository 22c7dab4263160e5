//! `seccompProfile_restricted`: every container has a seccomp profile.

use podgraft_merge::path::FieldPath;

use super::super::{
    inspected_pod::InspectedPod,
    mend::Mend,
    offending_field::{OffendingField, Subject},
};
use super::seccomp_baseline::{self, is_valid};

/// Every container must have the runtime's profile or one of the node, by itself or by the pod. The library names
/// containers without one only where nobody has a wrong one; here both are named, for both have to be mended.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_seccompProfile_restricted.go`, `seccompProfileRestricted_1_19`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let mut found = seccomp_baseline::judge(pod);
    let of_pod = pod.spec.get("securityContext").and_then(|context| context.get("seccompProfile"));
    if of_pod.is_some_and(|profile| is_valid(&profile)) {
        return found;
    }
    let without = pod.with_security_context_part("seccompProfile").filter(|(_, profile)| profile.is_none());
    found.extend(without.map(|(container, _)| {
        let path = container.path.field("securityContext").field("seccompProfile").field("type");
        let in_pod = FieldPath::fields(["spec", "securityContext", "seccompProfile", "type"]);
        let demand = "set securityContext.seccompProfile.type to RuntimeDefault or Localhost in the pod, or";
        OffendingField::set(path, Subject::container(container), demand.to_owned(), "RuntimeDefault")
            .mended_by(Mend::set(in_pod, "RuntimeDefault"))
    }));
    found
}

/// The same, but for Windows, which has no seccomp.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_seccompProfile_restricted.go`, `seccompProfileRestricted_1_25`.
pub(in super::super) fn judge_1_25(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    pod.unless_for_windows(judge)
}
