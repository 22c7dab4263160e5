//! How many Locusts run in a pod: `--processes`.

use podgraft_merge::diagnostic::Diagnostic;
use serde_json::Value;

use super::{
    command_line::ParsedOption,
    expansion::Expanded,
    invocation::Invocation,
    options::ConnectionOption,
    python_int, refusal,
    table::{MASTER_PROCESSES, WORKER_PROCESSES},
};
use crate::{
    codes,
    pod_context::{self, PodContext},
    role::Role,
};
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
    let word = if given.is_joined { format!("--expect-workers={number}") } else { number };
    *arguments.get_mut(index)? = word.into();
    Some(arguments)
}

/// Judges how often Locust forks.
pub(super) fn judge(subject: &PodContext<'_>, now: &Invocation) -> Option<Diagnostic> {
    let given = now.line.last(ConnectionOption::Processes)?;
    let text = given.value.as_ref()?;
    match (subject.role, text.known().map(python_int)) {
        // Locust takes 0 for no number at all.
        (_, Some(Some(0))) | (Role::Worker, Some(Some(1..))) => None,
        (Role::Master, _) => {
            let message = format!("remove {}: the master must not fork workers of its own", written(given));
            Some(refusal(&MASTER_PROCESSES, given.path.clone(), message))
        }
        (Role::Worker, Some(Some(-1))) => {
            Some(unknown(given, subject, "a process for each processor of its node"))
        }
        (Role::Worker, None) => Some(unknown(given, subject, "as many as cannot be seen here")),
        (Role::Worker, Some(_)) => {
            let message = format!("write a number in {}: Locust refuses this one", written(given));
            Some(refusal(&WORKER_PROCESSES, given.path.clone(), message))
        }
    }
}

fn written(given: &ParsedOption) -> String {
    match given.variable {
        Some(variable) => format!("the variable {variable}"),
        None => ConnectionOption::Processes.flag().to_owned(),
    }
}

fn unknown(given: &ParsedOption, subject: &PodContext<'_>, many: &str) -> Diagnostic {
    let replicas = subject.replicas;
    let message = format!(
        "write {} as a number of 1 or more: a worker starts {many}, and the master waits for {replicas}, one a pod",
        written(given)
    );
    let help = "With a number that can be seen the master waits for the pods times the number. Without, it may start the test \
                before all workers are there.";
    Diagnostic::warning(codes::UNKNOWN_PROCESSES, message).at(given.path.clone()).help(help)
}
