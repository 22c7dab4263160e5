//! The volumes of the pod.

use super::{findings::Findings, formats::LABEL, volume_source};
use crate::judge::at::At;

/// Judges all volumes of a pod.
pub(super) fn judge(spec: &At<'_>, found: &mut Findings) {
    let mut names = Vec::new();
    for volume in spec.items("volumes") {
        if let Some(name) = found.required_format(&volume, "name", &LABEL) {
            if names.contains(&name) {
                found.refuse(volume.field("name"), format!("rename one of the two volumes \"{name}\""));
            }
            names.push(name);
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
            }
        }
    }
}
