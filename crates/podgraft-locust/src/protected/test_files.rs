//! That Locust finds the test's files, and its own.

use serde_json::Value;

use super::{checked_pod::CheckedPod, entry::Violation, mount_path::MountPath};
use crate::names::TEST_FILE_VOLUMES;
use podgraft_merge::path::FieldPath;
use podgraft_pod::cursor::Cursor;

/// What a mount of the test files may change: what may be done with the files, and how mounts on the
/// node show in it.
const FREE_IN_A_MOUNT: [&str; 4] = ["readOnly", "recursiveReadOnly", "mountPropagation", "bindMountOptions"];

/// Checks the volumes of the test files.
pub(super) fn volumes(pod: &CheckedPod<'_>) -> Vec<Violation> {
    TEST_FILE_VOLUMES.into_iter().filter_map(|name| volume_violation(&pod.pod, &pod.base, name)).collect()
}

/// Checks where the test files are mounted, and what else is mounted there.
pub(super) fn mounts(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let (Some(now), Some(base)) = (&pod.locust, &pod.base_locust) else { return Vec::new() };
    let reserved: Vec<Cursor<'_>> = mounts_of(base).into_iter().filter(is_of_test_files).collect();
    let own = reserved.iter().filter_map(|wanted| mount_violation(now, wanted));
    own.chain(other_mounts(now, &reserved)).collect()
}

fn volume_violation(pod: &Cursor<'_>, base: &Cursor<'_>, name: &str) -> Option<Violation> {
    let path = FieldPath::fields(["spec", "volumes"]).item("name", name);
    let message = match (volume(base, name), volume(pod, name)) {
        (None, None) => return None,
        (Some(wanted), Some(now)) if without_modes(wanted) == without_modes(now) => return None,
        (Some(wanted), Some(_)) => {
            let source = wanted.pointer("/configMap/name").and_then(Value::as_str).unwrap_or_default();
            format!(
                "leave the source of volume \"{name}\" as it was: the test's files are in ConfigMap \"{source}\""
            )
        }
        (Some(_), None) => format!("keep the volume \"{name}\": it holds the test's files"),
        (None, Some(_)) => format!("rename the volume \"{name}\": the name is kept for the test's files"),
    };
    Some(Violation::new(path, message))
}

fn volume<'a>(pod: &Cursor<'a>, name: &str) -> Option<&'a Value> {
    let volumes = pod.get("spec")?.items("volumes");
    volumes.into_iter().find(|volume| volume.str("name") == Some(name)).map(|volume| volume.value)
}

/// A volume without the mode bits of its files.
fn without_modes(volume: &Value) -> Value {
    let mut volume = volume.clone();
    if let Some(source) = volume.get_mut("configMap").and_then(Value::as_object_mut) {
        source.remove("defaultMode");
        for item in source.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(item) = item.as_object_mut() {
                item.remove("mode");
            }
        }
    }
    volume
}

fn mounts_of<'a>(container: &Cursor<'a>) -> Vec<Cursor<'a>> {
    container.items("volumeMounts")
}

fn is_of_test_files(mount: &Cursor<'_>) -> bool {
    TEST_FILE_VOLUMES.contains(&mount.text("name"))
}

/// The mount that the operator made is there, and shows the whole volume.
fn mount_violation(now: &Cursor<'_>, wanted: &Cursor<'_>) -> Option<Violation> {
    let (name, path) = (wanted.text("name"), wanted.text("mountPath"));
    let place = now.field("volumeMounts").item("mountPath", path);
    let same_path = mounts_of(now).into_iter().find(|mount| mount.text("mountPath") == path);
    let message = match same_path {
        None => format!("keep the mount of volume \"{name}\" at {path}: Locust reads the test's files there"),
        Some(mount) if mount.text("name") != name => {
            let other = mount.text("name");
            format!("mount volume \"{other}\" elsewhere: the test's files of volume \"{name}\" are at {path}")
        }
        Some(mount) => {
            let changed = fixed(mount.value).find(|(field, value)| wanted.value.get(field) != Some(value));
            let field = changed.map(|(field, _)| field)?;
            format!("remove {field} from the mount at {path}: Locust needs all of the test's files there")
        }
    };
    Some(Violation::new(place, message))
}

/// The fields of a mount that may not change, without those that say nothing.
fn fixed(mount: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let says_something = |value: &Value| !(value.is_null() || value.as_str() == Some(""));
    let fields = mount.as_object().into_iter().flatten();
    fields.filter(move |(field, value)| !FREE_IN_A_MOUNT.contains(&field.as_str()) && says_something(value))
}

/// Nothing else is mounted at, above or below the test's files.
fn other_mounts(now: &Cursor<'_>, reserved: &[Cursor<'_>]) -> Vec<Violation> {
    let is_wanted =
        |mount: &Cursor<'_>| reserved.iter().any(|wanted| wanted.str("mountPath") == mount.str("mountPath"));
    let others =
        mounts_of(now).into_iter().filter(|mount| !is_wanted(mount)).map(|mount| (mount, "mountPath"));
    let devices = now.items("volumeDevices").into_iter().map(|device| (device, "devicePath"));
    let violation = |(mount, field): (Cursor<'_>, &str)| {
        let path = mount.str(field)?;
        let meets =
            |wanted: &&Cursor<'_>| MountPath::new(wanted.text("mountPath")).meets(&MountPath::new(path));
        let taken = reserved.iter().find(meets)?.text("mountPath");
        let name = mount.text("name");
        let message =
            format!("mount volume \"{name}\" elsewhere than {path}: the test's files are at {taken}");
        Some(Violation::new(mount.path, message))
    };
    others.chain(devices).filter_map(violation).collect()
}
