//! Rules of scheduling that speak of no pods.

use podgraft_merge::diagnostic::Diagnostic;

use crate::{codes, names::POD_LABEL};
use podgraft_pod::cursor::Cursor;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Judges the spread constraints and the affinity to other pods: without a selector they speak of none.
///
/// # Source
/// Kubernetes 1.37.2, `k8s.io/api` `core/v1/types.go`, `PodAffinityTerm`; `pkg/api/pod/warnings.go`,
/// `warningsForPodAffinityTerms`.
pub(super) fn judge(pod: &Cursor<'_>, spec: &Cursor<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let label = pod.get("metadata").and_then(|metadata| metadata.get("labels")).map_or("", |labels| {
        let own = labels.value.get(POD_LABEL).and_then(serde_json::Value::as_str);
        own.unwrap_or_default()
    });
    for constraint in spec.items("topologySpreadConstraints") {
        let message = "add labelSelector: without one the constraint counts no pods, and spreads nothing";
        found.extend(without_selector(&constraint, message, label));
    }
    let affinity = spec.get("affinity");
    for kind in ["podAffinity", "podAntiAffinity"] {
        let Some(pods) = affinity.as_ref().and_then(|affinity| affinity.get(kind)) else { continue };
        let preferred = pods.items(PREFERRED).into_iter().filter_map(|term| term.get("podAffinityTerm"));
        for term in pods.items(REQUIRED).into_iter().chain(preferred) {
            let message = format!("add labelSelector: without one this term of {kind} matches no pod");
            found.extend(without_selector(&term, &message, label));
        }
    }
    found
}

fn without_selector(at: &Cursor<'_>, message: &str, label: &str) -> Option<Diagnostic> {
    if at.has("labelSelector") {
        return None;
    }
    let help = format!(
        "These pods have a label of their own:\n\nlabelSelector:\n  matchLabels:\n    {POD_LABEL}: {label}"
    );
    let found = Diagnostic::warning(codes::SELECTS_NOTHING, message).at(at.path.clone());
    Some(if label.is_empty() { found } else { found.help(help) })
}
