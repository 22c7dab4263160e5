//! [`compared`]: a rendered test, as podgraft-pod's `OverlayDiff` compares any object.

use podgraft_merge::schema::Schema;
use podgraft_pod::{
    overlay_diff::{OtherObject, RenderedObject, RenderedPod},
    pod_role::PodRole,
};

use crate::Rendered;

/// What a change of overlays may change of a test: the pod of each role, and the Service, whose ports follow the
/// exporter of the final pod.
#[must_use]
pub fn compared(rendered: &Rendered) -> RenderedObject<'_> {
    let pods = rendered.by_role.iter().flatten().filter_map(|(role, rendered)| {
        let template = rendered.pod_template()?;
        Some(RenderedPod { role: PodRole::from(role), template, setters: &rendered.origins })
    });
    let service = rendered.service.iter().map(|service| OtherObject {
        kind: "Service",
        value: service,
        schema: Schema::for_kind("v1", "Service"),
    });
    RenderedObject { pods: pods.collect(), others: service.collect(), diagnostics: &rendered.diagnostics }
}
