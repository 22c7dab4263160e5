//! That neither the pod nor its Locust is started again.

use super::{
    refusal,
    table::{CONTAINER_RESTART, RESTART_POLICY},
};
use crate::{
    names::LOCUST,
    pod_context::{self, PodContext},
};
use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use podgraft_pod::cursor::Cursor;

/// The action of a rule that starts every container of the pod again.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/types.go`, `ContainerRestartRuleAction`.
const RESTART_ALL: &str = "RestartAllContainers";

/// Judges `restartPolicy` of the pod and of container `locust`, and the rules of all containers.
pub(super) fn judge(subject: &PodContext<'_>) -> Vec<Diagnostic> {
    let pod = subject.at();
    let mut found: Vec<Diagnostic> = of_pod(subject).into_iter().collect();
    found.extend(pod_context::locust(&pod).map_or_else(Vec::new, |locust| of_locust(&locust)));
    let Some(spec) = pod.get("spec") else { return found };
    let others = ["containers", "initContainers"].into_iter().flat_map(|list| spec.items(list));
    let others = others.filter(|container| container.str("name") != Some(LOCUST));
    found.extend(others.filter_map(|container| of_other(&container)));
    found
}

fn of_pod(subject: &PodContext<'_>) -> Option<Diagnostic> {
    let path = FieldPath::fields(["spec", "restartPolicy"]);
    let wanted = path.find(subject.base).and_then(|value| value.as_str()).unwrap_or("Never");
    let message = match path.find(subject.pod).map(|value| value.as_str()) {
        Some(Some(now)) if now == wanted => return None,
        Some(Some(now)) => format!("remove restartPolicy: the operator needs it to be {wanted}, not {now}"),
        Some(None) => format!("remove restartPolicy: the operator needs it to be {wanted}"),
        None => format!("keep restartPolicy: {wanted}: the operator needs it"),
    };
    Some(refusal(&RESTART_POLICY, path, message))
}

/// The container's own policy and rules count before the pod's.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/kubelet/container/helpers.go`, `ShouldContainerBeRestarted`.
fn of_locust(locust: &Cursor<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(policy) = locust.get("restartPolicy").filter(|policy| policy.value != "Never") {
        let written =
            policy.value.as_str().filter(|policy| !policy.is_empty()).unwrap_or("another policy than Never");
        let message = format!(
            "remove restartPolicy from container \"locust\": it must not start again, and {written} would start it"
        );
        found.push(refusal(&CONTAINER_RESTART, policy.path, message));
    }
    if !locust.items("restartPolicyRules").is_empty() {
        let message = "remove restartPolicyRules from container \"locust\": it must not start again";
        found.push(refusal(&CONTAINER_RESTART, locust.field("restartPolicyRules"), message));
    }
    found
}

fn of_other(container: &Cursor<'_>) -> Option<Diagnostic> {
    let rules = container.items("restartPolicyRules");
    let rule = rules.into_iter().find(|rule| rule.str("action") == Some(RESTART_ALL))?;
    let message =
        format!("write another action than {RESTART_ALL}: it starts container \"locust\" again as well");
    Some(refusal(&CONTAINER_RESTART, rule.field("action"), message))
}
