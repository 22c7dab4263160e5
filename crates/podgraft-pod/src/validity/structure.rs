//! The pod against Kubernetes' own schema: what is required, and of which type each field is.

use std::sync::LazyLock;

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind, paths::LocationSegment};
use podgraft_merge::{
    diagnostic::Diagnostic,
    path::{FieldPath, Lookup, Segment},
};
use serde_json::{Value, json};

use crate::{codes, cursor::canonical, json_schema};

/// The schema of a Job and all that is in it, as Kubernetes publishes it.
const SCHEMA: &str = include_str!("job.schema.json");

/// Fields that the published schema requires and the API server does not: what is absent is read
/// as empty, which is legal there.
const NOT_REQUIRED: [(&str, &str); 8] = [
    ("EvictionResponder", "name"),
    ("EvictionResponder", "priority"),
    ("HTTPHeader", "value"),
    ("ISCSIVolumeSource", "lun"),
    ("PreferredSchedulingTerm", "preference"),
    ("ScaleIOVolumeSource", "secretRef"),
    ("SleepAction", "seconds"),
    ("Sysctl", "value"),
];

static VALIDATOR: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let mut schema: Value = serde_json::from_str(SCHEMA).ok()?;
    for (definition, field) in NOT_REQUIRED {
        if let Some(Value::Array(required)) = schema.pointer_mut(&format!("/$defs/{definition}/required")) {
            required.retain(|name| name != field);
        }
    }
    json_schema::bound_integers(&mut schema);
    schema.as_object_mut()?.insert("$ref".to_owned(), json!("#/$defs/PodTemplateSpec"));
    jsonschema::validator_for(&schema).ok()
});

/// Judges the structure of a pod template.
pub(super) fn judge(pod: &Value) -> Vec<Diagnostic> {
    check(pod, |_| true)
}

/// What cannot even be decoded in a pod template: values of a wrong type.
pub(super) fn undecodable(pod: &Value) -> Vec<Diagnostic> {
    check(pod, |kind| !matches!(kind, ValidationErrorKind::Required { .. }))
}

fn check(pod: &Value, counts: impl Fn(&ValidationErrorKind) -> bool) -> Vec<Diagnostic> {
    let Some(validator) = VALIDATOR.as_ref() else {
        let message = "rebuild podgraft: its schema of a Job cannot be read";
        return vec![Diagnostic::error(codes::INVALID_STRUCTURE, message)];
    };
    let pod = without_nulls(pod);
    // A null in a list is read as an empty item, and judged as such.
    let errors =
        validator.iter_errors(&pod).filter(|error| !error.instance().is_null() && counts(error.kind()));
    let lookup = Lookup::default();
    errors.map(|error| told(&pod, &error, &lookup)).collect()
}

/// The API server reads a null as an absent field.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let set = map.iter().filter(|(_, inner)| !inner.is_null());
            Value::Object(set.map(|(name, inner)| (name.clone(), without_nulls(inner))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

fn told<'v>(pod: &'v Value, error: &ValidationError<'_>, lookup: &Lookup<'v>) -> Diagnostic {
    let path = place(pod, error, lookup);
    let name = path.segments().iter().rev().find_map(|segment| match segment {
        Segment::Field(name) => Some(name.as_str()),
        _ => None,
    });
    let name = name.unwrap_or("the pod template").to_owned();
    let (path, message) = match error.kind() {
        ValidationErrorKind::Required { property } => {
            let field = property.as_str().unwrap_or_default();
            let whose = match path.segments().last() {
                Some(Segment::Field(_)) | None => name,
                Some(_) => format!("each item of {name}"),
            };
            (path.field(field), format!("add {field}: {whose} needs it"))
        }
        ValidationErrorKind::Type { kind } => {
            let is_item = !matches!(path.segments().last(), Some(Segment::Field(_)) | None);
            let message = json_schema::wrong_type(&name, is_item, kind, error.instance());
            (path, message)
        }
        ValidationErrorKind::Minimum { limit } | ValidationErrorKind::Maximum { limit } => {
            let is_short = limit.as_i64().is_some_and(|limit| i32::try_from(limit).is_ok());
            let bits = if is_short { 32 } else { 64 };
            let message = format!("write \"{name}\" as a number of {bits} bits, not as {}", error.instance());
            (path.clone(), message)
        }
        _ => (path, format!("correct {name}: {error}")),
    };
    Diagnostic::error(codes::INVALID_STRUCTURE, message).at(path)
}

/// Where an error is, by merge keys where lists have some.
fn place<'v>(pod: &'v Value, error: &ValidationError<'_>, lookup: &Lookup<'v>) -> FieldPath {
    let segment = |segment: LocationSegment<'_>| match segment {
        LocationSegment::Property(name) => Segment::Field(name.to_string()),
        LocationSegment::Index(index) => Segment::Index(index),
    };
    canonical(pod, &FieldPath::new(error.instance_path().into_iter().map(segment).collect()), lookup)
}
