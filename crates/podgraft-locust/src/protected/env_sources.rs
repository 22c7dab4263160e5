//! Sources of variables that nobody sees here, and that may hold variables of Locust.

use podgraft_pod::cursor::Cursor;

use super::{checked_pod::CheckedPod, entry::Violation};
use crate::locust_command::connection_option::ConnectionOption;
use crate::role::Role;

/// Finds `envFrom` with a prefix that fits Locust's own variables: it is likely to be meant for Locust.
pub(super) fn check(pod: &CheckedPod<'_>) -> Vec<Violation> {
    // What is not started is not read.
    let Some(container) = pod.locust.as_ref().filter(|_| pod.invocation.is_some()) else { return Vec::new() };
    let counts = variables(pod.context.role);
    let violation = |source: Cursor<'_>| {
        let prefix = source.str("prefix").filter(|prefix| !prefix.is_empty())?;
        let names: Vec<&str> = counts.iter().filter(|name| name.starts_with(prefix)).copied().collect();
        if names.is_empty() {
            return None;
        }
        let message =
            format!("make sure that this source sets none of {}: nobody sees it here", names.join(", "));
        Some(Violation::new(source.field("prefix"), message))
    };
    container.items("envFrom").into_iter().filter_map(violation).collect()
}

/// The variables that could break a role's pods.
fn variables(role: Role) -> Vec<&'static str> {
    let options: &[ConnectionOption] = match role {
        Role::Master => &[
            ConnectionOption::Worker,
            ConnectionOption::BindPort,
            ConnectionOption::BindHost,
            ConnectionOption::Processes,
        ],
        Role::Worker => &[ConnectionOption::Master, ConnectionOption::Processes],
    };
    options.iter().filter_map(|option| option.variable()).collect()
}
