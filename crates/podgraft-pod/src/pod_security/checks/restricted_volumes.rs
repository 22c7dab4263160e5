//! `restrictedVolumes`: only sources of volumes that are the cluster's to give.

use serde_json::json;

use super::super::{
    inspected_pod::InspectedPod,
    mend::Mend,
    offending_field::{OffendingField, Subject},
};
use crate::cursor::Cursor;

/// The sources that a volume may have; one that has one of them passes, whatever else it has.
const ALLOWED: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Every volume must have a source that is allowed.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_restrictedVolumes.go`, `restrictedVolumes_1_0`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let is_allowed = |volume: &Cursor<'_>| ALLOWED.iter().any(|source| volume.has(source));
    let volumes = pod.spec.items("volumes").into_iter().filter(|volume| !is_allowed(volume));
    volumes.map(|volume| offence(&volume)).collect()
}

fn offence(volume: &Cursor<'_>) -> OffendingField {
    let allowed = ALLOWED.join(", ");
    let source = volume.names().into_iter().find(|name| *name != "name");
    let (path, demand) = match source {
        Some(source) => (volume.field(source), format!("replace {source} by one of {allowed}")),
        None => (volume.path.clone(), format!("add a source: one of {allowed}")),
    };
    let subject = Subject::Volume(volume.text("name").to_owned());
    OffendingField::unset(path, subject, demand).mended_by(Mend::set(volume.field("emptyDir"), json!({})))
}
