//! [`spec`]: the spec of v2 that a test of v1 is read as.

use serde_json::{Map, Value, json};

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use podgraft_pod::object::{normalize::normalize, unknown};

use super::{Version, spec_kind};
use crate::{conversion, spec_schemas::V2};

/// The spec of v2 that `spec`, that of `test`, converts to. What is wrong with fields that the test keeps of v2 is added
/// to `errors`: those are in an annotation, which no schema of v1 looks into.
pub(super) fn spec(test: &Value, spec: &Value, errors: &mut Vec<Diagnostic>) -> Result<Value, Diagnostic> {
    let name = conversion::ANNOTATION;
    let annotation = test.pointer("/metadata/annotations").and_then(|annotations| annotations.get(name));
    let annotations: Map<String, Value> =
        annotation.map(|text| (name.to_owned(), text.clone())).into_iter().collect();
    let object = json!({
        "apiVersion": Version::V1.api_version(), "kind": "LocustTest",
        "metadata": { "annotations": annotations }, "spec": spec
    });
    let mut converted = conversion::convert(&object, Version::V2)?;
    let mut spec = converted.get_mut("spec").map(Value::take).unwrap_or_default();
    normalize(&V2.schema, &mut spec);
    if annotation.is_some() && errors.iter().all(|error| !error.is_error()) {
        let place = FieldPath::fields(["metadata", "annotations", name]);
        let of_spec = FieldPath::fields(["spec"]);
        let mut wrong = Vec::new();
        unknown::fields(spec_kind(&V2.schema), &spec, &of_spec, &mut wrong);
        wrong.extend(V2.compiled.check(&spec).map(|(_, error)| {
            let path = of_spec.join(&error.path.clone().unwrap_or_default());
            error.at(path)
        }));
        errors.extend(wrong.into_iter().map(|error| {
            let field = error.path.as_ref().map(ToString::to_string).unwrap_or_default();
            Diagnostic { message: format!("{}, in {field} of locust.io/v2", error.message), ..error }
                .at(place.clone())
        }));
    }
    Ok(spec)
}
