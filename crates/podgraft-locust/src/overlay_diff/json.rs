//! The view for programs.

use serde_json::{Value, json};

use super::{Change, Group, Outcome, OverlayDiff, Refusal, Side, Where};

/// The groups, most tests first, and the tests that stay as they are:
///
/// ```text
/// {"changed": [{"tests": [..], "changes": [{"in": [..], "path", "before", "after", "beforeLayers", "afterLayers"}]}],
///  "refused": [{"tests": [..], "errors": [{"with": [..], "code", "message", "path", "layer", "help"}]}],
///  "equal": [..]}
/// ```
///
/// `in` names `master`, `worker` or `service`; `with` names `before` or `after`. What is not there is null.
#[must_use]
pub fn to_json(against: &OverlayDiff) -> Value {
    let (mut changed, mut refused) = (Vec::new(), Vec::new());
    for Group { tests, outcome } in against.groups() {
        match outcome {
            Outcome::Changed(changes) => {
                let changes: Vec<Value> = changes.iter().map(change).collect();
                changed.push(json!({"tests": tests, "changes": changes}));
            }
            Outcome::Refused(refusals) => {
                let errors: Vec<Value> = refusals.iter().map(refusal).collect();
                refused.push(json!({"tests": tests, "errors": errors}));
            }
        }
    }
    json!({"changed": changed, "refused": refused, "equal": against.equal()})
}

fn change(change: &Change) -> Value {
    let place = match change.place {
        Where::BothPods => vec!["master", "worker"],
        Where::Pod(role) => vec![role.as_str()],
        Where::Service => vec!["service"],
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
