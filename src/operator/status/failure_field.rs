//! [`field_of_failure`]: the field of the pod template that a failure of the cluster is about. Pure.
//!
//! The scheduler, the kubelet and admission explain themselves in English. What is recognised here is
//! only ever added to their own words, and only where the field is really in the template.

use serde_json::Value;

use crate::operator::observed::pod_state::FailureReason;
use podgraft_merge::path::FieldPath;

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
    search(template, &FieldPath::root(), &|key, value| fields.contains(&key) && names(value))
}

fn scheduling(template: &Value, message: &str) -> Option<FieldPath> {
    let spec = |field: &str| FieldPath::fields(["spec", field]);
    if let Some(claim) = quoted_after(message, "persistentvolumeclaim ") {
        let is_it = |key: &str, value: &Value| key == "claimName" && value.as_str() == Some(claim);
        return search(template, &FieldPath::root(), &is_it);
    }
    if let Some(rest) = message.split("Insufficient ").nth(1) {
        let resource = rest.split([',', '.', ' ']).next().unwrap_or_default();
        let is_it = |key: &str, value: &Value| key == "requests" && value.get(resource).is_some();
        return search(template, &FieldPath::root(), &is_it).map(|requests| requests.field(resource));
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
        return search(template, &FieldPath::root(), &is_it).map(|found| found.field(resource));
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

/// The first field, in writing order, of which `is_it` holds. Items with a name are known by it.
fn search(value: &Value, path: &FieldPath, is_it: &impl Fn(&str, &Value) -> bool) -> Option<FieldPath> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, inner)| {
            let path = path.field(name);
            if is_it(name, inner) { Some(path) } else { search(inner, &path, is_it) }
        }),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let path =
                item.get("name").map_or_else(|| path.index(index), |name| path.item("name", name.clone()));
            search(item, &path, is_it)
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_clusters_own_words_lead_to_the_field() {
        let template = json!({"spec": {
            "serviceAccountName": "robot",
            "nodeSelector": {"disk": "fast"},
            "hostNetwork": true,
            "containers": [{
                "name": "locust", "image": "nope", "args": ["-f", "x"],
                "resources": {"requests": {"cpu": "64"}},
                "securityContext": {"privileged": true},
                "envFrom": [{"secretRef": {"name": "token"}}]
            }],
            "volumes": [
                {"name": "data", "persistentVolumeClaim": {"claimName": "results"}},
                {"name": "host", "hostPath": {"path": "/"}}
            ]
        }});
        let locust = Some(("locust", false));
        for (reason, container, message, path) in [
            (
                FailureReason::ImagePullError,
                locust,
                "ErrImagePull",
                ".spec.containers[name=\"locust\"].image",
            ),
            (
                FailureReason::ConfigurationError,
                locust,
                "CreateContainerConfigError: secret \"token\" not found",
                ".spec.containers[name=\"locust\"].envFrom[0].secretRef",
            ),
            (
                FailureReason::SchedulingError,
                None,
                "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
                ".spec.nodeSelector",
            ),
            (
                FailureReason::SchedulingError,
                None,
                "0/3 nodes are available: 3 Insufficient cpu.",
                ".spec.containers[name=\"locust\"].resources.requests.cpu",
            ),
            (
                FailureReason::SchedulingError,
                None,
                "persistentvolumeclaim \"results\" not found",
                ".spec.volumes[name=\"data\"].persistentVolumeClaim.claimName",
            ),
            (
                FailureReason::CreationError,
                None,
                "pods \"x\" is forbidden: error looking up service account default/robot: serviceaccount \"robot\" not found",
                ".spec.serviceAccountName",
            ),
            (
                FailureReason::CreationError,
                None,
                "violates PodSecurity \"baseline:latest\": hostPath volumes (volume \"host\")",
                ".spec.volumes[name=\"host\"]",
            ),
            (
                FailureReason::CreationError,
                None,
                "violates PodSecurity \"baseline:latest\": privileged (container \"locust\" must not set securityContext.privileged=true)",
                ".spec.containers[name=\"locust\"].securityContext.privileged",
            ),
            (
                FailureReason::CreationError,
                None,
                "exceeded quota: few, requested: requests.cpu=64, used: requests.cpu=0, limited: requests.cpu=1",
                ".spec.containers[name=\"locust\"].resources.requests.cpu",
            ),
        ] {
            let failure = PodFailure { reason, container, message };
            let found = field_of_failure(&failure, &template).map(|path| path.to_string());
            // `hostNetwork` is set too, and no message speaks of it.
            assert_eq!(found.as_deref(), Some(path), "{message}");
        }
        let unknown =
            PodFailure { reason: FailureReason::SchedulingError, container: None, message: "no idea" };
        assert_eq!(field_of_failure(&unknown, &template), None);
    }
}
