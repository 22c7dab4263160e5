//! How evenly pods spread.

use std::collections::HashSet;

use super::{findings::Findings, selector};
use crate::cursor::Cursor;

/// Judges the topology spread constraints of a pod that has these labels.
pub(super) fn judge(spec: &Cursor<'_>, labels: &HashSet<&str>, found: &mut Findings) {
    let mut seen = HashSet::new();
    for constraint in spec.items("topologySpreadConstraints") {
        found.range(&constraint, "maxSkew", 1, i64::MAX);
        found.required(&constraint, "topologyKey", "kubernetes.io/hostname");
        found.exactly_one_of(&constraint, "whenUnsatisfiable", &["DoNotSchedule", "ScheduleAnyway"]);
        let key = (constraint.text("topologyKey"), constraint.text("whenUnsatisfiable"));
        if !seen.insert(key) {
            let message = format!("remove one of the two constraints for {} and {}", key.0, key.1);
            found.refuse(constraint.path.clone(), message);
        }
        found.range(&constraint, "minDomains", 1, i64::MAX);
        if constraint.has("minDomains") && key.1 != "DoNotSchedule" {
            found.refuse(
                constraint.field("minDomains"),
                "set whenUnsatisfiable to DoNotSchedule, or remove minDomains",
            );
        }
        for policy in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            found.exactly_one_of(&constraint, policy, &["Honor", "Ignore"]);
        }
        selector::label_keys(&constraint, "matchLabelKeys", found);
        selector::added_twice(&constraint, labels, found);
        if let Some(selector) = constraint.get("labelSelector") {
            selector::labels(&selector, found);
        }
    }
}
