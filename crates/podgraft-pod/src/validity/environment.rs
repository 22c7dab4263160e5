//! Environment variables and their sources.

use serde_json::Value;

use super::{
    findings::{Findings, list},
    formats::{CONFIG_KEY, LABEL, NO_BACKSTEPS, QUALIFIED, SOURCE_NAME, SUBDOMAIN, VARIABLE},
    mounts::Volumes,
    quantity::Quantity,
};
use crate::cursor::Cursor;

const SOURCES: [&str; 5] = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
];

/// Judges `env` and `envFrom` of one container.
pub(super) fn judge(container: &Cursor<'_>, volumes: &Volumes<'_>, found: &mut Findings) {
    for variable in container.items("env") {
        found.required_format(&variable, "name", &VARIABLE);
        let Some(source) = variable.get("valueFrom") else { continue };
        found.exactly_one(&source, &SOURCES, "valueFrom");
        if !variable.text("value").is_empty() {
            found.refuse(
                variable.field("valueFrom"),
                "remove value or valueFrom: a variable has only one of them",
            );
        }
        one(&source, volumes, found);
    }
    for source in container.items("envFrom") {
        found.format(&source, "prefix", &VARIABLE);
        for name in found.exactly_one(&source, &["configMapRef", "secretRef"], "source") {
            if let Some(reference) = source.get(name) {
                found.required_format(&reference, "name", &SOURCE_NAME);
            }
        }
    }
}

fn one(source: &Cursor<'_>, volumes: &Volumes<'_>, found: &mut Findings) {
    if let Some(field) = source.get("fieldRef") {
        field_ref(&field, &FIELDS, found);
    }
    if let Some(resource) = source.get("resourceFieldRef") {
        resource_ref(&resource, found);
    }
    for name in ["configMapKeyRef", "secretKeyRef"] {
        let Some(reference) = source.get(name) else { continue };
        found.required_format(&reference, "name", &SUBDOMAIN);
        found.required_format(&reference, "key", &CONFIG_KEY);
    }
    if let Some(file) = source.get("fileKeyRef") {
        file_ref(&file, volumes, found);
    }
}

fn file_ref(file: &Cursor<'_>, volumes: &Volumes<'_>, found: &mut Findings) {
    found.required_format(file, "key", &VARIABLE);
    found.required_format(file, "path", &NO_BACKSTEPS);
    let Some(name) = found.required_format(file, "volumeName", &LABEL) else { return };
    match volumes.get(name) {
        Some(volume) if volume.has("emptyDir") => {}
        Some(_) => {
            found.refuse(file.field("volumeName"), format!("name an emptyDir: volume \"{name}\" is none"));
        }
        None => found
            .refuse(file.field("volumeName"), format!("add a volume named \"{name}\", or correct this name")),
    }
}

/// Judges a reference to a field of the pod; `whole` are the fields that may be read as a whole.
pub(super) fn field_ref(reference: &Cursor<'_>, whole: &[&str], found: &mut Findings) {
    let version = reference.text("apiVersion");
    if !matches!(version, "" | "v1") {
        found.refuse(
            reference.field("apiVersion"),
            format!("remove apiVersion: only v1 is known, not \"{version}\""),
        );
    }
    let Some(path) = found.required(reference, "fieldPath", "metadata.name") else { return };
    let key = path.split_once("['").and_then(|(map, rest)| Some((map, rest.strip_suffix("']")?)));
    match key {
        Some(("metadata.annotations", key)) if (QUALIFIED.holds)(&key.to_lowercase()) => {}
        Some(("metadata.labels", key)) if (QUALIFIED.holds)(key) => {}
        None if whole.contains(&path) || (path == "spec.host" && whole.contains(&"spec.nodeName")) => {}
        _ => {
            let near = match subscript(path) {
                Some(meant) => format!("; did you mean \"{meant}\"?"),
                None => podgraft_merge::diagnostic::did_you_mean(path, whole.iter().copied()),
            };
            let message = format!(
                "set fieldPath to {} or metadata.labels['KEY'] or metadata.annotations['KEY'], not \"{path}\"{near}",
                list(whole)
            );
            found.refuse(reference.field("fieldPath"), message);
        }
    }
}

/// One label or annotation as `fieldPath` writes it, where a path seems to mean one: `metadata.labels.app`,
/// `metadata.labels["app"]`, `metadata.labels[app]`.
fn subscript(path: &str) -> Option<String> {
    let maps = ["metadata.labels", "metadata.annotations"];
    let (map, rest) = maps.into_iter().find_map(|map| Some((map, path.strip_prefix(map)?)))?;
    let key = rest.strip_prefix(['.', '['])?.trim_end_matches(']').trim_matches(['"', '\'', '.']);
    (QUALIFIED.holds)(key).then(|| format!("{map}['{key}']"))
}

/// Judges a reference to a resource of a container.
pub(super) fn resource_ref(reference: &Cursor<'_>, found: &mut Findings) {
    let Some(resource) = found.required(reference, "resource", "limits.memory") else { return };
    let huge = resource.starts_with("limits.hugepages-") || resource.starts_with("requests.hugepages-");
    if !huge && !RESOURCES.contains(&resource) {
        let near = podgraft_merge::diagnostic::did_you_mean(resource, RESOURCES);
        let message = format!("set resource to {}, not \"{resource}\"{near}", list(&RESOURCES));
        return found.refuse(reference.field("resource"), message);
    }
    let Some(divisor) = reference.get("divisor") else { return };
    let cpu = matches!(resource, "limits.cpu" | "requests.cpu");
    let allowed: &[&str] = if cpu {
        &["1", "1m"]
    } else {
        &["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]
    };
    let amount = Quantity::read(divisor.value);
    let binary = |value: &Value| value.as_str().is_some_and(|text| text.ends_with('i'));
    let same = |text: &&str| {
        let allowed = Value::from(*text);
        Quantity::read(&allowed) == amount && binary(&allowed) == binary(divisor.value)
    };
    if amount.is_none_or(|amount| !amount.is_zero()) && !allowed.iter().any(same) {
        found.refuse(
            reference.field("divisor"),
            format!("set divisor to {}, not {}", list(allowed), divisor.value),
        );
    }
}
