//! Objects that are no overlays, and were perhaps meant to be.

use serde_json::Value;

use super::object::Kind;
use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    manifest::Document,
    path::FieldPath,
};

/// Says of an object that is no overlay, for its apiVersion or a slip of the pen in its kind, that it is left out.
#[must_use]
pub fn near_miss(document: &Document) -> Option<Diagnostic> {
    let text = |field: &str| document.value.get(field).and_then(Value::as_str).unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    let (code, field, message) = if Kind::ALL.iter().any(|known| known.as_str() == kind) {
        if Kind::of(&document.value).is_some() {
            return None;
        }
        let message =
            format!("write apiVersion as locust.io/v1alpha1, not as \"{version}\": the {kind} is left out");
        (Code::UnsupportedVersion, "apiVersion", message)
    } else {
        if version.split('/').next() != Some("locust.io") || kind == "LocustTest" {
            return None;
        }
        let near = nearest(kind, Kind::ALL.iter().map(|known| known.as_str()))?;
        let message = format!("write kind as {near}, not as \"{kind}\": it is left out");
        (Code::UnsupportedKind, "kind", message)
    };
    let path = FieldPath::fields([field]);
    let position = document.position(&path);
    Some(Diagnostic::warning(code, message).at(path).positioned(position))
}
