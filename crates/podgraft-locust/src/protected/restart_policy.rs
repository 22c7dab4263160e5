//! That neither the pod nor its Locust is started again.

use super::{checked_pod::CheckedPod, entry::Violation};
use crate::names::LOCUST;
use podgraft_merge::path::FieldPath;
use podgraft_pod::cursor::Cursor;

/// The action of a rule that starts every container of the pod again.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/types.go`, `ContainerRestartRuleAction`.
const RESTART_ALL: &str = "RestartAllContainers";

/// Checks `restartPolicy` of the pod.
pub(super) fn of_pod(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let path = FieldPath::fields(["spec", "restartPolicy"]);
    let wanted = path.find(pod.context.base).and_then(|value| value.as_str()).unwrap_or("Never");
    let message = match path.find(pod.context.pod).map(|value| value.as_str()) {
        Some(Some(now)) if now == wanted => return Vec::new(),
        Some(Some(now)) => format!("remove restartPolicy: the operator needs it to be {wanted}, not {now}"),
        Some(None) => format!("remove restartPolicy: the operator needs it to be {wanted}"),
        None => format!("keep restartPolicy: {wanted}: the operator needs it"),
    };
    vec![Violation::new(path, message)]
}

/// Checks `restartPolicy` of container `locust`, and the rules of all containers.
pub(super) fn of_containers(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let mut found = pod.locust.as_ref().map_or_else(Vec::new, of_locust);
    let Some(spec) = pod.pod.get("spec") else { return found };
    let others = ["containers", "initContainers"].into_iter().flat_map(|list| spec.items(list));
    let others = others.filter(|container| container.str("name") != Some(LOCUST));
    found.extend(others.filter_map(|container| of_other(&container)));
    found
}

/// The container's own policy and rules count before the pod's.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/kubelet/container/helpers.go`, `ShouldContainerBeRestarted`.
fn of_locust(locust: &Cursor<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    if let Some(policy) = locust.get("restartPolicy").filter(|policy| policy.value != "Never") {
        let written =
            policy.value.as_str().filter(|policy| !policy.is_empty()).unwrap_or("another policy than Never");
        let message = format!(
            "remove restartPolicy from container \"locust\": it must not start again, and {written} would start it"
        );
        found.push(Violation::new(policy.path, message));
    }
    if !locust.items("restartPolicyRules").is_empty() {
        let message = "remove restartPolicyRules from container \"locust\": it must not start again";
        found.push(Violation::new(locust.field("restartPolicyRules"), message));
    }
    found
}

fn of_other(container: &Cursor<'_>) -> Option<Violation> {
    let rules = container.items("restartPolicyRules");
    let rule = rules.into_iter().find(|rule| rule.str("action") == Some(RESTART_ALL))?;
    let message =
        format!("write another action than {RESTART_ALL}: it starts container \"locust\" again as well");
    Some(Violation::new(rule.field("action"), message))
}
