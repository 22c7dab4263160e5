//! Texts of an object that lack their quotes, so that YAML reads something else.

use podgraft_merge::{
    diagnostic::Diagnostic,
    path::FieldPath,
    schema::{ScalarType, Schema, Type},
};
use serde_json::Value;

use crate::{codes, json_schema::not_a_text};

/// What is wrong with an object's namespace, labels and annotations, which are texts.
pub fn metadata(object: &Value) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let Some(metadata) = object.get("metadata") else { return errors };
    let path = FieldPath::fields(["metadata"]);
    if let Some(namespace) = metadata.get("namespace").filter(|value| is_other(value)) {
        let message = not_a_text("metadata.namespace", namespace);
        errors.push(Diagnostic::error(codes::INVALID_NAMESPACE, message).at(path.field("namespace")));
    }
    for name in ["labels", "annotations"] {
        let texts = metadata.get(name).and_then(Value::as_object);
        for (key, value) in texts.into_iter().flatten().filter(|(_, value)| is_other(value)) {
            let message = not_a_text(&format!("\"{key}\""), value);
            errors.push(Diagnostic::error(codes::INVALID_VALUE, message).at(path.field(name).field(key)));
        }
    }
    errors
}

fn is_other(value: &Value) -> bool {
    !value.is_string() && !value.is_null()
}

/// The amounts with a fraction in a partial pod template that are numbers: `cpu: 1.5`. The API server takes an
/// amount in a custom resource as a text or an integer, where the schema of the resource declares it; a pod may
/// have it as any number.
///
/// # Source
/// Kubernetes 1.37.2, apiextensions-apiserver: `x-kubernetes-int-or-string`.
#[must_use]
pub fn in_template(template: &Value, path: &FieldPath) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    if let Some(schema) = Schema::pod_template() {
        fractions(template, schema.ty(), path, &mut errors);
    }
    errors
}

/// [`in_template`], for a partial container.
#[must_use]
pub fn in_container(container: &Value, path: &FieldPath) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    if let Some(Type::List(item)) = field_of_spec("containers") {
        fractions(container, *item, path, &mut errors);
    }
    errors
}

/// [`in_template`], for a list of volumes.
#[must_use]
pub fn in_volumes(volumes: &Value, path: &FieldPath) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    if let Some(list) = field_of_spec("volumes") {
        fractions(volumes, list, path, &mut errors);
    }
    errors
}

/// The type of a field of a pod's spec.
fn field_of_spec(name: &str) -> Option<Type> {
    let spec = Schema::pod_template()?.field("spec").ok()?;
    Schema::new(spec.ty).field(name).ok().map(|field| field.ty)
}

fn fractions(value: &Value, ty: Type, path: &FieldPath, errors: &mut Vec<Diagnostic>) {
    match (value, ty) {
        (Value::Object(fields), Type::Struct(_)) => {
            for (name, inner) in fields {
                // `$append/sources` holds items of the list `sources`.
                let field = name.strip_prefix("$append/").or_else(|| name.strip_prefix("$prepend/"));
                if let Ok(known) = Schema::new(ty).field(field.unwrap_or(name)) {
                    fractions(inner, known.ty, &path.field(name), errors);
                }
            }
        }
        (Value::Object(fields), Type::Map(inner)) => {
            for (name, value) in fields {
                fractions(value, *inner, &path.field(name), errors);
            }
        }
        (Value::Array(items), Type::List(item)) => {
            for (index, value) in items.iter().enumerate() {
                fractions(value, *item, &path.index(index), errors);
            }
        }
        (
            Value::Number(number),
            Type::Scalar(ScalarType::Quantity) | Type::Custom(ScalarType::Quantity, _),
        ) if number.as_f64().is_some_and(|number| number.fract() != 0.0) => {
            let message = format!(
                "put {number} in quotes: in a custom resource an amount with a fraction is a text, as in \"{number}\""
            );
            errors.push(Diagnostic::error(codes::INVALID_VALUE, message).at(path.clone()));
        }
        _ => {}
    }
}
