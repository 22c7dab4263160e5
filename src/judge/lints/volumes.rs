//! Volumes that do not do what they seem to.

use super::mounted::{containers, mounts};
use crate::{
    diagnostic::{Code, Diagnostic},
    judge::{Subject, at::At},
    role::Role,
};

/// Judges the volumes of the pod.
pub(super) fn judge(subject: &Subject<'_>, spec: &At<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for volume in spec.items("volumes") {
        let name = volume.text("name");
        if !is_used(spec, name) {
            let message = format!("mount volume \"{name}\" in a container, or remove it: nobody uses it");
            found.push(Diagnostic::warning(Code::UnusedVolume, message).at(volume.path.clone()));
        }
        if volume.names() == ["name"] {
            let message =
                format!("give volume \"{name}\" a source: without one it is an emptyDir, which begins empty");
            found.push(Diagnostic::warning(Code::VolumeWithoutSource, message).at(volume.path.clone()));
        }
        if subject.role == Role::Worker && subject.replicas > 1 && seems_shared(spec, &volume) {
            let message = format!(
                "use a claim in place of emptyDir for volume \"{name}\": each worker pod has an emptyDir of its own"
            );
            let help = "Containers of one pod share an emptyDir, pods do not. Workers share files through a \
                        persistentVolumeClaim with access mode ReadWriteMany.";
            found.push(
                Diagnostic::warning(Code::EmptydirPerPod, message).at(volume.field("emptyDir")).help(help),
            );
        }
    }
    found
}

fn is_used(spec: &At<'_>, name: &str) -> bool {
    let reads_file = |container: &At<'_>| {
        container.items("env").iter().any(|variable| {
            let file = variable.get("valueFrom").and_then(|source| source.get("fileKeyRef"));
            file.is_some_and(|file| file.str("volumeName") == Some(name))
        })
    };
    let is_device = |container: &At<'_>| {
        container.items("volumeDevices").iter().any(|device| device.str("name") == Some(name))
    };
    !mounts(spec, name).is_empty()
        || containers(spec).iter().any(|container| is_device(container) || reads_file(container))
}

/// An emptyDir in one container only, with a name or a place that speaks of sharing.
fn seems_shared(spec: &At<'_>, volume: &At<'_>) -> bool {
    let mounts = mounts(spec, volume.text("name"));
    let speaks = |text: &str| {
        text.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "shared")
    };
    volume.has("emptyDir")
        && mounts.len() == 1
        && (speaks(volume.text("name"))
            || mounts.iter().any(|mounted| speaks(mounted.mount.text("mountPath"))))
}
