//! That the pods can be found, and that the Job controller can do its work.

use super::{
    refusal,
    table::{JOB_LABELS, LABELS, METADATA},
};
use crate::{
    names::{JOB_CONTROLLER_LABELS, OPERATOR_LABELS},
    pod_context::PodContext,
};
use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use podgraft_pod::cursor::Cursor;

/// Judges the metadata of the pod template.
pub(super) fn judge(subject: &PodContext<'_>) -> Vec<Diagnostic> {
    let (pod, base) = (subject.at(), subject.base_at());
    let (now, wanted) = (pod.get("metadata"), base.get("metadata"));
    let label = |metadata: &Option<Cursor<'_>>, name: &str| {
        metadata
            .as_ref()
            .and_then(|metadata| metadata.get("labels"))
            .and_then(|labels| labels.get(name))
            .map(|it| it.value.clone())
    };
    let labels = FieldPath::fields(["metadata", "labels"]);
    let mut found = Vec::new();
    for name in OPERATOR_LABELS {
        let Some(wanted) = label(&wanted, name) else { continue };
        let message = match label(&now, name) {
            Some(now) if now == wanted => continue,
            Some(now) => format!(
                "leave the label {name} as it was, {wanted}: the operator finds the pods by it, not by {now}"
            ),
            None => format!("keep the label {name}: {wanted}: the operator finds the pods by it"),
        };
        found.push(refusal(&LABELS, labels.field(name), message));
    }
    for name in JOB_CONTROLLER_LABELS {
        if label(&now, name).is_some() {
            let message = format!("remove the label {name}: the Job controller sets it itself");
            found.push(refusal(&JOB_LABELS, labels.field(name), message));
        }
    }
    for name in now.as_ref().map_or_else(Vec::new, Cursor::names) {
        if !matches!(name, "labels" | "annotations") {
            let message = format!(
                "remove {name} from the template's metadata: only labels and annotations may be set there"
            );
            found.push(refusal(&METADATA, FieldPath::fields(["metadata", name]), message));
        }
    }
    found
}
