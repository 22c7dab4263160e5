//! Advice in the words of v1, where that is the version of a test.

use serde_json::Value;

use podgraft_merge::diagnostic::Diagnostic;

/// What v2 has in another place than v1, the longer first where one begins with another.
const PLACES: [(&str, &str); 14] = [
    (
        "command or extraArgs of spec.master and of spec.worker",
        "spec.masterCommandSeed and spec.workerCommandSeed",
    ),
    ("spec.master.extraArgs", "spec.masterCommandSeed"),
    ("spec.worker.extraArgs", "spec.workerCommandSeed"),
    ("spec.master.command", "spec.masterCommandSeed"),
    ("spec.worker.command", "spec.workerCommandSeed"),
    ("spec.worker.replicas", "spec.workerReplicas"),
    ("spec.master.labels", "spec.labels.master"),
    ("spec.worker.labels", "spec.labels.worker"),
    ("spec.master.annotations", "spec.annotations.master"),
    ("spec.worker.annotations", "spec.annotations.worker"),
    ("spec.testFiles.configMapRef", "spec.configMap"),
    ("spec.testFiles.libConfigMapRef", "spec.libConfigMap"),
    ("spec.scheduling.affinity", "spec.affinity"),
    ("spec.scheduling.tolerations", "spec.tolerations"),
];

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
    let text = PLACES.iter().fold(text.to_owned(), |text, (v2, v1)| text.replace(v2, v1));
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
