use podgraft_merge::work::Work;
use serde_json::{Value, json};

use super::{PodSecurityStandard, violations};

/// What is said of a pod with this spec: check, first path, message.
fn said(spec: &Value, standard: &str) -> Vec<String> {
    let standard: PodSecurityStandard = standard.parse().unwrap();
    let found = violations(&json!({"spec": spec}), standard, &Work::unlimited());
    found.iter().map(|one| format!("{} {}: {}", one.check, one.path(), one.message())).collect()
}

#[test]
fn messages_say_what_to_do_and_to_whom() {
    let container = |name: &str| json!({"name": name, "securityContext": {"privileged": true}});
    let spec = json!({
        "hostNetwork": true,
        "securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}], "seLinuxOptions": {"user": "u"}},
        "volumes": [{"name": "v", "hostPath": {"path": "/"}}],
        "containers": [container("a"), container("b"), container("c")]
    });
    assert_eq!(
        said(&spec, "baseline:v1.30"),
        [
            "hostNamespaces .spec.hostNetwork: set hostNetwork to false in the pod",
            "hostPathVolumes .spec.volumes[name=\"v\"].hostPath: replace hostPath by another source, such as emptyDir or \
             persistentVolumeClaim in volume \"v\"",
            "privileged .spec.containers[name=\"a\"].securityContext.privileged: set securityContext.privileged to false in \
             containers \"a\", \"b\" and \"c\"",
            "seLinuxOptions .spec.securityContext.seLinuxOptions.user: remove securityContext.seLinuxOptions.user in the pod",
            "sysctls .spec.securityContext.sysctls[0]: remove sysctl \"kernel.msgmax\" in the pod",
        ]
    );
}

#[test]
fn what_every_container_or_the_pod_may_say_is_asked_of_both() {
    let spec = json!({"containers": [{"name": "a"}]});
    assert_eq!(
        said(&spec, "restricted:v1.0"),
        [
            "runAsNonRoot .spec.containers[name=\"a\"].securityContext.runAsNonRoot: set securityContext.runAsNonRoot to true \
             in the pod, or in container \"a\""
        ]
    );
    let checks: Vec<_> =
        violations(&json!({"spec": spec}), "restricted".parse().unwrap(), &Work::unlimited())
            .into_iter()
            .map(|one| one.check)
            .collect();
    let wanted =
        ["allowPrivilegeEscalation", "capabilities_restricted", "runAsNonRoot", "seccompProfile_restricted"];
    assert_eq!(checks, wanted);
}

#[test]
fn messages_about_very_many_containers_stay_short() {
    let containers: Vec<Value> = (0..20_000)
        .map(|n| json!({"name": format!("c{n}"), "ports": [{"containerPort": 80, "hostPort": 1 + n}]}))
        .collect();
    let found = said(&json!({"containers": containers}), "restricted");
    assert_eq!(found.len(), 5);
    assert!(found.iter().all(|line| line.len() < 600), "{found:#?}");
    assert!(found[0].ends_with("and 19996 more"), "{}", found[0]);
}

#[test]
fn what_is_no_pod_is_not_judged() {
    for pod in [json!(null), json!({}), json!({"spec": []}), json!({"spec": {"containers": {"name": "a"}}})] {
        assert_eq!(violations(&pod, "restricted".parse().unwrap(), &Work::unlimited()), Vec::new(), "{pod}");
    }
}
