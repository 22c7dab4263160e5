//! What a `LocustTest` is outside of its spec.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    diagnostic::{Code, Diagnostic, did_you_mean},
    judge,
    locust::{base, unknown},
    path::FieldPath,
    role::Role,
    structure::not_a_text,
};

/// The fields of an object's metadata that are read.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) labels: BTreeMap<String, String>,
}

impl Metadata {
    /// Reads an object's metadata. What is wrong with the object outside of its spec is added to `errors`.
    pub(super) fn read(value: &Value, errors: &mut Vec<Diagnostic>) -> Self {
        kind(value, errors);
        fields(value, errors);
        let namespace = string(value, "namespace", errors);
        let labels = string_map(value, "labels", errors);
        string_map(value, "annotations", errors);
        Self { name: name(value, errors), namespace, labels }
    }
}

/// A field of the metadata; a null is none.
fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.get("metadata")?.get(name).filter(|value| !value.is_null())
}

fn kind(value: &Value, errors: &mut Vec<Diagnostic>) {
    if value.get("kind").is_none_or(|kind| kind != "LocustTest") {
        let message = "write kind as LocustTest: it is the only kind of locust.io";
        errors.push(Diagnostic::error(Code::UnsupportedKind, message).at(FieldPath::fields(["kind"])));
    }
}

fn fields(value: &Value, errors: &mut Vec<Diagnostic>) {
    let known = ["apiVersion", "kind", "metadata", "spec", "status"];
    let written = value.as_object().into_iter().flat_map(|fields| fields.keys());
    for field in written.filter(|field| !known.contains(&field.as_str())) {
        let near = did_you_mean(field, known);
        let near = if near.is_empty() { "; remove it".to_owned() } else { near };
        errors.push(unknown::field("LocustTest", field, &near, &FieldPath::root()));
    }
}

fn name(value: &Value, errors: &mut Vec<Diagnostic>) -> String {
    let path = FieldPath::fields(["metadata", "name"]);
    let name = string(value, "name", errors);
    let error = match &name {
        Some(name) => name_rules(name).map(|message| Diagnostic::error(Code::InvalidName, message)),
        None if field(value, "name").is_some() => None,
        None if field(value, "generateName").is_some() => {
            let message = "write metadata.name instead of metadata.generateName: a name made up by a server cannot be seen here";
            Some(Diagnostic::error(Code::MissingName, message))
        }
        None => {
            let message = "add metadata.name: the Jobs and the Service are named after it";
            Some(Diagnostic::error(Code::MissingName, message))
        }
    };
    errors.extend(error.map(|error| error.at(path)));
    name.unwrap_or_default()
}

/// What is wrong with a test's name, if anything.
fn name_rules(name: &str) -> Option<String> {
    let longest = base::generated_name_of(name, Role::Master).len();
    if longest > 63 {
        return Some(format!(
            "shorten the name by {} characters: the Service and the Jobs are named after it",
            longest - 63
        ));
    }
    if !judge::is_object_name(name) {
        return Some(format!(
            "write the name in lower case letters, digits, - and . only: \"{name}\" is no DNS name"
        ));
    }
    name.starts_with(|first: char| first.is_ascii_digit())
        .then(|| format!("let the name start with a letter: a Service cannot be called \"{name}-master\""))
}

/// A field of the metadata that is a string.
fn string(value: &Value, name: &str, errors: &mut Vec<Diagnostic>) -> Option<String> {
    let found = field(value, name)?;
    if !found.is_string() {
        let code = match name {
            "namespace" => Code::InvalidNamespace,
            _ => Code::InvalidName,
        };
        let message = not_a_text(&format!("metadata.{name}"), found);
        errors.push(Diagnostic::error(code, message).at(FieldPath::fields(["metadata", name])));
    }
    found.as_str().map(str::to_owned)
}

/// A map of strings of the metadata, without what is null in it.
fn string_map(value: &Value, name: &str, errors: &mut Vec<Diagnostic>) -> BTreeMap<String, String> {
    let path = FieldPath::fields(["metadata", name]);
    let Some(found) = field(value, name) else { return BTreeMap::new() };
    let Value::Object(entries) = found else {
        let message = format!("write metadata.{name} as a map of strings");
        errors.push(Diagnostic::error(Code::InvalidValue, message).at(path));
        return BTreeMap::new();
    };
    let mut texts = BTreeMap::new();
    for (key, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
        if let Some(text) = value.as_str() {
            texts.insert(key.clone(), text.to_owned());
        } else {
            let message = not_a_text(&format!("\"{key}\""), value);
            errors.push(Diagnostic::error(Code::InvalidValue, message).at(path.field(key.as_str())));
        }
    }
    texts
}
