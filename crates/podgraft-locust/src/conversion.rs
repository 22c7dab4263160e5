//! [`convert`]: a `LocustTest` of one version as an object of the other.
//!
//! Nothing is lost. What the target version cannot say is kept in the annotation [`ANNOTATION`], and is restored on
//! the way back. A field that was edited meanwhile in the other version is as it was edited: what is kept counts
//! only as long as it still converts to what is there.
//!
//! ```text
//!  object of v2 ── fields that v1 has ──────────────> object of v1
//!        │                                                │
//!        └──────── everything else ──> annotation ────────┘   and back
//! ```
//!
//! - `correspondence`: which field of one version is which of the other.
//! - `field_conversion`: how the value of one is said in the other.
//! - `kept`: the annotation.
//! - `spec`: a whole spec, by the three.

mod correspondence;
mod field_conversion;
mod kept;
mod spec;

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use podgraft_pod::json_schema::{metadata_of_other_kind, not_a_map};
use serde_json::{Map, Value, map::Entry};

use self::kept::Kept;
use crate::codes;

pub(crate) use self::correspondence::{MOVED_FIELDS, is_split_in_v1};
pub use crate::api::Version;

/// The annotation that keeps what the version of an object cannot say: JSON, with the `version` that can, the part of
/// its `spec`, and the paths of fields that were `absent` there.
pub const ANNOTATION: &str = "locust.io/conversion";

/// An object in the version `to`: the same object where that is its version already.
///
/// Metadata is as it was, but for [`ANNOTATION`]; the status is the same in both versions; fields that neither version
/// has are kept. A field of the wrong type is no error but kept like one that the other version has not: one object
/// that cannot be converted would make the API server refuse every list of the kind.
///
/// # Errors
/// An object that is no `LocustTest` of either version; metadata, annotations or a spec that is no map.
pub fn convert(object: &Value, to: Version) -> Result<Value, Diagnostic> {
    let from = version(object)?;
    let spec = spec(object)?;
    check_annotations(object)?;
    let mut converted = object.clone();
    if from == to {
        return Ok(converted);
    }
    converted["apiVersion"] = to.api_version().into();
    let Some(spec) = spec else { return Ok(converted) };
    let kept = object.pointer("/metadata/annotations").and_then(|annotations| annotations.get(ANNOTATION));
    let kept = Kept::read(kept, to);
    let (spec, kept) = spec::convert(spec, to, &kept);
    converted["spec"] = Value::Object(spec);
    annotate(&mut converted, kept.text(from));
    Ok(converted)
}

/// The fields of the other version that an object keeps in [`ANNOTATION`], rooted at the object.
#[must_use]
pub fn kept_fields(object: &Value) -> Vec<FieldPath> {
    let annotation =
        object.pointer("/metadata/annotations").and_then(|annotations| annotations.get(ANNOTATION));
    version(object).map_or_else(
        |_| Vec::new(),
        |version| Kept::read(annotation, version.other()).fields(version.other()),
    )
}

/// The version of an object.
fn version(object: &Value) -> Result<Version, Diagnostic> {
    if object.get("kind").is_none_or(|kind| kind != "LocustTest") {
        let message = "write kind as LocustTest: only a LocustTest can be converted";
        return Err(Diagnostic::error(codes::UNSUPPORTED_KIND, message).at(FieldPath::fields(["kind"])));
    }
    let written = object.get("apiVersion").and_then(Value::as_str);
    written.and_then(Version::of_api_version).ok_or_else(|| {
        let written = written.unwrap_or("nothing");
        let message = format!("write apiVersion as locust.io/v2 or locust.io/v1, not as {written}");
        Diagnostic::error(codes::UNSUPPORTED_VERSION, message).at(FieldPath::fields(["apiVersion"]))
    })
}

/// The spec of an object, where it has one.
fn spec(object: &Value) -> Result<Option<&Map<String, Value>>, Diagnostic> {
    match object.get("spec") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(spec)) => Ok(Some(spec)),
        Some(other) => Err(no_map("spec", other, ["spec"])),
    }
}

/// Refuses what no annotation can be written into.
fn check_annotations(object: &Value) -> Result<(), Diagnostic> {
    if let Some(error) = metadata_of_other_kind(object) {
        return Err(error);
    }
    match object.pointer("/metadata/annotations") {
        None | Some(Value::Null | Value::Object(_)) => Ok(()),
        Some(other) => Err(no_map("metadata.annotations", other, ["metadata", "annotations"])),
    }
}

fn no_map<const N: usize>(name: &str, value: &Value, path: [&str; N]) -> Diagnostic {
    Diagnostic::error(codes::INVALID_VALUE, not_a_map(name, value)).at(FieldPath::fields(path))
}

/// Writes the annotation, or removes it; the map of annotations goes with its only one.
fn annotate(object: &mut Value, text: Option<String>) {
    let Some(object) = object.as_object_mut() else { return };
    if let Some(text) = text {
        let annotations = map_in(object, "metadata").and_then(|metadata| map_in(metadata, "annotations"));
        if let Some(annotations) = annotations {
            annotations.insert(ANNOTATION.to_owned(), text.into());
        }
        return;
    }
    let Some(Value::Object(metadata)) = object.get_mut("metadata") else { return };
    if let Some(Value::Object(annotations)) = metadata.get_mut("annotations")
        && annotations.remove(ANNOTATION).is_some()
        && annotations.is_empty()
    {
        metadata.remove("annotations");
    }
}

/// The map in a field; made where there is none.
fn map_in<'v>(object: &'v mut Map<String, Value>, field: &str) -> Option<&'v mut Map<String, Value>> {
    let value = match object.entry(field) {
        Entry::Vacant(vacant) => vacant.insert(Value::Object(Map::new())),
        Entry::Occupied(occupied) => occupied.into_mut(),
    };
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut()
}

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
