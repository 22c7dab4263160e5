//! Volume mounts and devices of containers.

use std::collections::{HashMap, HashSet};

use super::{
    findings::Findings,
    formats::{NO_BACKSTEPS, RELATIVE_PATH},
};
use crate::{diagnostic::did_you_mean, judge::at::At};

/// Judges where one container mounts the volumes of its pod.
pub(super) fn judge(container: &At<'_>, spec: &At<'_>, found: &mut Findings) {
    let volumes = spec.items("volumes");
    let mut by_name: HashMap<&str, &At<'_>> = HashMap::new();
    for volume in &volumes {
        by_name.entry(volume.text("name")).or_insert(volume);
    }
    let (mounts, devices) = (container.items("volumeMounts"), container.items("volumeDevices"));
    let mut paths = HashSet::new();
    for mount in &mounts {
        exists(mount, &by_name, found);
        if let Some(path) = found.required(mount, "mountPath", "/data") {
            once(mount, "mountPath", path, &mut paths, found);
        }
        sub_paths(mount, found);
        propagation(mount, container, found);
        read_only(mount, found);
    }
    let mut names: HashSet<&str> = mounts.iter().map(|mount| mount.text("name")).collect();
    for device in &devices {
        if let Some(volume) = exists(device, &by_name, found)
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

fn exists<'v>(
    mount: &At<'_>,
    volumes: &HashMap<&str, &'v At<'v>>,
    found: &mut Findings,
) -> Option<&'v At<'v>> {
    let name = found.required(mount, "name", "data")?;
    let volume = volumes.get(name).copied();
    if volume.is_none() {
        let mut names: Vec<&str> = volumes.keys().copied().collect();
        names.sort_unstable();
        let near = did_you_mean(name, names);
        let message = format!("add a volume named \"{name}\" or correct the mount's name{near}");
        found.refuse(mount.field("name"), message);
    }
    volume
}

fn once<'a>(mount: &At<'_>, field: &str, path: &'a str, paths: &mut HashSet<&'a str>, found: &mut Findings) {
    if !paths.insert(path) {
        found
            .refuse(mount.field(field), format!("choose another {field}: {path} is taken in this container"));
    }
}

fn sub_paths(mount: &At<'_>, found: &mut Findings) {
    found.format(mount, "subPath", &RELATIVE_PATH);
    found.format(mount, "subPathExpr", &RELATIVE_PATH);
    if !mount.text("subPath").is_empty() && !mount.text("subPathExpr").is_empty() {
        found.refuse(
            mount.field("subPathExpr"),
            "remove subPath or subPathExpr: a mount has only one of them",
        );
    }
}

fn propagation(mount: &At<'_>, container: &At<'_>, found: &mut Findings) {
    found.exactly_one_of(mount, "mountPropagation", &["None", "HostToContainer", "Bidirectional"]);
    let privileged = container.get("securityContext").is_some_and(|context| context.is_true("privileged"));
    if mount.str("mountPropagation") == Some("Bidirectional") && !privileged {
        let message = "remove mountPropagation: Bidirectional is only for privileged containers";
        found.refuse(mount.field("mountPropagation"), message);
    }
}

fn read_only(mount: &At<'_>, found: &mut Findings) {
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
