//! [`field_of_failure`]: the field of the pod template that a failure of the cluster is about. Pure.
//!
//! The scheduler, the kubelet and admission explain themselves in English. What is recognised here is
//! only ever added to their own words, and only where the field is really in the template.

use serde_json::Value;

use crate::operator::observed::pod_state::FailureReason;
use podgraft_merge::{
    path::{FieldPath, Segment},
    schema::FieldType,
};

/// What the cluster says of a role's pods.
#[derive(Debug, Clone, Copy)]
pub(super) struct PodFailure<'c> {
    /// What kind of failure.
    pub(super) reason: FailureReason,
    /// The container that it is about, and whether that is an init container.
    pub(super) container: Option<(&'c str, bool)>,
    /// The cluster's words.
    pub(super) message: &'c str,
}

/// The lists of containers of a pod.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// The field of `template` that asked for what the failure is about, if the message says so.
pub(super) fn field_of_failure(failure: &PodFailure<'_>, template: &Value) -> Option<FieldPath> {
    let found = match failure.reason {
        FailureReason::ImagePullError => container(failure)?.field("image"),
        FailureReason::ConfigurationError => reference(template, failure.message)?,
        FailureReason::SchedulingError => scheduling(template, failure.message)?,
        FailureReason::CreationError => creation(template, failure.message)?,
        FailureReason::PodsMissing => return None,
        FailureReason::CrashLoopBackOff | FailureReason::InitializationError => {
            let container = container(failure)?;
            ["command", "args"]
                .map(|name| container.field(name))
                .into_iter()
                .find(|path| path.find(template).is_some())?
        }
    };
    found.find(template).is_some().then_some(found)
}

fn container(failure: &PodFailure<'_>) -> Option<FieldPath> {
    let (name, init) = failure.container?;
    let list = if init { "initContainers" } else { "containers" };
    Some(FieldPath::fields(["spec", list]).item("name", name))
}

/// Where the template names the missing `ConfigMap`, Secret or key.
fn reference(template: &Value, message: &str) -> Option<FieldPath> {
    let kinds: [(&str, &[&str]); 2] = [
        ("configmap ", &["configMap", "configMapRef", "configMapKeyRef"]),
        ("secret ", &["secret", "secretRef", "secretKeyRef"]),
    ];
    let (fields, name) =
        kinds.iter().find_map(|(kind, fields)| Some((fields, quoted_after(message, kind)?)))?;
    let names = |value: &Value| {
        ["name", "secretName"].iter().any(|field| value.get(field).is_some_and(|found| found == name))
    };
    search(template, &|key, value| fields.contains(&key) && names(value))
}

fn scheduling(template: &Value, message: &str) -> Option<FieldPath> {
    let spec = |field: &str| FieldPath::fields(["spec", field]);
    if let Some(claim) = quoted_after(message, "persistentvolumeclaim ") {
        let is_it = |key: &str, value: &Value| key == "claimName" && value.as_str() == Some(claim);
        return search(template, &is_it);
    }
    if let Some(rest) = message.split("Insufficient ").nth(1) {
        let resource = rest.split([',', '.', ' ']).next().unwrap_or_default();
        let is_it = |key: &str, value: &Value| key == "requests" && value.get(resource).is_some();
        return search(template, &is_it).map(|requests| requests.field(resource));
    }
    let present = |field: &str| template.pointer(&format!("/spec/{field}")).is_some();
    [
        ("node affinity/selector", "nodeSelector"),
        ("node affinity/selector", "affinity"),
        ("untolerated taint", "tolerations"),
        ("topology spread", "topologySpreadConstraints"),
        ("affinity", "affinity"),
        ("scheduler", "schedulerName"),
    ]
    .into_iter()
    .find(|(words, field)| message.contains(words) && present(field))
    .map(|(_, field)| spec(field))
}

fn creation(template: &Value, message: &str) -> Option<FieldPath> {
    let spec = |field: &str| FieldPath::fields(["spec", field]);
    for (words, field) in [
        ("serviceaccount ", "serviceAccountName"),
        ("PriorityClass", "priorityClassName"),
        ("RuntimeClass", "runtimeClassName"),
        ("hostNetwork=true", "hostNetwork"),
        ("hostPID=true", "hostPID"),
        ("hostIPC=true", "hostIPC"),
    ] {
        if message.contains(words) && template.pointer(&format!("/spec/{field}")).is_some() {
            return Some(spec(field));
        }
    }
    if let Some(volume) = quoted_after(message, "volume ") {
        return Some(spec("volumes").item("name", volume));
    }
    if let Some(field) = message.split("must not set securityContext.").nth(1) {
        let name = field.split(['=', ' ', ')', '.']).next().unwrap_or_default();
        let containers: Vec<FieldPath> = quoted_after(message, "container ")
            .into_iter()
            .flat_map(|container| CONTAINERS.map(|list| spec(list).item("name", container)))
            .collect();
        return containers
            .into_iter()
            .chain([FieldPath::fields(["spec"])])
            .map(|holder| holder.field("securityContext").field(name))
            .find(|path| path.find(template).is_some());
    }
    if message.contains("exceeded quota") {
        let resource = message.split("requested: ").nth(1)?.split(['=', ',']).next()?;
        let (list, resource) = resource.split_once('.').unwrap_or(("requests", resource));
        let is_it = |key: &str, value: &Value| key == list && value.get(resource).is_some();
        return search(template, &is_it).map(|found| found.field(resource));
    }
    None
}

/// The text in quotes right after `words`.
fn quoted_after<'m>(message: &'m str, words: &str) -> Option<&'m str> {
    let rest = message.split_once(&format!("{words}\""))?.1;
    // Messages quoted by Go have escaped quotes, with the namespace before the name.
    let quoted = rest.split('"').next()?;
    Some(quoted.rsplit('/').next().unwrap_or(quoted))
}

/// The first field, in writing order, of which `is_it` holds, written as provenance writes it.
fn search(template: &Value, is_it: &impl Fn(&str, &Value) -> bool) -> Option<FieldPath> {
    search_below(template, FieldType::pod_template(), &FieldPath::root(), is_it)
}

fn search_below(
    value: &Value,
    ty: FieldType,
    path: &FieldPath,
    is_it: &impl Fn(&str, &Value) -> bool,
) -> Option<FieldPath> {
    ty.children(value).into_iter().find_map(|(segment, inner, ty)| {
        let is_found = matches!(&segment, Segment::Field(name) if is_it(name, inner));
        let path = path.with(segment);
        if is_found { Some(path) } else { search_below(inner, ty, &path, is_it) }
    })
}

#[cfg(test)]
mod tests;
