//! [`PodSource`]: where an object of a built-in kind has its pod template.

use podgraft_merge::path::FieldPath;
use serde_json::Value;

/// An object that the API server judges by Pod Security: a pod, or what makes pods.
#[derive(Debug, Clone, PartialEq)]
pub struct PodSource<'a> {
    /// Where the pod template is in the object; the root, where it is a pod.
    pub path: FieldPath,
    /// The pod template, or the pod; `None` where the object has none, which allows it.
    pub template: Option<&'a Value>,
}

impl<'a> PodSource<'a> {
    /// The pod template of an object; `None` for a kind that has none.
    ///
    /// # Source
    /// `k8s.io/pod-security-admission` v0.37.2, `admission/admission.go`, `ExtractPodSpec`.
    #[must_use]
    pub fn of(object: &'a Value) -> Option<Self> {
        let text = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
        let way: &[&str] = match (text("apiVersion"), text("kind")) {
            ("v1", "Pod") => &[],
            ("v1", "PodTemplate") => &["template"],
            ("v1", "ReplicationController")
            | ("apps/v1", "ReplicaSet" | "Deployment" | "DaemonSet" | "StatefulSet")
            | ("batch/v1", "Job") => &["spec", "template"],
            ("batch/v1", "CronJob") => &["spec", "jobTemplate", "spec", "template"],
            _ => return None,
        };
        let template = way.iter().try_fold(object, |here, name| here.get(name));
        Some(Self {
            path: FieldPath::fields(way.iter().copied()),
            template: template.filter(|template| !template.is_null()),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_has_its_template_in_its_own_place() {
        let template = json!({"spec": {"hostPID": true}});
        let spec = json!({"template": template.clone()});
        for (version, kind, object, path) in [
            ("v1", "Pod", template.clone(), "."),
            ("v1", "PodTemplate", spec.clone(), ".template"),
            ("v1", "ReplicationController", json!({"spec": spec.clone()}), ".spec.template"),
            ("apps/v1", "Deployment", json!({"spec": spec.clone()}), ".spec.template"),
            (
                "batch/v1",
                "CronJob",
                json!({"spec": {"jobTemplate": {"spec": spec.clone()}}}),
                ".spec.jobTemplate.spec.template",
            ),
        ] {
            let mut object = object;
            object["apiVersion"] = version.into();
            object["kind"] = kind.into();
            let source = PodSource::of(&object).unwrap();
            assert_eq!(source.path.to_string(), path, "{kind}");
            assert_eq!(source.template.unwrap()["spec"], template["spec"], "{kind}");
        }
        let empty = json!({"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": null}});
        assert_eq!(PodSource::of(&empty).unwrap().template, None);
        assert_eq!(PodSource::of(&json!({"apiVersion": "apps/v1", "kind": "Pod"})), None);
    }
}
