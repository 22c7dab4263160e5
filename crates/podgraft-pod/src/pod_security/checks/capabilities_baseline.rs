//! `capabilities_baseline`: no capability beyond those that containers have by default.

use serde_json::Value;

use super::super::{
    inspected_pod::InspectedPod,
    offending_field::{OffendingField, Subject, quoted},
};
use crate::cursor::Cursor;

/// The capabilities that a container has by default in a runtime, but for `NET_RAW`.
const ALLOWED: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// No container may add another.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_capabilities_baseline.go`, `capabilitiesBaseline_1_0`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let capabilities = pod.with_security_context_part("capabilities");
    let found = capabilities.filter_map(|(container, capabilities)| {
        added(&capabilities?, Subject::container(container), &ALLOWED)
    });
    found.collect()
}

/// The list `add` of capabilities, where it has one that is not allowed.
pub(super) fn added(capabilities: &Cursor<'_>, subject: Subject, allowed: &[&str]) -> Option<OffendingField> {
    /// A message names no more.
    const NAMED: usize = 8;
    let names: Vec<&str> =
        capabilities.items("add").iter().map(|item| item.value.as_str().unwrap_or_default()).collect();
    let (allowed, others): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| allowed.contains(name));
    if others.is_empty() {
        return None;
    }
    let more =
        if others.len() > NAMED { format!(" and {} more", others.len() - NAMED) } else { String::new() };
    let named = others.iter().take(NAMED).map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let demand = format!("remove {named}{more} from securityContext.capabilities.add");
    let allowed: Vec<Value> = allowed.into_iter().map(Value::from).collect();
    Some(OffendingField::set(capabilities.field("add"), subject, demand, allowed))
}
