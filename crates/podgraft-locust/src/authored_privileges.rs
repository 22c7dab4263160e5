//! [`authored_privileges`]: what the author of a LocustTest gives its pods that reaches beyond them.

use std::collections::HashSet;

use podgraft_pod::{
    manifest::Document,
    privilege::{self, AuthoredPrivilege},
};

use crate::{ClusterContext, config::Config, render::render_pods, role::Role};

/// The privileges that the author of the test in `document` gives its pods, and not an overlay that is for everybody
/// nor the operator; each with the role of the pod. None of a test that cannot be read.
#[must_use]
pub fn authored_privileges(
    document: &Document,
    cluster_context: &ClusterContext<'_>,
    config: &Config,
) -> Vec<(Role, AuthoredPrivilege)> {
    let (pods, _) = render_pods(document, cluster_context, config);
    let of_role =
        |(role, pod)| privilege::authored_privileges(&pod).into_iter().map(move |used| (role, used));
    pods.into_iter().flatten().flat_map(of_role).collect()
}

/// Those of the `new` test that the `old` one does not have at the same place with the same value: what whoever changes
/// a test adds to it.
#[must_use]
pub fn added_privileges(
    old: &Document,
    new: &Document,
    cluster_context: &ClusterContext<'_>,
    config: &Config,
) -> Vec<(Role, AuthoredPrivilege)> {
    let mut added = authored_privileges(new, cluster_context, config);
    if added.is_empty() {
        return added;
    }
    let key = |(role, one): &(Role, AuthoredPrivilege)| {
        let AuthoredPrivilege { used, value, .. } = one;
        (role.as_str(), used.privilege, used.name.clone(), used.path.to_string(), value.to_string())
    };
    let had: HashSet<_> = authored_privileges(old, cluster_context, config).iter().map(key).collect();
    added.retain(|one| !had.contains(&key(one)));
    added
}

#[cfg(test)]
mod tests {
    use podgraft_pod::overlay::Namespace;
    use serde_json::{Value, json};

    use super::*;
    use crate::read_overlays;

    fn test(template: &Value) -> Document {
        Document::from_value(json!({
            "apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": "a", "namespace": "team"},
            "spec": {
                "image": "locust", "master": {"command": "-f a.py"}, "worker": {"command": "-f a.py", "replicas": 1},
                "overlays": [{"name": "devices"}], "workerPodTemplate": template
            }
        }))
    }

    fn overlays() -> podgraft_pod::overlay::Overlays {
        let overlay = |name: &str, opt_in: bool, spec: Value| {
            Document::from_value(json!({
                "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay", "metadata": {"name": name},
                "spec": {"optIn": opt_in, "defaults": {"workerPodTemplate": {"spec": spec}}}
            }))
        };
        read_overlays([
            overlay("devices", true, json!({"hostIPC": true})),
            overlay(
                "logs",
                false,
                json!({"hostPID": true, "volumes": [{"name": "logs", "hostPath": {"path": "/var/log"}}]}),
            ),
        ])
    }

    fn written(found: Vec<(Role, AuthoredPrivilege)>) -> Vec<String> {
        found.into_iter().map(|(_, one)| format!("{} {}", one.used.privilege.verb(), one.used.name)).collect()
    }

    fn authored(template: &Value) -> Vec<String> {
        let (overlays, namespace) = (overlays(), Namespace::named("team"));
        let context = ClusterContext { overlays: &overlays, namespace: Some(&namespace), pod_security: None };
        written(authored_privileges(&test(template), &context, &Config::default()))
    }

    #[test]
    fn only_what_the_author_gives_is_the_authors() {
        let opted_in = "use-host-namespaces hostIPC";
        assert_eq!(authored(&json!({})), [opted_in], "and not what the overlay for everybody gives");
        assert_eq!(
            authored(&json!({"spec": {"hostNetwork": true}})),
            ["use-host-namespaces hostNetwork", opted_in]
        );
        // Stating what an overlay gives anyway is giving it.
        assert_eq!(authored(&json!({"spec": {"hostPID": true}})), ["use-host-namespaces hostPID", opted_in]);
        // One field of a volume of the platform is enough, and another name for it is another volume.
        let volume = |change: Value| json!({"spec": {"volumes": [change]}});
        assert_eq!(
            authored(&volume(json!({"name": "logs", "hostPath": {"type": "Directory"}}))),
            [opted_in, "use-host-paths /var/log"]
        );
        assert_eq!(
            authored(&volume(json!({"name": "logs", "hostPath": {"path": "/"}}))),
            [opted_in, "use-host-paths /"]
        );
        assert_eq!(
            authored(&json!({"spec": {"$patch": "replace", "hostNetwork": true}}))[0],
            "use-host-namespaces hostNetwork"
        );
    }

    #[test]
    fn who_changes_a_test_answers_for_what_is_new() {
        let (overlays, namespace) = (overlays(), Namespace::named("team"));
        let context = ClusterContext { overlays: &overlays, namespace: Some(&namespace), pod_security: None };
        let node = |name: &str| json!({"spec": {"nodeName": name, "hostNetwork": true}});
        let added = |old: &Value, new: &Value| {
            written(added_privileges(&test(old), &test(new), &context, &Config::default()))
        };
        assert!(added(&node("a"), &node("a")).is_empty());
        assert_eq!(added(&node("a"), &node("b")), ["use-node-names b"]);
        assert_eq!(added(&json!({}), &node("b")), ["use-host-namespaces hostNetwork", "use-node-names b"]);
        assert!(added(&node("a"), &json!({})).is_empty());
    }
}
