//! How many Locusts run in a pod: `--processes`.

use serde_json::Value;

use super::{checked_pod::CheckedPod, entry::Violation};
use crate::locust_command::{
    command_line::ParsedOption, connection_option::ConnectionOption, expansion::Expanded,
    invocation::Invocation, python_int,
};
use crate::pod_context;
use podgraft_pod::cursor::Cursor;

/// How many workers connect from one worker pod, where its container says so: the number in `--processes` or
/// `LOCUST_PROCESSES`. One without it, and where the number cannot be seen.
#[must_use]
pub(crate) fn workers_per_pod(pod: &Value) -> i64 {
    let invocation =
        pod_context::locust(&Cursor::root(pod)).and_then(|container| Invocation::read(&container));
    let processes = invocation.and_then(|invocation| invocation.number(ConnectionOption::Processes, 0));
    processes.filter(|processes| *processes >= 1).unwrap_or(1)
}

/// The arguments of container `locust` with this number of workers to expect, where they say the number of pods.
/// `None` where nothing is to change.
#[must_use]
pub(crate) fn expecting(pod: &Value, pods: i64, workers: i64) -> Option<Vec<Value>> {
    if workers == pods {
        return None;
    }
    let container = pod_context::locust(&Cursor::root(pod))?;
    let invocation = Invocation::read(&container)?;
    let given = invocation.line.last(ConnectionOption::ExpectWorkers)?;
    if given.value.as_ref().and_then(Expanded::known).and_then(python_int) != Some(pods) {
        return None;
    }
    let words = container.items("args");
    let index = words.iter().position(|word| word.path == given.path)?;
    let mut arguments: Vec<Value> = words.into_iter().map(|word| word.value.clone()).collect();
    let number = workers.to_string();
    let word =
        if given.is_joined { format!("{}={number}", ConnectionOption::ExpectWorkers.flag()) } else { number };
    *arguments.get_mut(index)? = word.into();
    Some(arguments)
}

/// What `--processes` says, as far as it can be seen.
enum Processes {
    Number(i64),
    NoNumber,
    Unseen,
}

/// Checks that the master does not fork.
pub(super) fn of_master(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let Some((given, processes)) = given(pod) else { return Vec::new() };
    // Locust takes 0 for no number at all.
    if matches!(processes, Processes::Number(0)) {
        return Vec::new();
    }
    let message = format!("remove {}: the master must not fork workers of its own", written(given));
    vec![Violation::new(given.path.clone(), message)]
}

/// Checks that Locust takes the number of a worker's processes, where it can be seen.
pub(super) fn of_worker(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let Some((given, Processes::Number(..-1) | Processes::NoNumber)) = given(pod) else { return Vec::new() };
    let message = format!("write a number in {}: Locust refuses this one", written(given));
    vec![Violation::new(given.path.clone(), message)]
}

/// Finds where nobody sees how many processes a worker starts.
pub(super) fn unknown(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let (given, many) = match given(pod) {
        Some((given, Processes::Unseen)) => (given, "as many as cannot be seen here"),
        Some((given, Processes::Number(-1))) => (given, "a process for each processor of its node"),
        _ => return Vec::new(),
    };
    let message = format!(
        "write {} as a number of 1 or more: a worker starts {many}, and the master waits for {}, one a pod",
        written(given),
        pod.context.replicas
    );
    vec![Violation::new(given.path.clone(), message)]
}

/// The option that counts, and what it says.
fn given<'p>(pod: &'p CheckedPod<'_>) -> Option<(&'p ParsedOption, Processes)> {
    let given = pod.invocation.as_ref()?.line.last(ConnectionOption::Processes)?;
    let processes = match given.value.as_ref()?.known().map(python_int) {
        Some(Some(number)) => Processes::Number(number),
        Some(None) => Processes::NoNumber,
        None => Processes::Unseen,
    };
    Some((given, processes))
}

fn written(given: &ParsedOption) -> String {
    match given.variable {
        Some(variable) => format!("the variable {variable}"),
        None => ConnectionOption::Processes.flag().to_owned(),
    }
}
