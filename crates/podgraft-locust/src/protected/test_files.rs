//! That Locust finds the test's files, and its own.

use serde_json::Value;

use super::{
    mount_path::MountPath,
    refusal,
    table::{TEST_MOUNT, TEST_VOLUME},
};
use crate::{
    names::TEST_FILE_VOLUMES,
    pod_context::{self, PodContext},
};
use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use podgraft_pod::cursor::Cursor;

/// What a mount of the test files may change: what may be done with the files, and how mounts on the
/// node show in it.
const FREE_IN_A_MOUNT: [&str; 4] = ["readOnly", "recursiveReadOnly", "mountPropagation", "bindMountOptions"];

/// Judges the volumes of the test files and their mounts.
pub(super) fn judge(subject: &PodContext<'_>) -> Vec<Diagnostic> {
    let (pod, base) = (subject.at(), subject.base_at());
    let mut found: Vec<Diagnostic> =
        TEST_FILE_VOLUMES.into_iter().filter_map(|name| judge_volume(&pod, &base, name)).collect();
    if let (Some(now), Some(base)) = (pod_context::locust(&pod), pod_context::locust(&base)) {
        let reserved: Vec<Cursor<'_>> = mounts(&base).into_iter().filter(is_of_test_files).collect();
        found.extend(reserved.iter().filter_map(|wanted| judge_mount(&now, wanted)));
        found.extend(judge_others(&now, &reserved));
    }
    found
}

fn judge_volume(pod: &Cursor<'_>, base: &Cursor<'_>, name: &str) -> Option<Diagnostic> {
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
    Some(refusal(&TEST_VOLUME, path, message))
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

fn mounts<'a>(container: &Cursor<'a>) -> Vec<Cursor<'a>> {
    container.items("volumeMounts")
}

fn is_of_test_files(mount: &Cursor<'_>) -> bool {
    TEST_FILE_VOLUMES.contains(&mount.text("name"))
}

/// The mount that the operator made is there, and shows the whole volume.
fn judge_mount(now: &Cursor<'_>, wanted: &Cursor<'_>) -> Option<Diagnostic> {
    let (name, path) = (wanted.text("name"), wanted.text("mountPath"));
    let place = now.field("volumeMounts").item("mountPath", path);
    let same_path = mounts(now).into_iter().find(|mount| mount.text("mountPath") == path);
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
    Some(refusal(&TEST_MOUNT, place, message))
}

/// The fields of a mount that may not change, without those that say nothing.
fn fixed(mount: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let says_something = |value: &Value| !(value.is_null() || value.as_str() == Some(""));
    let fields = mount.as_object().into_iter().flatten();
    fields.filter(move |(field, value)| !FREE_IN_A_MOUNT.contains(&field.as_str()) && says_something(value))
}

/// Nothing else is mounted at, above or below the test's files.
fn judge_others(now: &Cursor<'_>, reserved: &[Cursor<'_>]) -> Vec<Diagnostic> {
    let is_wanted =
        |mount: &Cursor<'_>| reserved.iter().any(|wanted| wanted.str("mountPath") == mount.str("mountPath"));
    let others = mounts(now).into_iter().filter(|mount| !is_wanted(mount)).map(|mount| (mount, "mountPath"));
    let devices = now.items("volumeDevices").into_iter().map(|device| (device, "devicePath"));
    let judge = |(mount, field): (Cursor<'_>, &str)| {
        let path = mount.str(field)?;
        let meets =
            |wanted: &&Cursor<'_>| MountPath::new(wanted.text("mountPath")).meets(&MountPath::new(path));
        let taken = reserved.iter().find(meets)?.text("mountPath");
        let name = mount.text("name");
        let message =
            format!("mount volume \"{name}\" elsewhere than {path}: the test's files are at {taken}");
        Some(refusal(&TEST_MOUNT, mount.path, message))
    };
    others.chain(devices).filter_map(judge).collect()
}
