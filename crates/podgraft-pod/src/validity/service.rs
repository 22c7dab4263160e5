//! Services, as far as authors write them.
//!
//! # Source
//! Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`, `ValidateService`.

use super::{
    findings::Findings,
    formats::{LABEL, QUALIFIED},
    metadata, ports,
};
use crate::cursor::Cursor;

/// The kubelet's port, which no load balancer may publish.
const KUBELET_PORT: i64 = 10250;

/// Judges the settings of a Service.
pub(super) fn judge(settings: &Cursor<'_>, found: &mut Findings) {
    metadata::labels(settings, "labels", found);
    metadata::annotations(settings, found);
    let kind = settings.str("type").unwrap_or("ClusterIP");
    for port in settings.items("ports") {
        found.format(&port, "name", &LABEL);
        found.format(&port, "appProtocol", &QUALIFIED);
        if port.has("targetPort") {
            ports::number_or_name(&port, "targetPort", found);
        }
        if kind == "ClusterIP" && port.has("nodePort") {
            let message = "remove nodePort, or set type to NodePort: a ClusterIP has no port on the nodes";
            found.refuse(port.field("nodePort"), message);
        }
        if kind == "LoadBalancer" && port.int("port") == Some(KUBELET_PORT) {
            let message =
                format!("choose another port than {KUBELET_PORT}: it is the kubelet's on every node");
            found.refuse(port.field("port"), message);
        }
    }
}
