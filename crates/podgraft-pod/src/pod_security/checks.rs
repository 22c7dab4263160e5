//! The checks, a file each.

pub(super) mod allow_privilege_escalation;
pub(super) mod app_armor_profile;
pub(super) mod capabilities_baseline;
pub(super) mod capabilities_restricted;
pub(super) mod host_namespaces;
pub(super) mod host_path_volumes;
pub(super) mod host_ports;
pub(super) mod host_probes;
pub(super) mod privileged;
pub(super) mod proc_mount;
pub(super) mod restricted_volumes;
pub(super) mod run_as_non_root;
pub(super) mod run_as_user;
pub(super) mod se_linux_options;
pub(super) mod seccomp_baseline;
pub(super) mod seccomp_restricted;
pub(super) mod sysctls;
pub(super) mod windows_host_process;

use super::{
    inspected_pod::InspectedPod,
    offending_field::{OffendingField, Subject},
};
use crate::cursor::Cursor;

/// The field `name` of every container's security context that is as it must not be: it is to be `value`.
fn set_in_containers(
    pod: &InspectedPod<'_>,
    name: &str,
    value: bool,
    demand: &str,
    is_wrong: impl Fn(Option<&Cursor<'_>>) -> bool,
) -> Vec<OffendingField> {
    let wrong = pod.containers().iter().filter(|of| is_wrong(of.get("securityContext").as_ref()));
    let found = wrong.map(|container| {
        let path = container.path.field("securityContext").field(name);
        OffendingField::set(path, Subject::container(container), demand.to_owned(), value)
    });
    found.collect()
}
