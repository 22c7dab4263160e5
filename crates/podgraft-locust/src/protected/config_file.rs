//! Files from which Locust reads more options: nobody sees here what they say.

use std::collections::BTreeMap;

use podgraft_merge::path::FieldPath;
use serde_json::Value;

use super::{checked_pod::CheckedPod, entry::Violation, mount_path::MountPath};
use crate::{
    locust_command::{connection_option::ConnectionOption, expansion::Expanded},
    shortened::shortened,
};
use podgraft_pod::cursor::Cursor;

/// The files that Locust reads without being told: the first from its home, the others from where it starts.
///
/// # Source
/// Locust 2.47.0, `locust/argument_parser.py`, `DEFAULT_CONFIG_FILES`.
const DEFAULTS: [&str; 3] = [".locust.conf", "locust.conf", "pyproject.toml"];

/// Finds the files of options that can be seen: named by `--config`, or mounted where Locust looks by itself.
pub(super) fn check(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let (Some(container), Some(now)) = (&pod.locust, &pod.invocation) else { return Vec::new() };
    let named = now.line.last(ConnectionOption::Config).map(|given| {
        let file = given.value.as_ref().map_or("", Expanded::written);
        (file.to_owned(), given.path.clone())
    });
    named.into_iter().chain(mounted(pod, container)).map(|(file, path)| unseen(&file, path)).collect()
}

fn unseen(file: &str, path: FieldPath) -> Violation {
    let message = format!(
        "check that \"{}\" sets no mode, address, port or processes of master and workers: nobody sees it here",
        shortened(file)
    );
    Violation::new(path, message)
}

/// The files that mounts put where Locust looks: with subPath as the mount itself, else as an item of its volume.
fn mounted(pod: &CheckedPod<'_>, container: &Cursor<'_>) -> Vec<(String, FieldPath)> {
    let starts_in = container.str("workingDir").filter(|folder| !folder.is_empty()).map(MountPath::new);
    let is_read = |file: &str| {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        let is_there = starts_in.as_ref().is_none_or(|starts_in| *starts_in == MountPath::new(folder));
        DEFAULTS.contains(&name) && (is_there || name == DEFAULTS[0])
    };
    let volumes = pod.pod.get("spec").map_or_else(Vec::new, |spec| spec.items("volumes"));
    let files_of: BTreeMap<&str, Vec<&str>> =
        volumes.iter().map(|volume| (volume.text("name"), items(volume.value))).collect();
    let mut found = Vec::new();
    for mount in container.items("volumeMounts") {
        let path = mount.text("mountPath");
        if is_read(path) {
            found.push((path.to_owned(), mount.field("mountPath")));
            continue;
        }
        let is_whole = mount.text("subPath").is_empty() && mount.text("subPathExpr").is_empty();
        let files = files_of.get(mount.text("name")).filter(|_| is_whole);
        let files = files.into_iter().flatten().map(|file| format!("{}/{file}", path.trim_end_matches('/')));
        found.extend(files.filter(|file| is_read(file)).map(|file| (file, mount.field("mountPath"))));
    }
    found
}

/// The files of these names among the items that a volume of a `ConfigMap`, a Secret or several of them lists.
fn items(volume: &Value) -> Vec<&'static str> {
    let projected = volume.pointer("/projected/sources").and_then(Value::as_array);
    let sources = projected.into_iter().flatten().chain([volume]);
    let lists =
        sources.flat_map(|source| [source.pointer("/configMap/items"), source.pointer("/secret/items")]);
    let items = lists.flatten().filter_map(Value::as_array).flatten();
    let paths: Vec<&str> = items.filter_map(|item| item.get("path")?.as_str()).collect();
    DEFAULTS.into_iter().filter(|name| paths.contains(name)).collect()
}
