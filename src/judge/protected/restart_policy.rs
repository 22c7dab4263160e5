//! That the pod is not started again.

use super::{refusal, table::RESTART_POLICY};
use crate::{diagnostic::Diagnostic, judge::Subject, path::FieldPath};

/// Judges `restartPolicy` of the pod.
pub(super) fn judge(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let path = FieldPath::fields(["spec", "restartPolicy"]);
    let wanted = path.find(subject.base).and_then(|value| value.as_str()).unwrap_or("Never");
    let message = match path.find(subject.pod).map(|value| value.as_str()) {
        Some(Some(now)) if now == wanted => return Vec::new(),
        Some(Some(now)) => format!("remove restartPolicy: the operator needs it to be {wanted}, not {now}"),
        Some(None) => format!("remove restartPolicy: the operator needs it to be {wanted}"),
        None => format!("keep restartPolicy: {wanted}: the operator needs it"),
    };
    vec![refusal(&RESTART_POLICY, path, message)]
}
