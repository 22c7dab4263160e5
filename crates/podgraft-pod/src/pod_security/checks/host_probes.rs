//! `hostProbesAndHostLifecycle`: the kubelet, which is on the node, asks the pod itself and nobody else.

use super::super::{
    inspected_pod::InspectedPod,
    offending_field::{OffendingField, Subject, quoted},
};

/// The handlers of a container that the kubelet calls.
const HANDLERS: [&[&str]; 5] = [
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

/// No handler may name a host.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_hostProbesAndhostLifecycle.go`,
/// `hostProbesAndHostLifecycleV1Dot34`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let mut found = Vec::new();
    for container in pod.containers() {
        for way in HANDLERS {
            let handler = way.iter().try_fold(container.clone(), |here, name| here.get(name));
            let Some(handler) = handler else { continue };
            for action in ["httpGet", "tcpSocket"] {
                let Some(call) = handler.get(action).filter(|call| !call.text("host").is_empty()) else {
                    continue;
                };
                let place = way.join(".");
                let demand = format!("remove host {} of {place}.{action}", quoted(call.text("host")));
                found.push(OffendingField::unset(call.field("host"), Subject::container(container), demand));
            }
        }
    }
    found
}
