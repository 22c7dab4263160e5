//! Volume mounts and devices of containers.

use std::collections::{BTreeMap, HashSet};

use super::{
    findings::Findings,
    formats::{NO_BACKSTEPS, RELATIVE_PATH},
};
use crate::cursor::Cursor;
use podgraft_merge::diagnostic::did_you_mean;

/// The volumes of a pod, by name.
pub(super) struct Volumes<'v>(BTreeMap<&'v str, &'v Cursor<'v>>);

impl<'v> Volumes<'v> {
    /// Of equal names, the first counts.
    pub(super) fn of(volumes: &'v [Cursor<'v>]) -> Self {
        let mut by_name = BTreeMap::new();
        for volume in volumes {
            by_name.entry(volume.text("name")).or_insert(volume);
        }
        Self(by_name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&'v Cursor<'v>> {
        self.0.get(name).copied()
    }

    fn names(&self) -> impl Iterator<Item = &'v str> {
        self.0.keys().copied()
    }
}

/// Judges where one container mounts the volumes of its pod.
pub(super) fn judge(container: &Cursor<'_>, volumes: &Volumes<'_>, found: &mut Findings) {
    let (mounts, devices) = (container.items("volumeMounts"), container.items("volumeDevices"));
    let mut paths = HashSet::new();
    for mount in &mounts {
        exists(mount, volumes, found);
        if let Some(path) = found.required(mount, "mountPath", "/data") {
            once(mount, "mountPath", path, &mut paths, found);
        }
        sub_paths(mount, found);
        propagation(mount, container, found);
        read_only(mount, found);
    }
    let mut names: HashSet<&str> = mounts.iter().map(|mount| mount.text("name")).collect();
    for device in &devices {
        if let Some(volume) = exists(device, volumes, found)
            && !volume.has("persistentVolumeClaim")
            && !volume.has("ephemeral")
        {
            let message =
                "mount it in volumeMounts: only persistentVolumeClaim and ephemeral volumes are devices";
            found.refuse(device.field("name"), message);
        }
        if let Some(path) = found.required_format(device, "devicePath", &NO_BACKSTEPS) {
            once(device, "devicePath", path, &mut paths, found);
        }
        let name = device.text("name");
        if !names.insert(name) {
            let message =
                format!("use volume \"{name}\" only once: it is a device here, and also used elsewhere");
            found.refuse(device.field("name"), message);
        }
    }
}

fn exists<'v>(mount: &Cursor<'_>, volumes: &Volumes<'v>, found: &mut Findings) -> Option<&'v Cursor<'v>> {
    let name = found.required(mount, "name", "data")?;
    let volume = volumes.get(name);
    if volume.is_none() {
        let near = did_you_mean(name, volumes.names());
        let message = format!("add a volume named \"{name}\" or correct the mount's name{near}");
        found.refuse(mount.field("name"), message);
    }
    volume
}

fn once<'a>(
    mount: &Cursor<'_>,
    field: &str,
    path: &'a str,
    paths: &mut HashSet<&'a str>,
    found: &mut Findings,
) {
    if !paths.insert(path) {
        found
            .refuse(mount.field(field), format!("choose another {field}: {path} is taken in this container"));
    }
}

fn sub_paths(mount: &Cursor<'_>, found: &mut Findings) {
    found.format(mount, "subPath", &RELATIVE_PATH);
    found.format(mount, "subPathExpr", &RELATIVE_PATH);
    if !mount.text("subPath").is_empty() && !mount.text("subPathExpr").is_empty() {
        found.refuse(
            mount.field("subPathExpr"),
            "remove subPath or subPathExpr: a mount has only one of them",
        );
    }
}

fn propagation(mount: &Cursor<'_>, container: &Cursor<'_>, found: &mut Findings) {
    found.exactly_one_of(mount, "mountPropagation", &["None", "HostToContainer", "Bidirectional"]);
    let privileged = container.get("securityContext").is_some_and(|context| context.is_true("privileged"));
    if mount.str("mountPropagation") == Some("Bidirectional") && !privileged {
        let message = "remove mountPropagation: Bidirectional is only for privileged containers";
        found.refuse(mount.field("mountPropagation"), message);
    }
}

fn read_only(mount: &Cursor<'_>, found: &mut Findings) {
    found.exactly_one_of(mount, "recursiveReadOnly", &["Disabled", "IfPossible", "Enabled"]);
    if !matches!(mount.str("recursiveReadOnly"), Some("IfPossible" | "Enabled")) {
        return;
    }
    if !mount.is_true("readOnly") {
        found.refuse(mount.field("recursiveReadOnly"), "add readOnly: true, or remove recursiveReadOnly");
    }
    if mount.str("mountPropagation").is_some_and(|mode| mode != "None") {
        found.refuse(mount.field("recursiveReadOnly"), "remove mountPropagation or recursiveReadOnly");
    }
}
