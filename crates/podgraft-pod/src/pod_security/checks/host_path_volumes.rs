//! `hostPathVolumes`: no folder of the node is mounted.

use serde_json::json;

use super::super::{
    inspected_pod::InspectedPod,
    mend::Mend,
    offending_field::{OffendingField, Subject},
};

/// No volume may be a path of the node.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_hostPathVolumes.go`, `hostPathVolumes_1_0`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let demand = "replace hostPath by another source, such as emptyDir or persistentVolumeClaim";
    let volumes = pod.spec.items("volumes").into_iter().filter(|volume| volume.has("hostPath"));
    let found = volumes.map(|volume| {
        let subject = Subject::Volume(volume.text("name").to_owned());
        OffendingField::unset(volume.field("hostPath"), subject, demand.to_owned())
            .mended_by(Mend::set(volume.field("emptyDir"), json!({})))
    });
    found.collect()
}
