//! Which taints of nodes the pod puts up with.

use super::{
    findings::Findings,
    formats::{LABEL_VALUE, QUALIFIED},
};
use crate::cursor::Cursor;

/// Judges the tolerations of a pod.
pub(super) fn judge(spec: &Cursor<'_>, found: &mut Findings) {
    for toleration in spec.items("tolerations") {
        found.format(&toleration, "key", &QUALIFIED);
        found.one_of(&toleration, "effect", &["NoSchedule", "PreferNoSchedule", "NoExecute"]);
        found.one_of(&toleration, "operator", &["Exists", "Equal"]);
        let operator = toleration.text("operator");
        if toleration.text("key").is_empty() && operator != "Exists" {
            found.refuse(
                toleration.field("operator"),
                "add key, or set operator to Exists, which tolerates every taint",
            );
        }
        if toleration.has("tolerationSeconds") && toleration.text("effect") != "NoExecute" {
            found.refuse(toleration.field("effect"), "set effect to NoExecute: tolerationSeconds needs it");
        }
        value(&toleration, operator, found);
    }
}

fn value(toleration: &Cursor<'_>, operator: &str, found: &mut Findings) {
    let value = toleration.text("value");
    match operator {
        "Exists" if !value.is_empty() => {
            found.refuse(
                toleration.field("value"),
                "remove value, or set operator to Equal: Exists takes none",
            );
        }
        "" | "Equal" => found.written(toleration.field("value"), "value", value, &LABEL_VALUE),
        _ => {}
    }
}
