//! JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7386), by the crate that kube uses.

use serde_json::Value;

use super::Error;
use crate::{
    diagnostic::{Diagnostic, codes},
    path::{FieldPath, Segment},
};

/// Applies a JSON Patch: a list of operations, each at a JSON pointer. All or nothing.
///
/// # Errors
/// `invalid-patch` when `patch` is no list of operations; `patch-failed` when an operation does not
/// apply, with its place.
pub fn json_patch(mut base: Value, patch: &Value) -> Result<Value, Error> {
    let operations = patch.as_array().ok_or_else(|| {
        Box::new(
            Diagnostic::error(codes::INVALID_PATCH, "write a JSON patch as a list of operations")
                .at(FieldPath::root())
                .help("for example: [{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 3}]"),
        )
    })?;
    for (index, operation) in operations.iter().enumerate() {
        // The operation's place in the patch, for one that cannot be read.
        let place = FieldPath::root().index(index);
        let parsed: json_patch::PatchOperation =
            serde_json::from_value(operation.clone()).map_err(|error| {
                Box::new(
                    Diagnostic::error(codes::INVALID_PATCH, format!("operation {index}: {error}")).at(place),
                )
            })?;
        let pointer = operation.get("path").and_then(Value::as_str).unwrap_or_default().to_owned();
        json_patch::patch(&mut base, &[parsed]).map_err(|error| {
            let why = match error.kind {
                json_patch::PatchErrorKind::TestFailed => "the value tested for is not there",
                json_patch::PatchErrorKind::InvalidFromPointer => "\"from\" names nothing that exists",
                json_patch::PatchErrorKind::InvalidPointer => "\"path\" names nothing that exists",
                _ => "the operation does not apply",
            };
            let message = format!("correct operation {index} at \"{pointer}\": {why}");
            Box::new(Diagnostic::error(codes::PATCH_FAILED, message).at(pointed(&pointer)))
        })?;
    }
    Ok(base)
}

/// Applies a JSON Merge Patch: maps merge, null removes, everything else replaces. Never fails.
#[must_use]
pub fn merge_patch(mut base: Value, patch: &Value) -> Value {
    json_patch::merge(&mut base, patch);
    base
}

/// A JSON pointer as a field path.
fn pointed(pointer: &str) -> FieldPath {
    let steps = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    FieldPath::new(
        steps.map(|step| step.parse().map_or_else(|_| Segment::Field(step), Segment::Index)).collect(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_apply_in_order_or_not_at_all() {
        let base = json!({"a": [1, 2]});
        let patch = json!([{"op": "add", "path": "/a/-", "value": 3}, {"op": "remove", "path": "/a/0"}]);
        assert_eq!(json_patch(base.clone(), &patch).unwrap(), json!({"a": [2, 3]}));
        let error = json_patch(base.clone(), &json!([{"op": "remove", "path": "/b/0"}])).unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.path.unwrap().to_string().as_str()),
            ("patch-failed", ".b[0]")
        );
        assert_eq!(json_patch(base.clone(), &json!({})).unwrap_err().code, "invalid-patch");
        assert_eq!(json_patch(base, &json!([{"op": "jump"}])).unwrap_err().code, "invalid-patch");
    }

    #[test]
    fn null_removes_in_a_merge_patch() {
        assert_eq!(merge_patch(json!({"a": 1, "b": [1]}), &json!({"a": null, "b": [2]})), json!({"b": [2]}));
    }
}
