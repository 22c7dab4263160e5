//! [`PodVerdict`]: whether a Pod Security Standard allows a pod, or what makes pods.

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath, work::Work};
use podgraft_pod::{
    manifest::{self, Document},
    pod_security::{PodSecurityStandard, PodSecurityViolation, PodSource, violations},
    validity::undecodable,
};
use serde_json::{Value, json};

use crate::codes;

/// Whether a Pod Security Standard allows a pod, or an object of a built-in kind that makes pods.
pub(super) struct PodVerdict {
    /// For what it is refused: the name of a check or, of what is no pod, of a diagnostic; where; and what to do.
    checks: Vec<(&'static str, FieldPath, String)>,
    /// The same, for people.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl PodVerdict {
    /// Judges the object in a document; paths are rooted at the object.
    pub(super) fn of(document: &Document, standard: PodSecurityStandard) -> Self {
        let mut verdict = Self { checks: Vec::new(), diagnostics: Vec::new() };
        let source = PodSource::of(&document.value);
        let Some((root, pod)) = source.and_then(|source| Some((source.path, source.template?))) else {
            return verdict;
        };
        // What cannot be decoded is judged as if it were not there: that allows nothing.
        let broken = undecodable(pod);
        if broken.is_empty() {
            for violation in violations(pod, standard, &Work::unlimited()) {
                verdict.refuse(&violation, standard, &root);
            }
        }
        for found in broken {
            let path = root.join(&found.path.clone().unwrap_or_default());
            verdict.checks.push((codes::INVALID_STRUCTURE.as_str(), path.clone(), found.message.clone()));
            verdict.diagnostics.push(found.at(path));
        }
        let object = object_name(&document.value);
        for one in &mut verdict.diagnostics {
            one.object = Some(object.clone());
            one.position = one.path.as_ref().and_then(|path| document.position(path));
        }
        verdict
    }

    fn refuse(&mut self, violation: &PodSecurityViolation, standard: PodSecurityStandard, root: &FieldPath) {
        let (check, path, message) = (violation.check, root.join(&violation.path()), violation.message());
        let words = format!("{message}: Pod Security {standard} demands it (check {check})");
        self.diagnostics.push(Diagnostic::error(codes::POD_SECURITY, words).at(path.clone()));
        self.checks.push((check, path, message));
    }

    /// The verdict for programs, on one line.
    pub(super) fn json_line(&self) -> String {
        let check = |(id, path, message): &(&str, FieldPath, String)| json!({"id": id, "path": path.to_string(), "message": message});
        let checks: Vec<Value> = self.checks.iter().map(check).collect();
        manifest::to_json_line(&json!({"allowed": checks.is_empty(), "checks": checks}))
    }
}

/// The object's kind, namespace and name, for people.
fn object_name(object: &Value) -> String {
    let part = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let kind = part("/kind").unwrap_or_default();
    let name = part("/metadata/name").or(part("/metadata/generateName")).unwrap_or("without a name");
    match part("/metadata/namespace") {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}
