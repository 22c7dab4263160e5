//! Disks and folders elsewhere: volume sources that have had successors for years.

use super::{
    findings::{Findings, list},
    formats::{ISCSI, LABEL},
};
use crate::cursor::Cursor;

/// Judges a source of this kind, beyond the texts that it needs.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`, the `validate*VolumeSource`
/// functions, `validateAzureDisk`.
pub(super) fn judge(kind: &str, source: &Cursor<'_>, found: &mut Findings) {
    match kind {
        "gcePersistentDisk" | "awsElasticBlockStore" => found.range(source, "partition", 0, 255),
        "iscsi" => iscsi(source, found),
        "fc" => fibre_channel(source, found),
        "cephfs" | "rbd" if source.items("monitors").is_empty() => {
            found.refuse(source.field("monitors"), "add monitors, as in monitors: [\"10.0.0.1:6789\"]");
        }
        "cinder" | "storageos" => {
            if kind == "storageos" {
                found.format(source, "volumeName", &LABEL);
            }
            found.format(source, "volumeNamespace", &LABEL);
            if let Some(secret) = source.get("secretRef") {
                found.required(&secret, "name", "my-secret");
            }
        }
        "azureDisk" => azure_disk(source, found),
        "flexVolume" => flex_volume(source, found),
        "flocker" => flocker(source, found),
        "quobyte" => quobyte(source, found),
        _ => {}
    }
}

fn iscsi(source: &Cursor<'_>, found: &mut Findings) {
    found.format(source, "iqn", &ISCSI);
    if let Some(name) = source.str("initiatorName") {
        found.written(source.field("initiatorName"), "initiatorName", name, &ISCSI);
    }
    found.range(source, "lun", 0, 255);
    let needs_secret = ["chapAuthDiscovery", "chapAuthSession"].into_iter().find(|name| source.is_true(name));
    if let Some(name) = needs_secret.filter(|_| !source.has("secretRef")) {
        found.refuse(source.field("secretRef"), format!("add secretRef, with a name: {name} needs it"));
    }
}

fn fibre_channel(source: &Cursor<'_>, found: &mut Findings) {
    let (targets, disks) = (source.items("targetWWNs"), source.items("wwids"));
    match (targets.is_empty(), disks.is_empty()) {
        (true, true) => {
            found.refuse(source.field("targetWWNs"), "add targetWWNs and lun, or wwids: they find the disk");
        }
        (false, false) => {
            found.refuse(source.field("wwids"), "remove wwids or targetWWNs: a disk is found by one of them");
        }
        (false, true) if !source.has("lun") => {
            found.refuse(source.field("lun"), "add lun, as in lun: 0: targetWWNs need it");
        }
        (false, true) => found.range(source, "lun", 0, 255),
        (true, false) => {}
    }
}

fn azure_disk(source: &Cursor<'_>, found: &mut Findings) {
    found.exactly_one_of(source, "cachingMode", &["None", "ReadOnly", "ReadWrite"]);
    found.exactly_one_of(source, "kind", &["Shared", "Dedicated", "Managed"]);
    // The server's own default.
    let kind = source.str("kind").unwrap_or("Shared");
    let begin = if kind == "Managed" { "/subscriptions/" } else { "https://" };
    if !source.text("diskURI").starts_with(begin) {
        let message = format!("begin diskURI with \"{begin}\", as that of a disk of kind {kind} does");
        found.refuse(source.field("diskURI"), message);
    }
}

fn flex_volume(source: &Cursor<'_>, found: &mut Findings) {
    for (key, option) in source.entries("options") {
        let domain = format!(".{}", key.split('/').next().unwrap_or_default().to_lowercase());
        if [".kubernetes.io", ".k8s.io"].iter().any(|own| domain.ends_with(own)) {
            found.refuse(option.path, format!("remove {key}: options of Kubernetes' domains are its own"));
        }
    }
}

fn flocker(source: &Cursor<'_>, found: &mut Findings) {
    let names = ["datasetName", "datasetUUID"];
    let set: Vec<&str> = names.into_iter().filter(|name| !source.text(name).is_empty()).collect();
    if set.len() != 1 {
        let message = format!("give flocker exactly one of {}", list(&names));
        found.refuse(source.path.clone(), message);
    }
    if source.text("datasetName").contains('/') {
        found.refuse(source.field("datasetName"), "write datasetName without \"/\"");
    }
}

fn quobyte(source: &Cursor<'_>, found: &mut Findings) {
    let registry = source.text("registry");
    if source.text("tenant").len() >= 65 {
        found.refuse(source.field("tenant"), "shorten tenant to 64 characters or less: it is a UUID");
    } else if !registry.is_empty() && !registry.split(',').all(has_port) {
        let message = format!(
            "write registry as a host and a port, as in \"quobyte.example.com:7861\", or several between commas, not \"{registry}\""
        );
        found.refuse(source.field("registry"), message);
    }
}

/// Whether a text is a host, ":" and a port; an IPv6 address is in brackets.
///
/// # Source
/// Go 1.26, `net/ipsock.go`, `SplitHostPort`.
fn has_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let host = match host.strip_prefix('[') {
        Some(rest) => match rest.strip_suffix(']') {
            Some(inner) => inner,
            None => return false,
        },
        None if host.contains(':') => return false,
        None => host,
    };
    ![host, port].iter().any(|part| part.contains(['[', ']']))
}
