//! What a `LocustTest` is outside of its spec.

use std::collections::BTreeMap;

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use podgraft_pod::{
    json_schema::{metadata_of_other_kind, not_a_map, not_a_text},
    validity,
};
use serde_json::Value;

use crate::{codes, names::generated_name_of, role::Role};

/// What stands here for the characters that a server adds to `generateName`.
const GENERATED: &str = "xxxxx";

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
        if let Some(error) = metadata_of_other_kind(value) {
            errors.push(error);
            return Self::default();
        }
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
        errors.push(Diagnostic::error(codes::UNSUPPORTED_KIND, message).at(FieldPath::fields(["kind"])));
    }
}

/// The name of a test: for one that the server is to name, a name that it might make up. `None` where neither is
/// written.
///
/// # Source
/// Kubernetes 1.37.2, `k8s.io/apiserver/pkg/storage/names/generate.go`, `SimpleNameGenerator`.
#[must_use]
pub fn name_of(value: &Value) -> Option<String> {
    let text = |name: &str| field(value, name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    text("name").or_else(|| Some(text("generateName")? + GENERATED))
}

/// Whether the server makes up the name: an empty one is none, where there is something to make it of.
fn is_generated(value: &Value) -> bool {
    let is_empty = |name: &str| field(value, name).is_none_or(|text| text == "");
    !is_empty("generateName") && is_empty("name")
}

fn name(value: &Value, found: &mut Vec<Diagnostic>) -> String {
    let is_generated = is_generated(value);
    let path = FieldPath::fields(["metadata", if is_generated { "generateName" } else { "name" }]);
    let written = string(value, if is_generated { "generateName" } else { "name" }, found);
    let Some(written) = written else {
        if !is_generated && field(value, "name").is_none() {
            let message = "add metadata.name: the Jobs and the Service are named after it";
            found.push(Diagnostic::error(codes::MISSING_NAME, message).at(path));
        }
        return String::new();
    };
    let name = if is_generated { written + GENERATED } else { written };
    found.extend(
        name_rules(&name).map(|message| Diagnostic::error(codes::INVALID_NAME, message).at(path.clone())),
    );
    if is_generated {
        let message = format!(
            "read the name {name} as a placeholder: the server writes five other characters where {GENERATED} stands"
        );
        found.push(Diagnostic::note(codes::GENERATED_NAME, message).at(path));
    }
    name
}

/// What is wrong with a test's name, if anything.
fn name_rules(name: &str) -> Option<String> {
    let longest = generated_name_of(name, Role::Master).len();
    if longest > 63 {
        return Some(format!(
            "shorten the name by {} characters: the Service and the Jobs are named after it",
            longest - 63
        ));
    }
    if !validity::is_object_name(name) {
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
            "namespace" => codes::INVALID_NAMESPACE,
            _ => codes::INVALID_NAME,
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
        let message = not_a_map(&format!("metadata.{name}"), found);
        errors.push(Diagnostic::error(codes::INVALID_VALUE, message).at(path));
        return BTreeMap::new();
    };
    let mut texts = BTreeMap::new();
    for (key, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
        if let Some(text) = value.as_str() {
            texts.insert(key.clone(), text.to_owned());
        } else {
            let message = not_a_text(&format!("\"{key}\""), value);
            errors.push(Diagnostic::error(codes::INVALID_VALUE, message).at(path.field(key.as_str())));
        }
    }
    texts
}
