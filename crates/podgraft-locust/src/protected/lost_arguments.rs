//! Arguments that do not reach Locust.

use super::{checked_pod::CheckedPod, entry::Violation};
use crate::{locust_command::launch::Lost, shortened::shortened};

/// Finds a shell that keeps arguments from Locust.
pub(super) fn check(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let lost = pod.invocation.as_ref().and_then(|invocation| invocation.lost.as_ref());
    let Some((path, lost)) = lost else { return Vec::new() };
    let message = match lost {
        Lost::All => "end the script with exec locust \"$@\", and write the word locust behind it: no argument of the operator reaches Locust".to_owned(),
        Lost::First(first) => format!(
            "write the word locust behind the script: the shell takes the first argument, \"{}\", for its own name",
            shortened(first)
        ),
    };
    vec![Violation::new(path.clone(), message)]
}
