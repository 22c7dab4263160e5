//! `sysctls`: only kernel settings that are the pod's own.

use serde_json::Value;

use super::super::{
    inspected_pod::InspectedPod,
    mend::Mend,
    offending_field::{OffendingField, Subject, quoted},
};

/// The sysctls that are safe, and from which minor version on they count as such.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_sysctls.go`, `sysctlsAllowedV1Dot0` to `sysctlsAllowedV1Dot37`.
const SAFE: [(&str, u64); 14] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_notsent_lowat", 37),
];

/// Every sysctl must be one that was safe in this minor version.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_sysctls.go`, `sysctls`.
pub(in super::super) fn judge<const MINOR: u64>(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let Some(context) = pod.spec.get("securityContext") else { return Vec::new() };
    let is_safe = |name: &str| SAFE.iter().any(|(safe, since)| *safe == name && *since <= MINOR);
    let (safe, others): (Vec<_>, Vec<_>) =
        context.items("sysctls").into_iter().partition(|sysctl| is_safe(sysctl.text("name")));
    // The list is replaced as a whole, so that one change mends all of it.
    let safe: Vec<Value> = safe.into_iter().map(|sysctl| sysctl.value.clone()).collect();
    let mut mend = vec![Mend::set(context.field("sysctls"), safe)];
    let offending = others.into_iter().map(|sysctl| {
        let demand = format!("remove sysctl {}", quoted(sysctl.text("name")));
        OffendingField { path: sysctl.path, subject: Subject::Pod, demand, mend: std::mem::take(&mut mend) }
    });
    offending.collect()
}
