//! When the pod ends.

use podgraft_merge::diagnostic::Diagnostic;

use crate::{codes, names::LOCUST, pod_context::PodContext};
use podgraft_pod::cursor::Cursor;

/// Judges what keeps the pod from ending, or ends it too soon.
pub(super) fn judge(subject: &PodContext<'_>, spec: &Cursor<'_>) -> Vec<Diagnostic> {
    let mut found = plain_sidecars(subject.test_name, spec);
    if let Some(seconds) = spec.int("activeDeadlineSeconds") {
        let message = format!(
            "remove activeDeadlineSeconds, or end the test with --run-time: after {seconds} seconds its pod fails"
        );
        let help = "The deadline stops the pod and counts as a failure, which fails the whole Job. Locust's own \
                    --run-time ends the test and keeps its results.";
        let path = spec.field("activeDeadlineSeconds");
        found.push(Diagnostic::warning(codes::POD_DEADLINE, message).at(path).help(help));
    }
    if spec.int("terminationGracePeriodSeconds") == Some(0) {
        let message = "give terminationGracePeriodSeconds some seconds: with 0 Locust is killed before it can print its results";
        let path = spec.field("terminationGracePeriodSeconds");
        found.push(Diagnostic::warning(codes::NO_GRACE_PERIOD, message).at(path));
    }
    if spec.has("priority") {
        let message = "name a priorityClassName in place of priority: pods are refused when the number is not the class's";
        found.push(Diagnostic::warning(codes::POD_PRIORITY, message).at(spec.field("priority")));
    }
    found
}

/// A Job ends when all containers of its pods have, and helpers seldom do.
fn plain_sidecars(test_name: &str, spec: &Cursor<'_>) -> Vec<Diagnostic> {
    let others =
        spec.items("containers").into_iter().filter(|container| container.str("name") != Some(LOCUST));
    others
        .map(|container| {
            let name = container.text("name");
            let is_own = is_meant_for_locust(name, test_name) || is_image_of_locust(container.text("image"));
            let own = if is_own { "; to change Locust itself, name it \"locust\"" } else { "" };
            let message = format!(
                "move container \"{name}\" to initContainers with restartPolicy: Always, unless it ends by itself{own}"
            );
            let help = format!(
                "The test is over when all containers of the pod have ended; one that keeps running keeps it from \
                 ending. As a native sidecar it starts before Locust and is stopped after it:\n\n\
                 initContainers:\n- name: {name}\n  restartPolicy: Always"
            );
            // Whoever changed it later did not add it: who named it did.
            Diagnostic::warning(codes::PLAIN_SIDECAR, message).at(container.field("name")).help(help)
        })
        .collect()
}

/// Whether a container of this name is hardly another one than Locust's own, which every pod has under the name
/// `locust`: it is called by its role, by the test, or as an only container often is.
pub(crate) fn is_meant_for_locust(name: &str, test_name: &str) -> bool {
    const WORDS: [&str; 20] = [
        "locust",
        "locusts",
        "locustio",
        "worker",
        "workers",
        "master",
        "slave",
        "main",
        "app",
        "test",
        "tests",
        "load",
        "loadtest",
        "container",
        "pod",
        "client",
        "runner",
        "default",
        "primary",
        "base",
    ];
    let name = name.to_lowercase();
    let rest = name.strip_prefix(test_name).unwrap_or(&name);
    let mut words = rest
        .split(['-', '_', '.'])
        .map(|word| word.trim_end_matches(|last: char| last.is_ascii_digit()))
        .filter(|word| !word.is_empty());
    words.all(|word| WORDS.contains(&word))
}

/// Whether an image is Locust's, or made from it, by its name.
fn is_image_of_locust(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    let name = name.split([':', '@']).next().unwrap_or(name);
    name.contains("locust") && !name.contains("exporter")
}
