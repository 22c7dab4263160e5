//! Pod Security Standards: which checks of a level and version a pod violates, as the API server's `PodSecurity`
//! admission judges it.
//!
//! The API server enforces a namespace's level on pods only, when it is too late to tell the author of what makes them.
//! [`violations`] judges a pod template before there is a pod, and says of each violation which fields are to blame and
//! what to write instead; [`PodSecurity`](crate::graft::PodSecurity) is the same as a rule of a graft, which knows the layers.
//!
//! ```
//! use podgraft_merge::work::Work;
//! use podgraft_pod::pod_security::{PodSecurityStandard, violations};
//! use serde_json::json;
//!
//! let pod = json!({"spec": {"hostNetwork": true, "containers": [{"name": "a", "image": "a"}]}});
//! let standard: PodSecurityStandard = "baseline:v1.30".parse()?;
//! let found = violations(&pod, standard, &Work::unlimited());
//! assert_eq!(found[0].check, "hostNamespaces");
//! assert_eq!(found[0].message(), "set hostNetwork to false in the pod");
//! # Ok::<(), String>(())
//! ```

mod check;
mod checks;
mod demand;
mod enforcement;
mod inspected_pod;
mod mend;
mod offending_field;
mod standard;
mod violation;
mod workload;

#[cfg(test)]
mod tests;

use podgraft_merge::{diagnostic::Diagnostic, work::Work};
use serde_json::Value;

use crate::codes;

use self::inspected_pod::InspectedPod;
pub use self::{
    demand::PodSecurityDemand,
    enforcement::{ENFORCE_LABEL, ENFORCE_VERSION_LABEL, Enforcement, InvalidLabel},
    offending_field::{OffendingField, Subject},
    standard::{PodSecurityLevel, PodSecurityStandard, PolicyVersion},
    violation::PodSecurityViolation,
    workload::PodSource,
};

/// The checks of a standard that a pod violates; none when the pod is allowed. `pod` has `metadata` and `spec`: a pod, or
/// the template of one. The checks are in the order in which the API server names them. What cannot be decoded as a pod
/// is not judged: a field of a wrong type counts as absent.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/registry.go`, `EvaluatePod` and `populate`.
#[must_use]
pub fn violations(pod: &Value, standard: PodSecurityStandard, work: &Work) -> Vec<PodSecurityViolation> {
    let pod = InspectedPod::new(pod, work);
    let judged = check::applicable(standard).filter_map(|(check, judge)| {
        let fields = judge(&pod);
        (!fields.is_empty()).then_some(PodSecurityViolation { check: check.id, fields })
    });
    judged.collect()
}

/// A warning that the API server may know more checks of a standard than are known here.
#[must_use]
pub fn unknown_version(standard: PodSecurityStandard) -> Option<Diagnostic> {
    let PodSecurityStandard { level, version } = standard;
    (level > PodSecurityLevel::Privileged && version.is_unknown()).then(|| {
        let newest = PolicyVersion::newest();
        let message = format!(
            "use a newer podgraft, or take {newest}: this one knows no Pod Security {version}, and judges by {newest}"
        );
        Diagnostic::warning(codes::POD_SECURITY_VERSION, message)
    })
}

/// The ids of all checks, in the order in which the API server names them.
pub fn check_ids() -> impl Iterator<Item = &'static str> {
    check::TABLE.iter().map(|check| check.id)
}
