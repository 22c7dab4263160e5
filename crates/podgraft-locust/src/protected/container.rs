//! That the pod has a container `locust`.

use super::{checked_pod::CheckedPod, entry::Violation};
use crate::names::LOCUST;
use podgraft_merge::path::FieldPath;

/// Checks that container `locust` is there, and a main container.
pub(super) fn check(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let spec = FieldPath::fields(["spec"]);
    let init = pod.pod.get("spec").map_or_else(Vec::new, |spec| spec.items("initContainers"));
    let among_init = init.into_iter().find(|item| item.str("name") == Some(LOCUST));
    match (&pod.locust, among_init) {
        (Some(_), None) => Vec::new(),
        (Some(_), Some(extra)) => {
            let message = "rename the init container \"locust\": only the main container may have this name";
            vec![Violation::new(extra.path, message)]
        }
        (None, among_init) => {
            let message = if among_init.is_some() {
                "keep the container \"locust\" among the containers: as an init container it runs before them"
            } else {
                "keep the container \"locust\", under this name: the pod has none"
            };
            vec![Violation::new(spec.field("containers").item("name", LOCUST), message)]
        }
    }
}
