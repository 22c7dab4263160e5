//! Nulls that `kubectl apply` dropped on the way to the server.
//!
//! kubectl strips every null before it sends an object, but keeps the text as it was written in an
//! annotation. A null in a template was meant to remove something, and removes nothing: say so.
//!
//! # Source
//! kubectl 1.37, `pkg/cmd/apply/apply.go`, `pruneNullsFromMap`.

use podgraft_merge::{
    diagnostic::{Diagnostic, LayerId},
    patch::MAX_DEPTH,
    path::{FieldPath, Segment},
};
use serde_json::Value;

use crate::codes;

/// The annotation with the text as it was written, in JSON.
const ANNOTATION: &str = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";

/// The fields that take directives.
const TEMPLATES: [&str; 3] = ["podTemplate", "masterPodTemplate", "workerPodTemplate"];

/// A warning for each null that the author of `test` applied and the server never saw. Empty for a test
/// that came from a file, or was not written by `kubectl apply`.
pub(super) fn lost_nulls(test: &Value) -> Vec<Diagnostic> {
    let applied = test.pointer(ANNOTATION).and_then(Value::as_str);
    let applied = applied.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let mut warnings = Vec::new();
    if let Some(spec) = applied.as_ref().and_then(|applied| applied.get("spec")) {
        for template in TEMPLATES {
            let at = FieldPath::fields(["spec", template]);
            let stored = test.pointer(&format!("/spec/{template}"));
            // A template that is null itself is none, wherever it is read.
            if let Some(written) = spec.get(template).filter(|written| !written.is_null()) {
                compare(written, stored, template, &at, 0, &mut warnings);
            }
        }
    }
    warnings
}

/// Looks for nulls in `written` that `stored` does not have.
fn compare(
    written: &Value,
    stored: Option<&Value>,
    template: &'static str,
    at: &FieldPath,
    depth: usize,
    warnings: &mut Vec<Diagnostic>,
) {
    if depth > MAX_DEPTH {
        return;
    }
    match written {
        Value::Null if stored.is_none_or(|stored| !stored.is_null()) => {
            warnings.push(lost(template, at));
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let unset = stored.and_then(|stored| stored.get("$unset")?.as_array());
                if value.is_null() && unset.is_some_and(|names| names.iter().any(|one| one == name)) {
                    // Mended by another way than kubectl apply.
                    continue;
                }
                let stored = stored.and_then(|stored| stored.get(name));
                compare(value, stored, template, &at.field(name), depth + 1, warnings);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let stored = stored.and_then(|stored| stored.get(index));
                compare(value, stored, template, &at.index(index), depth + 1, warnings);
            }
        }
        _ => {}
    }
}

fn lost(template: &'static str, at: &FieldPath) -> Diagnostic {
    let remedy = match at.segments().last() {
        Some(Segment::Field(name)) => format!("write $unset: [{name}] beside it instead"),
        _ => "leave it out".to_owned(),
    };
    let message = format!("{remedy}: kubectl apply dropped this null, and nothing is removed");
    let mut warning = Diagnostic::warning(codes::LOST_NULL, message).at(at.clone());
    warning.layer = Some(LayerId::field(template, FieldPath::fields(["spec", template])));
    warning
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn test(applied: &Value, stored: &Value) -> Value {
        json!({
            "metadata": { "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": json!({ "spec": applied }).to_string()
            } },
            "spec": stored
        })
    }

    #[test]
    fn a_dropped_null_is_named_with_its_remedy() {
        let applied = json!({"podTemplate": {"spec": {"runtimeClassName": null, "hostNetwork": true}}});
        let stored = json!({"podTemplate": {"spec": {"hostNetwork": true}}});
        let warnings = lost_nulls(&test(&applied, &stored));
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].path.as_ref().unwrap().to_string(), ".spec.podTemplate.spec.runtimeClassName");
        assert!(
            warnings[0].message.starts_with("write $unset: [runtimeClassName]"),
            "{}",
            warnings[0].message
        );
    }

    #[test]
    fn a_null_that_arrived_or_an_unreadable_annotation_is_not() {
        let spec = json!({"podTemplate": {"spec": {"runtimeClassName": null}}});
        assert!(lost_nulls(&test(&spec, &spec)).is_empty());
        assert!(lost_nulls(&json!({"spec": {}})).is_empty());
        assert!(lost_nulls(&test(&json!({"podTemplate": null}), &json!({}))).is_empty());
        let mut broken = test(&spec, &json!({}));
        *broken.pointer_mut(ANNOTATION).unwrap() = "{".into();
        assert!(lost_nulls(&broken).is_empty());
    }
}
