//! That the pod has a container `locust`.

use super::{refusal, table::CONTAINER};
use crate::{
    names::LOCUST,
    pod_context::{self, PodContext},
};
use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};

/// Judges that container `locust` is there, and a main container.
pub(super) fn judge(subject: &PodContext<'_>) -> Vec<Diagnostic> {
    let pod = subject.at();
    let spec = FieldPath::fields(["spec"]);
    let init = pod.get("spec").map_or_else(Vec::new, |spec| spec.items("initContainers"));
    let among_init = init.into_iter().find(|item| item.str("name") == Some(LOCUST));
    match (pod_context::locust(&pod), among_init) {
        (Some(_), None) => Vec::new(),
        (Some(_), Some(extra)) => {
            let message = "rename the init container \"locust\": only the main container may have this name";
            vec![refusal(&CONTAINER, extra.path, message)]
        }
        (None, among_init) => {
            let message = if among_init.is_some() {
                "keep the container \"locust\" among the containers: as an init container it runs before them"
            } else {
                "keep the container \"locust\", under this name: the pod has none"
            };
            vec![refusal(&CONTAINER, spec.field("containers").item("name", LOCUST), message)]
        }
    }
}
