//! When the pod ends.

use crate::{
    diagnostic::{Code, Diagnostic},
    judge::at::At,
};

/// Judges what keeps the pod from ending, or ends it too soon.
pub(super) fn judge(spec: &At<'_>) -> Vec<Diagnostic> {
    let mut found = plain_sidecars(spec);
    if let Some(seconds) = spec.int("activeDeadlineSeconds") {
        let message = format!(
            "remove activeDeadlineSeconds, or end the test with --run-time: after {seconds} seconds its pod fails"
        );
        let help = "The deadline stops the pod and counts as a failure, which fails the whole Job. Locust's own \
                    --run-time ends the test and keeps its results.";
        let path = spec.field("activeDeadlineSeconds");
        found.push(Diagnostic::warning(Code::PodDeadline, message).at(path).help(help));
    }
    if spec.int("terminationGracePeriodSeconds") == Some(0) {
        let message = "give terminationGracePeriodSeconds some seconds: with 0 Locust is killed before it can print its results";
        let path = spec.field("terminationGracePeriodSeconds");
        found.push(Diagnostic::warning(Code::NoGracePeriod, message).at(path));
    }
    if spec.has("priority") {
        let message = "name a priorityClassName in place of priority: pods are refused when the number is not the class's";
        found.push(Diagnostic::warning(Code::PodPriority, message).at(spec.field("priority")));
    }
    found
}

/// A Job ends when all containers of its pods have, and helpers seldom do.
fn plain_sidecars(spec: &At<'_>) -> Vec<Diagnostic> {
    let others =
        spec.items("containers").into_iter().filter(|container| container.str("name") != Some("locust"));
    others
        .map(|container| {
            let name = container.text("name");
            let message = format!("move container \"{name}\" to initContainers with restartPolicy: Always, unless it ends by itself");
            let help = format!(
                "The test is over when all containers of the pod have ended; one that keeps running keeps it from \
                 ending. As a native sidecar it starts before Locust and is stopped after it:\n\n\
                 initContainers:\n- name: {name}\n  restartPolicy: Always"
            );
            // Whoever changed it later did not add it: who named it did.
            Diagnostic::warning(Code::PlainSidecar, message).at(container.field("name")).help(help)
        })
        .collect()
}
