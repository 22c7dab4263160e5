//! Advice in the words of v1, where that is the version of a test.

use std::sync::LazyLock;

use podgraft_merge::diagnostic::Diagnostic;
use serde_json::Value;

use crate::conversion::MOVED_FIELDS;

/// What v1 says in another field than v2 where no field of the one is that of the other.
const SAID_OTHERWISE: [(&str, &str); 3] = [
    (
        "command or extraArgs of spec.master and of spec.worker",
        "spec.masterCommandSeed and spec.workerCommandSeed",
    ),
    ("spec.master.extraArgs", "spec.masterCommandSeed"),
    ("spec.worker.extraArgs", "spec.workerCommandSeed"),
];

/// The places that v2 and v1 have each for itself, as people write them.
static MOVED: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let place = |fields: &[&str]| format!("spec.{}", fields.join("."));
    MOVED_FIELDS.iter().map(|field| (place(field.v2), place(field.v1))).collect()
});

/// What v1 has not.
const ONLY_V2: [&str; 6] =
    ["spec.master", "spec.worker", "spec.testFiles", "spec.scheduling", "spec.env", "spec.security"];

/// Rewrites what is said of a test of v1: the places are those of v1, and what v1 has not says so.
pub(super) fn in_words_of_v1(object: &Value, diagnostics: &mut [Diagnostic]) {
    if object.get("apiVersion").is_none_or(|version| version != "locust.io/v1") {
        return;
    }
    for diagnostic in diagnostics {
        diagnostic.message = translated(&diagnostic.message);
        diagnostic.help = diagnostic.help.take().map(|help| translated(&help));
    }
}

fn translated(text: &str) -> String {
    if !text.contains("spec.") {
        return text.to_owned();
    }
    let text = SAID_OTHERWISE.iter().fold(text.to_owned(), |text, (v2, v1)| text.replace(v2, v1));
    let text = MOVED.iter().fold(text, |text, (v2, v1)| text.replace(v2, v1));
    let has_only_v2 = ONLY_V2.iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            // spec.workerPodTemplate is one of v1, and so is spec.envFrom of nobody.
            !text[at + name.len()..].starts_with(char::is_alphanumeric)
        })
    });
    if has_only_v2 && !text.contains("locust.io/v2") {
        return format!("{text}, which needs apiVersion: locust.io/v2");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_what_v1_has() {
        for (v2, v1) in [
            (
                "write the number of workers as spec.worker.replicas",
                "write the number of workers as spec.workerReplicas",
            ),
            ("move it to spec.scheduling.tolerations", "move it to spec.tolerations"),
            (
                "move it to spec.worker.resources or spec.master.resources",
                "move it to spec.worker.resources or spec.master.resources, which needs apiVersion: locust.io/v2",
            ),
            ("move it to spec.workerPodTemplate.spec", "move it to spec.workerPodTemplate.spec"),
            ("move it to .spec.containers", "move it to .spec.containers"),
        ] {
            assert_eq!(translated(v2), v1);
        }
    }
}
