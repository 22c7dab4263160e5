//! What the cluster says, and the field that it leads to.

use podgraft_testkit::{
    duplicates::{folded_pairs, pods_with_duplicates},
    path_check::PathCheck,
};
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
        (FailureReason::ImagePullError, locust, "ErrImagePull", ".spec.containers[name=\"locust\"].image"),
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
    let unknown = PodFailure { reason: FailureReason::SchedulingError, container: None, message: "no idea" };
    assert_eq!(field_of_failure(&unknown, &template), None);
}

/// A failure that speaks of something in a template, and whether the found value is what it speaks of.
struct Said {
    reason: FailureReason,
    container: Option<(String, bool)>,
    message: String,
    named: String,
}

impl Said {
    fn new(reason: FailureReason, message: String, named: &str) -> Self {
        Self { reason, container: None, message, named: named.to_owned() }
    }
}

/// Everything that a cluster could say of a template: of its images, missing objects, volumes, resources and rights.
fn everything_said_of(template: &Value) -> Vec<Said> {
    let mut said = Vec::new();
    for (list, init) in [("containers", false), ("initContainers", true)] {
        for (name, container) in named_items(&template["spec"][list]) {
            if let Some(image) = container["image"].as_str() {
                let mut failure = Said::new(FailureReason::ImagePullError, "ErrImagePull".to_owned(), image);
                failure.container = Some((name.to_owned(), init));
                said.push(failure);
            }
            for field in container["securityContext"].as_object().into_iter().flat_map(|fields| fields.keys())
            {
                let message =
                    format!("privileged (container \"{name}\" must not set securityContext.{field}=true)");
                said.push(Said::new(FailureReason::CreationError, message, ""));
            }
        }
    }
    for (name, _) in named_items(&template["spec"]["volumes"]) {
        let message = format!("hostPath volumes (volume \"{name}\")");
        said.push(Said::new(FailureReason::CreationError, message, name));
    }
    said_below(template, &mut said);
    said
}

/// The first item of each name; an API server takes no second one, and no name that is not plain.
fn named_items(list: &Value) -> Vec<(&str, &Value)> {
    let mut items: Vec<(&str, &Value)> = Vec::new();
    for item in list.as_array().into_iter().flatten() {
        if let Some(name) = item["name"].as_str()
            && is_plain(name)
            && !items.iter().any(|(seen, _)| *seen == name)
        {
            items.push((name, item));
        }
    }
    items
}

/// Whether a name is made of what names of objects are made of.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
}

/// What is said of references and resources, wherever they are.
fn said_below(value: &Value, said: &mut Vec<Said>) {
    for (field, inner) in value.as_object().into_iter().flatten() {
        let name = ["name", "secretName"].iter().find_map(|key| inner.get(key)?.as_str());
        let name = name.filter(|name| is_plain(name));
        match (&**field, name, inner) {
            ("secret" | "secretRef" | "secretKeyRef", Some(name), _) => {
                let message = format!("secret \"{name}\" not found");
                said.push(Said::new(FailureReason::ConfigurationError, message, name));
            }
            ("configMap" | "configMapRef" | "configMapKeyRef", Some(name), _) => {
                let message = format!("configmap \"{name}\" not found");
                said.push(Said::new(FailureReason::ConfigurationError, message, name));
            }
            ("claimName", _, Value::String(claim)) if is_plain(claim) => {
                let message = format!("persistentvolumeclaim \"{claim}\" not found");
                said.push(Said::new(FailureReason::SchedulingError, message, claim));
            }
            ("requests", _, Value::Object(resources)) => {
                for resource in resources.keys().filter(|name| is_plain(name)) {
                    let message = format!("0/3 nodes are available: 3 Insufficient {resource}.");
                    said.push(Said::new(FailureReason::SchedulingError, message, ""));
                }
            }
            _ => {}
        }
        said_below(inner, said);
    }
    value.as_array().into_iter().flatten().for_each(|item| said_below(item, said));
}

/// Also where items have equal keys: the path is read back as it is, provenance knows it, and what is there is what the
/// message names.
#[test]
fn on_random_pods_the_field_is_found_by_provenance() {
    let mut check = PathCheck::new("failures of pods");
    for folded in folded_pairs(&pods_with_duplicates(7, 300)) {
        for said in everything_said_of(&folded.value) {
            let container = said.container.as_ref().map(|(name, init)| (&**name, *init));
            let failure = PodFailure { reason: said.reason, container, message: &said.message };
            let path = field_of_failure(&failure, &folded.value);
            let path = path.unwrap_or_else(|| panic!("{} leads nowhere in {}", said.message, folded.value));
            check.is_there(&path, &folded);
            let found = path.find(&folded.value).unwrap();
            let is_named = found == &said.named || found.to_string().contains(&said.named);
            assert!(is_named, "{}: {path} is {found}", said.message);
        }
    }
    check.finish(500);
}
