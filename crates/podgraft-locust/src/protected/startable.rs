//! That Linux can start the containers.

use super::{checked_pod::CheckedPod, entry::Violation};
use crate::locust_command::exec_limits::excess;

/// Checks what every container of the pod is started with.
pub(super) fn check(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let Some(spec) = pod.pod.get("spec") else { return Vec::new() };
    let containers = ["containers", "initContainers"].into_iter().flat_map(|list| spec.items(list));
    let too_long = containers.filter_map(|container| excess(&container));
    too_long.map(|excess| Violation::new(excess.path.clone(), excess.message())).collect()
}
