//! That master and workers find each other: the options of container `locust` for the connection.

use super::{address::is_loopback, checked_pod::CheckedPod, entry::Violation};
use crate::ports::MASTER_PORT;
use crate::{
    locust_command::{connection_option::ConnectionOption, expansion::Expanded, python_int},
    shortened::shortened,
};

/// Checks that the master waits for the workers that there will be.
pub(super) fn expected_workers(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let wanted = Expanded::Known(pod.context.workers.to_string());
    equal(pod, ConnectionOption::ExpectWorkers, &wanted).into_iter().collect()
}

/// Checks that the workers look for their master where it listens.
pub(super) fn master_host(pod: &CheckedPod<'_>) -> Vec<Violation> {
    as_in_base(pod, ConnectionOption::MasterHost).into_iter().collect()
}

/// Checks that the workers look for their master at the port on which it listens.
pub(super) fn master_port(pod: &CheckedPod<'_>) -> Vec<Violation> {
    as_in_base(pod, ConnectionOption::MasterPort).into_iter().collect()
}

/// Checks that the master listens on the port to which the workers connect.
pub(super) fn bind_port(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let wrong = |text: &Expanded| {
        text.known().is_none_or(|text| python_int(text) != Some(MASTER_PORT.into())).then(|| {
            format!(
                "remove it, or set it to {MASTER_PORT}: the workers connect there, not to \"{}\"",
                shortened(text.written())
            )
        })
    };
    free_within(pod, ConnectionOption::BindPort, wrong).into_iter().collect()
}

/// Checks that the master listens where other pods reach it.
pub(super) fn bind_host(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let wrong = |text: &Expanded| match text.known() {
        Some(host) if !host.is_empty() && !is_loopback(host) && !is_alias_of_loopback(pod, host) => None,
        Some(host) => Some(format!(
            "remove it, or set it to \"*\": no worker reaches \"{}\" of another pod",
            shortened(host)
        )),
        None => Some(format!(
            "remove it, or set it to \"*\": what \"{}\" will be cannot be seen",
            shortened(text.written())
        )),
    };
    free_within(pod, ConnectionOption::BindHost, wrong).into_iter().collect()
}

/// The option has the value that the operator gave it.
fn as_in_base(pod: &CheckedPod<'_>, option: ConnectionOption) -> Option<Violation> {
    let base = pod.base_invocation.as_ref()?.line.last(option)?.value.as_ref()?;
    equal(pod, option, base)
}

/// The option has this value.
fn equal(pod: &CheckedPod<'_>, option: ConnectionOption, base: &Expanded) -> Option<Violation> {
    let invocation = pod.invocation.as_ref()?;
    let flag = option.flag();
    let wanted = base.written();
    let Some(given) = invocation.line.last(option) else {
        let message = format!("add {flag}={wanted} to the args: the operator set it");
        return Some(Violation::new(invocation.args.clone(), message));
    };
    let now = given.value.as_ref()?;
    if same_value(now, base) {
        return None;
    }
    let message = match (now.known(), given.variable) {
        (_, Some(variable)) => {
            format!(
                "remove the variable {variable}, and add {flag}={wanted} to the args: the operator set it"
            )
        }
        (Some(now), None) => {
            format!(
                "set {flag} back to {wanted}, or leave it as it was: \"{}\" breaks the test",
                shortened(now)
            )
        }
        (None, None) => {
            format!("write {flag}={wanted}: what \"{}\" will be cannot be seen", shortened(now.written()))
        }
    };
    Some(Violation::new(given.path.clone(), message))
}

/// Whether the pod's hosts file says that a name is a loopback address.
fn is_alias_of_loopback(pod: &CheckedPod<'_>, host: &str) -> bool {
    let aliases = pod.pod.get("spec").map_or_else(Vec::new, |spec| spec.items("hostAliases"));
    let mut loopback = aliases.into_iter().filter(|alias| is_loopback(alias.text("ip")));
    loopback.any(|alias| alias.texts("hostnames").iter().any(|(name, _)| name.eq_ignore_ascii_case(host)))
}

/// Checks an option that the operator does not set, on the line or by its variable.
fn free_within(
    pod: &CheckedPod<'_>,
    option: ConnectionOption,
    wrong: impl Fn(&Expanded) -> Option<String>,
) -> Option<Violation> {
    let given = pod.invocation.as_ref()?.line.last(option)?;
    let wrong = wrong(given.value.as_ref()?)?;
    let message = match given.variable {
        Some(variable) => format!("the variable {variable} does not fit: {wrong}"),
        None => format!("{} does not fit: {wrong}", option.flag()),
    };
    Some(Violation::new(given.path.clone(), message))
}

/// Whether two values mean the same: numbers as Python reads them, otherwise letter by letter.
fn same_value(one: &Expanded, other: &Expanded) -> bool {
    match (one.known(), other.known()) {
        (Some(one), Some(other)) => {
            one == other || python_int(one).is_some_and(|number| python_int(other) == Some(number))
        }
        _ => one == other,
    }
}
