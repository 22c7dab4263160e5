//! [`unrendered_templates`]: pieces of Helm templates in the texts of a value, however it was written.

use podgraft_merge::{
    diagnostic::Diagnostic,
    path::{FieldPath, Segment},
};
use serde_json::Value;

use super::{Document, MAX_DEPTH, syntax};
use crate::codes;

/// A warning for each text of an object's `spec` that still has a piece of a Helm template in it. Reading a file warns by
/// itself: this is for objects that come from an API server, whose annotations may have templates of other programs.
#[must_use]
pub fn unrendered_templates(document: &Document) -> Vec<Diagnostic> {
    let has_text = document.position(&FieldPath::fields([])).is_some();
    if has_text { Vec::new() } else { warnings(document) }
}

/// The warnings about an object's `spec`, with their lines where it has a text.
pub(super) fn warnings(document: &Document) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if let Some(spec) = document.value.get("spec") {
        warn(spec, &mut vec![Segment::Field("spec".to_owned())], &mut warnings);
    }
    let positioned = |warning: Diagnostic| {
        let position = warning.path.as_ref().and_then(|path| document.position(path));
        warning.positioned(position)
    };
    warnings.into_iter().map(positioned).collect()
}

fn warn(value: &Value, at: &mut Vec<Segment>, warnings: &mut Vec<Diagnostic>) {
    if at.len() > MAX_DEPTH {
        return;
    }
    let mut below = |segment: Segment, value: &Value| {
        at.push(segment);
        warn(value, at, warnings);
        at.pop();
    };
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| below(Segment::Field(name.clone()), value));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| below(Segment::Index(index), value));
        }
        Value::String(text) => {
            if let Some(message) = syntax::unrendered(text) {
                let path = at.iter().fold(FieldPath::fields([]), |path, segment| path.with(segment.clone()));
                warnings.push(Diagnostic::warning(codes::UNRENDERED_TEMPLATE, message).at(path));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_is_told_once_whatever_the_object_comes_from() {
        let object = json!({
            "metadata": {"annotations": {"note": "{{ .Values.note }}"}},
            "spec": {"image": "locust:{{ .Values.tag }}", "env": [{"name": "A", "value": "{{ other }}"}]}
        });
        let said = unrendered_templates(&Document::from_value(object.clone()));
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(said[0].path.as_ref().unwrap().to_string(), ".spec.image");
        for (name, text) in [
            ("a.yaml", "spec: {image: 'locust:{{ .Values.tag }}'}".to_owned()),
            ("a.json", object.to_string()),
        ] {
            let read = super::super::read(name, text.as_bytes());
            assert_eq!(read.diagnostics.len(), 1, "{:?}", read.diagnostics);
            assert_eq!(read.diagnostics[0].message, said[0].message);
            assert!(read.diagnostics[0].position.is_some());
            assert!(unrendered_templates(&read.documents[0]).is_empty());
        }
    }
}
