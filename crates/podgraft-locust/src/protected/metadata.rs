//! That the pods can be found, and that the Job controller can do its work.

use serde_json::Value;

use super::{checked_pod::CheckedPod, entry::Violation};
use crate::names::{JOB_CONTROLLER_LABELS, OPERATOR_LABELS};
use podgraft_merge::path::FieldPath;
use podgraft_pod::cursor::Cursor;

/// Checks that the labels are there by which the operator and the Service find pods.
pub(super) fn operator_labels(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let violation = |name: &str| {
        let wanted = label(&pod.base, name)?;
        let message = match label(&pod.pod, name) {
            Some(now) if now == wanted => return None,
            Some(now) => format!(
                "leave the label {name} as it was, {wanted}: the operator finds the pods by it, not by {now}"
            ),
            None => format!("keep the label {name}: {wanted}: the operator finds the pods by it"),
        };
        Some(Violation::new(place(name), message))
    };
    OPERATOR_LABELS.into_iter().filter_map(violation).collect()
}

/// Checks that nobody sets the labels that the Job controller sets.
pub(super) fn job_labels(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let set = JOB_CONTROLLER_LABELS.into_iter().filter(|name| label(&pod.pod, name).is_some());
    set.map(|name| {
        let message = format!("remove the label {name}: the Job controller sets it itself");
        Violation::new(place(name), message)
    })
    .collect()
}

/// Checks that there is no metadata but labels and annotations.
pub(super) fn other_fields(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let metadata = pod.pod.get("metadata");
    let names = metadata.as_ref().map_or_else(Vec::new, Cursor::names);
    let others = names.into_iter().filter(|name| !matches!(*name, "labels" | "annotations"));
    others
        .map(|name| {
            let message = format!(
                "remove {name} from the template's metadata: only labels and annotations may be set there"
            );
            Violation::new(FieldPath::fields(["metadata", name]), message)
        })
        .collect()
}

/// A label of a pod template.
fn label(pod: &Cursor<'_>, name: &str) -> Option<Value> {
    Some(pod.get("metadata")?.get("labels")?.get(name)?.value.clone())
}

/// Where a label is.
fn place(name: &str) -> FieldPath {
    FieldPath::fields(["metadata", "labels"]).field(name)
}
