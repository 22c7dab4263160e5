//! [`privileges`]: where a pod template has which privilege.

use serde_json::Value;

use super::{PodPrivilege, PrivilegeUse};
use crate::cursor::Cursor;

/// The taints that keep pods from control planes.
///
/// # Source
/// Kubernetes 1.37, `cmd/kubeadm/app/constants/constants.go`: `LabelNodeRoleControlPlane`; the other one is of before 1.25.
const CONTROL_PLANE_TAINTS: [&str; 2] =
    ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

/// Every privilege that a pod template (`metadata` and `spec`) has, with the field that has it.
#[must_use]
pub fn privileges(template: &Value) -> Vec<PrivilegeUse> {
    let Some(spec) = Cursor::root(template).get("spec") else { return Vec::new() };
    let mut found = Vec::new();
    of_pod(&spec, &mut found);
    for volume in spec.items("volumes") {
        if let Some(host_path) = volume.get("hostPath") {
            found.push(used(PodPrivilege::HostPaths, host_path.text("path"), &host_path));
        }
    }
    for (at, toleration) in spec.items("tolerations").into_iter().enumerate() {
        let key = toleration.text("key");
        if key.is_empty() || CONTROL_PLANE_TAINTS.contains(&key) {
            let path = spec.field("tolerations").index(at);
            found.push(PrivilegeUse { privilege: PodPrivilege::ControlPlanes, name: key.to_owned(), path });
        }
    }
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        spec.items(list).iter().for_each(|container| of_container(container, &mut found));
    }
    found
}

fn of_pod(spec: &Cursor<'_>, found: &mut Vec<PrivilegeUse>) {
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        if spec.is_true(field)
            && let Some(at) = spec.get(field)
        {
            found.push(used(PodPrivilege::HostNamespaces, field, &at));
        }
    }
    // The API server reads the old name only where the new one says nothing.
    let account =
        ["serviceAccountName", "serviceAccount"].into_iter().find(|name| !spec.text(name).is_empty());
    let named = [
        (account, PodPrivilege::ServiceAccounts),
        (Some("nodeName"), PodPrivilege::NodeNames),
        (Some("priorityClassName"), PodPrivilege::PriorityClasses),
    ];
    for (field, privilege) in named {
        let Some(at) = field.and_then(|field| spec.get(field)) else { continue };
        let name = at.value.as_str().unwrap_or_default();
        let is_ordinary = name.is_empty() || privilege == PodPrivilege::ServiceAccounts && name == "default";
        if !is_ordinary {
            found.push(used(privilege, name, &at));
        }
    }
    if let Some(context) = spec.get("securityContext") {
        host_process(&context, found);
    }
}

fn of_container(container: &Cursor<'_>, found: &mut Vec<PrivilegeUse>) {
    let Some(context) = container.get("securityContext") else { return };
    if context.is_true("privileged")
        && let Some(at) = context.get("privileged")
    {
        found.push(used(PodPrivilege::Privileged, "", &at));
    }
    host_process(&context, found);
    let added = context.get("capabilities").map(|capabilities| capabilities.texts("add"));
    for (capability, path) in added.into_iter().flatten() {
        let (privilege, name) = (PodPrivilege::Capabilities, capability.to_owned());
        found.push(PrivilegeUse { privilege, name, path });
    }
}

fn host_process(context: &Cursor<'_>, found: &mut Vec<PrivilegeUse>) {
    if let Some(windows) = context.get("windowsOptions")
        && windows.is_true("hostProcess")
        && let Some(at) = windows.get("hostProcess")
    {
        found.push(used(PodPrivilege::Privileged, "", &at));
    }
}

fn used(privilege: PodPrivilege, name: &str, at: &Cursor<'_>) -> PrivilegeUse {
    PrivilegeUse { privilege, name: name.to_owned(), path: at.path.clone() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(spec: &Value) -> Vec<String> {
        let template = json!({ "spec": spec });
        privileges(&template)
            .iter()
            .map(|one| format!("{} {} {}", one.privilege.verb(), one.name, one.path))
            .collect()
    }

    #[test]
    fn an_ordinary_pod_has_none() {
        let container =
            json!({"name": "a", "securityContext": {"privileged": false, "capabilities": {"drop": ["ALL"]}}});
        assert!(found(&json!({
            "hostNetwork": false, "serviceAccountName": "default", "nodeName": "", "containers": [container],
            "tolerations": [{"key": "team", "operator": "Exists"}], "volumes": [{"name": "v", "emptyDir": {}}]
        }))
        .is_empty());
        assert!(found(&Value::Null).is_empty());
        assert!(found(&json!({"containers": "x", "volumes": [1], "tolerations": {}})).is_empty());
    }

    #[test]
    fn each_is_found_where_it_is() {
        for (spec, expected) in [
            (json!({"hostPID": true}), "use-host-namespaces hostPID .spec.hostPID"),
            (
                json!({"volumes": [{"name": "v", "hostPath": {"path": "/var"}}]}),
                "use-host-paths /var .spec.volumes[name=\"v\"].hostPath",
            ),
            (
                json!({"initContainers": [{"name": "i", "securityContext": {"privileged": true}}]}),
                "use-privileged  .spec.initContainers[name=\"i\"].securityContext.privileged",
            ),
            (
                json!({"securityContext": {"windowsOptions": {"hostProcess": true}}}),
                "use-privileged  .spec.securityContext.windowsOptions.hostProcess",
            ),
            (
                json!({"containers": [{"name": "c", "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}]}),
                "add-capabilities SYS_ADMIN .spec.containers[name=\"c\"].securityContext.capabilities.add[0]",
            ),
            (json!({"serviceAccountName": "admin"}), "use-service-accounts admin .spec.serviceAccountName"),
            (json!({"serviceAccount": "admin"}), "use-service-accounts admin .spec.serviceAccount"),
            (
                json!({"serviceAccountName": "admin", "serviceAccount": "default"}),
                "use-service-accounts admin .spec.serviceAccountName",
            ),
            (json!({"nodeName": "n1"}), "use-node-names n1 .spec.nodeName"),
            (
                json!({"tolerations": [{"operator": "Exists"}]}),
                "tolerate-control-planes  .spec.tolerations[0]",
            ),
            (
                json!({"tolerations": [{"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"}]}),
                "tolerate-control-planes node-role.kubernetes.io/master .spec.tolerations[0]",
            ),
            (json!({"priorityClassName": "high"}), "use-priority-classes high .spec.priorityClassName"),
        ] {
            assert_eq!(found(&spec), [expected]);
        }
    }
}
