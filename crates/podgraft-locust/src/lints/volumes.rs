//! Volumes that do not do what they seem to.

use std::collections::BTreeSet;

use podgraft_merge::diagnostic::Diagnostic;

use super::mounted::{Mounted, containers, mounts};
use crate::{codes, pod_context::PodContext, role::Role};
use podgraft_pod::cursor::Cursor;

/// Judges the volumes of the pod.
pub(super) fn judge(subject: &PodContext<'_>, spec: &Cursor<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let (mounts, used_otherwise) = (mounts(spec), used_otherwise(spec));
    for volume in spec.items("volumes") {
        let name = volume.text("name");
        let mounts = mounts.get(name).map_or(&[][..], Vec::as_slice);
        if mounts.is_empty() && !used_otherwise.contains(name) {
            let message = format!("mount volume \"{name}\" in a container, or remove it: nobody uses it");
            found.push(Diagnostic::warning(codes::UNUSED_VOLUME, message).at(volume.path.clone()));
        }
        if volume.names() == ["name"] {
            let message =
                format!("give volume \"{name}\" a source: without one it is an emptyDir, which begins empty");
            found.push(Diagnostic::warning(codes::VOLUME_WITHOUT_SOURCE, message).at(volume.path.clone()));
        }
        if subject.role == Role::Worker && subject.replicas > 1 && seems_shared(mounts, &volume) {
            let message = format!(
                "use a claim in place of emptyDir for volume \"{name}\": each worker pod has an emptyDir of its own"
            );
            let help = "Containers of one pod share an emptyDir, pods do not. Workers share files through a \
                        persistentVolumeClaim with access mode ReadWriteMany.";
            found.push(
                Diagnostic::warning(codes::EMPTYDIR_PER_POD, message).at(volume.field("emptyDir")).help(help),
            );
        }
    }
    found
}

/// The names of the volumes that containers have as devices, or read files of into variables.
fn used_otherwise<'a>(spec: &Cursor<'a>) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for container in containers(spec) {
        names.extend(container.items("volumeDevices").iter().filter_map(|device| device.str("name")));
        for variable in container.items("env") {
            let file = variable.get("valueFrom").and_then(|source| source.get("fileKeyRef"));
            names.extend(file.and_then(|file| file.str("volumeName")));
        }
    }
    names
}

/// An emptyDir in one container only, with a name or a place that speaks of sharing.
fn seems_shared(mounts: &[Mounted<'_>], volume: &Cursor<'_>) -> bool {
    let speaks = |text: &str| {
        text.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "shared")
    };
    volume.has("emptyDir")
        && mounts.len() == 1
        && (speaks(volume.text("name"))
            || mounts.iter().any(|mounted| speaks(mounted.mount.text("mountPath"))))
}
