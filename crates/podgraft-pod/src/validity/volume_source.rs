//! Where a volume's content comes from.

use super::{
    claim_template,
    findings::Findings,
    formats::{DRIVER, NO_BACKSTEPS, RELATIVE_PATH, SUBDOMAIN},
    projected,
    quantity::Quantity,
    remote_disk, volume_items,
};
use crate::cursor::Cursor;

/// The texts without which a source is nothing, by source.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`, the `validate*VolumeSource`
/// functions.
const REQUIRED: &[(&str, &[&str])] = &[
    ("awsElasticBlockStore", &["volumeID"]),
    ("azureDisk", &["diskName", "diskURI"]),
    ("azureFile", &["secretName", "shareName"]),
    ("cinder", &["volumeID"]),
    ("configMap", &["name"]),
    ("flexVolume", &["driver"]),
    ("gcePersistentDisk", &["pdName"]),
    ("gitRepo", &["repository"]),
    ("glusterfs", &["endpoints", "path"]),
    ("hostPath", &["path"]),
    ("image", &["reference"]),
    ("iscsi", &["targetPortal", "iqn"]),
    ("nfs", &["server", "path"]),
    ("persistentVolumeClaim", &["claimName"]),
    ("photonPersistentDisk", &["pdID"]),
    ("portworxVolume", &["volumeID"]),
    ("quobyte", &["registry", "volume"]),
    ("rbd", &["image"]),
    ("scaleIO", &["gateway", "system", "volumeName"]),
    ("secret", &["secretName"]),
    ("storageos", &["volumeName"]),
    ("vsphereVolume", &["volumePath"]),
];

/// Judges one source; `kind` is its field in the volume.
pub(super) fn judge(kind: &str, source: &Cursor<'_>, found: &mut Findings) {
    let required = REQUIRED.iter().find(|(name, _)| *name == kind).map_or(&[][..], |(_, fields)| fields);
    for field in required {
        found.required(source, field, "...");
    }
    match kind {
        "configMap" | "secret" => {
            found.mode(source, "defaultMode");
            volume_items::keys(source, found);
        }
        "downwardAPI" => {
            found.mode(source, "defaultMode");
            volume_items::downward(source, found);
        }
        "projected" => projected::judge(source, found),
        "emptyDir" => empty_dir(source, found),
        "hostPath" => {
            found.format(source, "path", &NO_BACKSTEPS);
            let types = [
                "DirectoryOrCreate",
                "Directory",
                "FileOrCreate",
                "File",
                "Socket",
                "CharDevice",
                "BlockDevice",
            ];
            found.one_of(source, "type", &types);
        }
        "nfs" if source.str("path").is_some_and(|path| !path.is_empty() && !path.starts_with('/')) => {
            found.refuse(
                source.field("path"),
                "begin path with \"/\": the server's folders are counted from there",
            );
        }
        "csi" => csi(source, found),
        "ephemeral" => claim_template::judge(source, found),
        "image" => found.one_of(source, "pullPolicy", &["Always", "IfNotPresent", "Never"]),
        "gitRepo" => found.format(source, "directory", &RELATIVE_PATH),
        other => remote_disk::judge(other, source, found),
    }
}

fn empty_dir(source: &Cursor<'_>, found: &mut Findings) {
    let Some(limit) = source.get("sizeLimit") else { return };
    match Quantity::read(limit.value) {
        Some(amount) if !amount.is_negative() => {}
        _ => {
            found.refuse(limit.path, format!("write sizeLimit as an amount, as in 1Gi, not {}", limit.value));
        }
    }
}

fn csi(source: &Cursor<'_>, found: &mut Findings) {
    found.required_format(source, "driver", &DRIVER);
    if let Some(secret) = source.get("nodePublishSecretRef") {
        found.required_format(&secret, "name", &SUBDOMAIN);
    }
}
