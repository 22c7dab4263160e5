//! [`judge`]: whether a LocustTest may be stored, by what it renders to.

use podgraft_locust::{ClusterContext, api::Version, config::Config, conversion};
use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::{
    manifest::Document,
    overlay::{Namespace, Overlays, labels_of},
    privilege::AuthoredPrivilege,
};
use serde_json::Value;

use crate::codes;

/// Where the words of a test are that do not fit into an answer.
pub(crate) const ELSEWHERE: &str = "status";

/// The annotation of `kubectl apply`, with the nulls that it did not send.
const LAST_APPLIED: &str = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";

/// What there is to say of a test that is to be stored, with errors among it when it is refused. `old` is null for a
/// new one.
///
/// A change that no pod can come of is never refused, whatever would be said of the spec today: a finalizer has to go,
/// and a label that no overlay selects by concerns nobody.
pub(crate) fn judge(
    old: &Value,
    new: Value,
    overlays: &Overlays,
    namespace: &Namespace,
    config: &Config,
) -> Vec<Diagnostic> {
    let changes_pods = old.is_null() || changes_pods(old, &new, overlays, namespace);
    if !changes_pods && old.pointer(LAST_APPLIED) == new.pointer(LAST_APPLIED) {
        return Vec::new();
    }
    let context = ClusterContext { overlays, namespace: Some(namespace), pod_security: None };
    let document = Document::from_value(new);
    let rendered = podgraft_locust::render(&document, &context, config);
    let mut diagnostics = if rendered.diagnostics.is_empty() {
        Vec::new()
    } else {
        // Others read the answer, in audit logs.
        let env_values = podgraft_locust::env_values(&document.value, overlays, &rendered);
        rendered.redacted(&env_values).diagnostics
    };
    if !changes_pods {
        // Applied anew with nulls, which changed nothing.
        diagnostics.retain(|diagnostic| diagnostic.code == codes::LOST_NULL);
    }
    diagnostics
}

/// What whoever writes a test adds to its pods that reaches beyond them. `old` is null for a new one.
pub(crate) fn added_privileges(
    old: &Value,
    new: Value,
    overlays: &Overlays,
    namespace: &Namespace,
    config: &Config,
) -> Vec<AuthoredPrivilege> {
    let context = ClusterContext { overlays, namespace: Some(namespace), pod_security: None };
    let new = Document::from_value(new);
    let added = if old.is_null() {
        podgraft_locust::authored_privileges(&new, &context, config)
    } else {
        podgraft_locust::added_privileges(&Document::from_value(old.clone()), &new, &context, config)
    };
    added.into_iter().map(|(_, privilege)| privilege).collect()
}

/// Whether both tests say the same in their specs. A test of v1 keeps what only v2 says in an annotation, which is as
/// much its spec as the rest.
pub(crate) fn has_same_spec(old: &Value, new: &Value) -> bool {
    let kept = |test: &Value| {
        let is_v1 = test.get("apiVersion").is_some_and(|version| version == Version::V1.api_version());
        let annotations = test.pointer("/metadata/annotations").filter(|_| is_v1);
        annotations.and_then(|annotations| annotations.get(conversion::ANNOTATION)).cloned()
    };
    old.get("spec") == new.get("spec") && kept(old) == kept(new)
}

/// Whether other pods may come of a test than before.
fn changes_pods(old: &Value, new: &Value, overlays: &Overlays, namespace: &Namespace) -> bool {
    !has_same_spec(old, new) || !overlays.select_alike(&labels_of(old), &labels_of(new), namespace)
}

#[cfg(test)]
mod tests {
    use podgraft_locust::read_overlays;
    use serde_json::json;

    use super::*;

    fn test(field: &str) -> Value {
        json!({
            "apiVersion": "locust.io/v2", "kind": "LocustTest",
            "metadata": {"name": "a", "namespace": "team", "labels": {}, "annotations": {}},
            "spec": {
                "image": "locust", "master": {"command": "-f a.py"}, "worker": {"command": "-f a.py", "replicas": 1},
                "podTemplate": {"spec": {field: true}}
            }
        })
    }

    fn codes_of(old: &Value, new: &Value) -> Vec<&'static str> {
        let overlay = json!({
            "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay", "metadata": {"name": "team"},
            "spec": {"selector": {"matchLabels": {"strict": "yes"}},
                "constraints": [{"path": ".spec.hostNetwork", "enum": [false], "required": true}]}
        });
        let overlays = read_overlays([Document::from_value(overlay)]);
        let namespace = Namespace::labelled("team", std::collections::BTreeMap::new());
        let found = judge(old, new.clone(), &overlays, &namespace, &Config::default());
        found.iter().map(|one| one.code.as_str()).collect()
    }

    #[test]
    fn a_wrong_test_is_refused_when_it_is_new_and_when_it_becomes_wrong() {
        let (good, wrong) = (test("hostNetwork"), test("hostNetwrok"));
        assert_eq!(codes_of(&Value::Null, &wrong), ["unknown-field"]);
        assert_eq!(codes_of(&good, &wrong), ["unknown-field"]);
        assert!(!codes_of(&Value::Null, &good).contains(&"unknown-field"));
    }

    #[test]
    fn metadata_of_a_wrong_test_may_change() {
        let wrong = test("hostNetwrok");
        let mut changed = wrong.clone();
        changed["metadata"]["finalizers"] = json!([]);
        changed["metadata"]["labels"]["color"] = "blue".into();
        changed["metadata"]["annotations"]["note"] = "x".into();
        assert!(codes_of(&wrong, &changed).is_empty());
        changed["metadata"]["labels"]["strict"] = "no".into();
        assert!(codes_of(&wrong, &changed).is_empty(), "the overlay applies to neither");
        changed["metadata"]["labels"]["strict"] = "yes".into();
        assert_eq!(codes_of(&wrong, &changed), ["unknown-field"], "another overlay applies");
    }

    #[test]
    fn what_a_test_of_v1_keeps_of_v2_is_its_spec() {
        let test = |kept: &Value| {
            json!({
                "apiVersion": "locust.io/v1", "kind": "LocustTest",
                "metadata": {"name": "a", "namespace": "team", "annotations": {"locust.io/conversion": kept.to_string()}},
                "spec": {"image": "locust", "masterCommandSeed": "-f a.py", "workerCommandSeed": "-f a.py", "workerReplicas": 1}
            })
        };
        let plain = test(&json!({}));
        let kept = test(
            &json!({"version": "v2", "spec": {"security": {"containerSecurityContext": {"privileged": true}}}}),
        );
        assert!(has_same_spec(&plain, &plain) && !has_same_spec(&plain, &kept));
        let (overlays, namespace) = (Overlays::none(), Namespace::named("team"));
        let added = added_privileges(&plain, kept, &overlays, &namespace, &Config::default());
        assert!(added.iter().any(|one| one.used.privilege.verb() == "use-privileged"), "{added:?}");
    }

    #[test]
    fn a_null_that_was_applied_and_never_sent_is_told() {
        let wrong = test("hostNetwrok");
        let mut changed = wrong.clone();
        let applied =
            json!({"spec": {"podTemplate": {"spec": {"runtimeClassName": null, "hostNetwrok": true}}}});
        changed["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] =
            applied.to_string().into();
        assert_eq!(codes_of(&wrong, &changed), ["lost-null"]);
    }
}
