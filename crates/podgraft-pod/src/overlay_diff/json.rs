//! The view for programs.

use serde_json::{Value, json};

use super::{Change, ChangedObjects, DiffGroup, DiffOutcome, OverlayDiff, Refusal, Side};
use crate::{noun::Noun, pod_role::PodRole};

/// The groups, most objects first, and the objects that stay as they are; where they are called tests:
///
/// ```text
/// {"changed": [{"tests": [..], "changes": [{"in": [..], "path", "before", "after", "beforeLayers", "afterLayers"}]}],
///  "refused": [{"tests": [..], "errors": [{"with": [..], "code", "message", "path", "layer", "help"}]}],
///  "equal": [..]}
/// ```
///
/// `in` names the pods by their roles (`master`, `worker`; `pod` the only one of an object), or the kind of another object
/// (`service`); `with` names `before` or `after`. What is not there is null.
#[must_use]
pub fn to_json(noun: Noun, against: &OverlayDiff) -> Value {
    let (mut changed, mut refused) = (Vec::new(), Vec::new());
    for DiffGroup { objects, outcome } in against.groups() {
        match outcome {
            DiffOutcome::Changed(changes) => {
                let changes: Vec<Value> = changes.iter().map(change).collect();
                changed.push(json!({(noun.many): objects, "changes": changes}));
            }
            DiffOutcome::Refused(refusals) => {
                let errors: Vec<Value> = refusals.iter().map(refusal).collect();
                refused.push(json!({(noun.many): objects, "errors": errors}));
            }
        }
    }
    json!({"changed": changed, "refused": refused, "equal": against.equal()})
}

fn change(change: &Change) -> Value {
    let name = |role: &PodRole| role.name().unwrap_or("pod").to_owned();
    let place: Vec<String> = match &change.place {
        ChangedObjects::AllPods(roles) | ChangedObjects::Pods(roles) => roles.iter().map(name).collect(),
        ChangedObjects::Other(kind) => vec![kind.to_lowercase()],
    };
    json!({
        "in": place,
        "path": change.difference.path.to_string(),
        "before": change.difference.before,
        "after": change.difference.after,
        "beforeLayers": change.before_layers,
        "afterLayers": change.after_layers,
    })
}

fn refusal(refusal: &Refusal) -> Value {
    let with = match refusal.side {
        Side::Before => vec!["before"],
        Side::After => vec!["after"],
        Side::Both => vec!["before", "after"],
    };
    let diagnostic = &refusal.diagnostic;
    json!({
        "with": with,
        "code": diagnostic.code.as_str(),
        "message": diagnostic.message,
        "path": diagnostic.path.as_ref().map(ToString::to_string),
        "layer": diagnostic.layer_name(),
        "help": diagnostic.help,
    })
}
