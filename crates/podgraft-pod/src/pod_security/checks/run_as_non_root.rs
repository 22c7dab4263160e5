//! `runAsNonRoot`: the kubelet starts no container as root.

use podgraft_merge::path::FieldPath;
use serde_json::Value;

use super::super::{
    inspected_pod::InspectedPod,
    mend::Mend,
    offending_field::{OffendingField, Subject},
};

/// Every container must demand it, by itself or by the pod, and nobody may say otherwise. The library names containers
/// that say nothing only where nobody says otherwise; here both are named, for both have to be mended.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_runAsNonRoot.go`, `runAsNonRoot1_0`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let demand = || "set securityContext.runAsNonRoot to true".to_owned();
    let of_pod = pod.spec.get("securityContext").and_then(|context| context.get("runAsNonRoot"));
    let pod_says = of_pod.as_ref().and_then(|value| value.value.as_bool());
    let mut found = Vec::new();
    if let Some(value) = of_pod.filter(|_| pod_says == Some(false)) {
        found.push(OffendingField::set(value.path, Subject::Pod, demand(), true));
    }
    for (container, value) in pod.with_security_context_part("runAsNonRoot") {
        let subject = Subject::container(container);
        match value.as_ref().and_then(|value| value.value.as_bool()) {
            Some(true) => {}
            None if pod_says == Some(true) => {}
            None => {
                let path = container.path.field("securityContext").field("runAsNonRoot");
                let in_pod = FieldPath::fields(["spec", "securityContext", "runAsNonRoot"]);
                let mend = Mend::set(in_pod, Value::Bool(true));
                let demand = "set securityContext.runAsNonRoot to true in the pod, or".to_owned();
                found.push(OffendingField::set(path, subject, demand, true).mended_by(mend));
            }
            Some(false) => {
                let path = container.path.field("securityContext").field("runAsNonRoot");
                found.push(OffendingField::set(path, subject, demand(), true));
            }
        }
    }
    found
}

/// The same, but where the pod has a user namespace of its own.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_runAsNonRoot.go`, `runAsNonRoot1_35`.
pub(in super::super) fn judge_1_35(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    pod.unless_user_namespace(judge)
}
