//! `capabilities_restricted`: no capability at all, but for ports below 1024.

use serde_json::json;

use super::super::{
    inspected_pod::InspectedPod,
    offending_field::{OffendingField, Subject},
};
use super::capabilities_baseline::added;

/// The one that may be added.
const ALLOWED: [&str; 1] = ["NET_BIND_SERVICE"];

/// Every container must drop all capabilities, and may only add that of binding low ports.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_capabilities_restricted.go`, `capabilitiesRestricted_1_22`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let mut found = Vec::new();
    for (container, capabilities) in pod.with_security_context_part("capabilities") {
        let drops_all = capabilities
            .as_ref()
            .is_some_and(|capabilities| capabilities.items("drop").iter().any(|item| item.value == "ALL"));
        if !drops_all {
            let path = container.path.field("securityContext").field("capabilities").field("drop");
            let demand = "set securityContext.capabilities.drop to [\"ALL\"]".to_owned();
            found.push(OffendingField::set(path, Subject::container(container), demand, json!(["ALL"])));
        }
        found.extend(capabilities.and_then(|of| added(&of, Subject::container(container), &ALLOWED)));
    }
    found
}

/// The same, but for Windows, which has no capabilities.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_capabilities_restricted.go`, `capabilitiesRestricted_1_25`.
pub(in super::super) fn judge_1_25(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    pod.unless_for_windows(judge)
}
