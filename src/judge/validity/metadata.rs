//! Labels and annotations of the pod template.

use super::{
    findings::Findings,
    formats::{LABEL_VALUE, QUALIFIED},
};
use crate::judge::at::At;

/// What all annotations of an object may take up together, keys and values, in bytes.
const ANNOTATIONS_SIZE: usize = 256 * 1024;

/// Old annotations that chose a container's `AppArmor` profile.
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Judges the template's metadata.
pub(super) fn judge(pod: &At<'_>, found: &mut Findings) {
    let Some(metadata) = pod.get("metadata") else { return };
    labels(&metadata, "labels", found);
    annotations(&metadata, found);
    for (key, value) in metadata.entries("annotations") {
        let Some(container) = key.strip_prefix(APP_ARMOR) else { continue };
        let spec = pod.get("spec");
        let mut names =
            spec.iter().flat_map(|spec| [spec.items("containers"), spec.items("initContainers")]).flatten();
        if !names.any(|item| item.str("name") == Some(container)) {
            found.refuse(
                value.path.clone(),
                format!("remove the annotation {key}: there is no container \"{container}\""),
            );
        }
        let profile = value.value.as_str().unwrap_or_default();
        if !(matches!(profile, "" | "runtime/default" | "unconfined") || profile.starts_with("localhost/")) {
            let message = format!(
                "set the annotation {key} to runtime/default, unconfined or localhost/PROFILE, not \"{profile}\""
            );
            found.refuse(value.path.clone(), message);
        }
        if chosen(pod, container).is_some_and(|chosen| chosen != profile) {
            let message =
                format!("remove the annotation {key}: appArmorProfile of the container says something else");
            found.refuse(value.path, message);
        }
    }
}

/// The profile that the fields give a container, as the annotation would write it.
fn chosen(pod: &At<'_>, container: &str) -> Option<String> {
    let spec = pod.get("spec")?;
    let all = [spec.items("containers"), spec.items("initContainers")].concat();
    let own = all.into_iter().find(|item| item.str("name") == Some(container))?;
    let contexts = [own, spec].into_iter().filter_map(|at| at.get("securityContext"));
    let profile = contexts.into_iter().find_map(|context| context.get("appArmorProfile"))?;
    match profile.text("type") {
        "RuntimeDefault" => Some("runtime/default".to_owned()),
        "Unconfined" => Some("unconfined".to_owned()),
        "Localhost" => Some(format!("localhost/{}", profile.text("localhostProfile"))),
        _ => None,
    }
}

/// Judges a map of labels.
pub(super) fn labels(at: &At<'_>, name: &str, found: &mut Findings) {
    for (key, value) in at.entries(name) {
        found.written(value.path.clone(), "the key of a label", key, &QUALIFIED);
        if let Some(text) = value.value.as_str() {
            found.written(value.path.clone(), &format!("the value of {key}"), text, &LABEL_VALUE);
        }
    }
}

/// Judges the annotations of an object.
pub(super) fn annotations(metadata: &At<'_>, found: &mut Findings) {
    let mut size = 0;
    for (key, value) in metadata.entries("annotations") {
        size += key.len() + value.value.as_str().map_or(0, str::len);
        if !(QUALIFIED.holds)(&key.to_lowercase()) {
            found.written(value.path, "the key of an annotation", key, &QUALIFIED);
        }
    }
    if size > ANNOTATIONS_SIZE {
        let message =
            format!("shorten the annotations: they take {size} bytes, and {ANNOTATIONS_SIZE} are allowed");
        found.refuse(metadata.field("annotations"), message);
    }
}
