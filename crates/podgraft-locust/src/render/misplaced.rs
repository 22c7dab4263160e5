//! Containers that are looked for in the wrong place.

use std::cell::LazyCell;

use podgraft_merge::{
    diagnostic::{Diagnostic, Severity},
    path::{FieldPath, Segment},
};
use serde_json::Value;

use crate::{codes, role::Role};

const LISTS: [&str; 2] = ["containers", "initContainers"];

/// Says where the container is that a layer aims at and this pod does not have there, if one of the bases has it: in
/// the other list of its containers, or in the other role's pod.
pub(super) fn found_elsewhere(
    finding: Diagnostic,
    own: &Value,
    test_name: &str,
    (other, others): (Role, &LazyCell<Value, impl FnOnce() -> Value>),
) -> Diagnostic {
    let path = finding.path.as_ref().map(FieldPath::segments);
    let Some([Segment::Field(_), Segment::Field(written), Segment::Key(key)]) = path else { return finding };
    let name = key.iter().find(|(key, _)| key == "name").and_then(|(_, name)| name.as_str());
    let Some(name) =
        name.filter(|_| finding.code == codes::UNKNOWN_TARGET && LISTS.contains(&written.as_str()))
    else {
        return finding;
    };
    let place = list_with(own, name)
        .filter(|list| list != written)
        .map(|list| format!("write \"{name}\" in {list}: that is where the pod has it"));
    let place = place.or_else(|| {
        let list = list_with(others, name).filter(|_| list_with(own, name).is_none())?;
        Some(format!("write \"{name}\" in {list} of {other}PodTemplate: only the {other} has it"))
    });
    match place {
        Some(message) if finding.severity == Severity::Warning => {
            Diagnostic { message: format!("{message} (left out)"), ..finding }
        }
        Some(message) => Diagnostic { message, ..finding },
        None if finding.is_error() && crate::lints::is_meant_for_locust(name, test_name) => {
            let message = format!("{}; to change Locust itself, name it \"locust\"", finding.message);
            Diagnostic { message, ..finding }
        }
        None => finding,
    }
}

/// The list of a pod's containers that has one of this name.
fn list_with(pod: &Value, name: &str) -> Option<&'static str> {
    LISTS.into_iter().find(|list| {
        let containers = pod.pointer(&format!("/spec/{list}")).and_then(Value::as_array);
        containers.into_iter().flatten().any(|container| container.get("name").is_some_and(|own| own == name))
    })
}
