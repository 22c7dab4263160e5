//! The volumes of the pod.

use std::collections::HashSet;

use super::{findings::Findings, formats::LABEL, volume_source};
use crate::cursor::Cursor;

/// Judges all volumes of a pod.
pub(super) fn judge(spec: &Cursor<'_>, found: &mut Findings) {
    let mut names = HashSet::new();
    for volume in spec.items("volumes") {
        if let Some(name) = found.required_format(&volume, "name", &LABEL)
            && !names.insert(name)
        {
            found.refuse(volume.field("name"), format!("rename one of the two volumes \"{name}\""));
        }
        let sources: Vec<&str> = volume.names().into_iter().filter(|name| *name != "name").collect();
        // Without a source it is an emptyDir.
        if let [keep, others @ ..] = sources.as_slice() {
            for other in others {
                let message = format!("remove {other} or {keep}: a volume has only one source");
                found.refuse(volume.field(other), message);
            }
        }
        for name in sources {
            if let Some(source) = volume.get(name) {
                volume_source::judge(name, &source, found);
                iscsi_initiator(&volume, &source, found);
            }
        }
    }
}

/// An initiator's sessions are called by the volume and the portal, in 64 characters.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`, `validateVolumeSource`.
fn iscsi_initiator(volume: &Cursor<'_>, source: &Cursor<'_>, found: &mut Findings) {
    let length = volume.text("name").len() + 1 + source.text("targetPortal").len();
    if source.has("initiatorName") && length > 64 {
        found.refuse(
            volume.field("name"),
            "shorten the volume's name or targetPortal: with initiatorName they have 63 characters together",
        );
    }
}
