//! Labels and annotations of the pod template.

use super::{
    findings::Findings,
    formats::{Format, LABEL_VALUE, QUALIFIED},
};
use crate::cursor::Cursor;

/// What all annotations of an object may take up together, keys and values, in bytes.
const ANNOTATIONS_SIZE: usize = 256 * 1024;

/// Judges the template's metadata.
pub(super) fn judge(pod: &Cursor<'_>, found: &mut Findings) {
    let Some(metadata) = pod.get("metadata") else { return };
    labels(&metadata, "labels", found);
    annotations(&metadata, found);
}

/// Judges a map of labels.
pub(super) fn labels(at: &Cursor<'_>, name: &str, found: &mut Findings) {
    for (key, value) in at.entries(name) {
        found.written(value.path.clone(), "the key of a label", key, &QUALIFIED);
        if let Some(text) = value.value.as_str() {
            found.written(value.path.clone(), &format!("the value of {key}"), text, &LABEL_VALUE);
        }
    }
}

/// Judges the annotations of an object.
pub(super) fn annotations(metadata: &Cursor<'_>, found: &mut Findings) {
    notes(metadata, "annotations", &QUALIFIED, found);
}

/// Judges a map of annotations, whose keys are written so in lower case.
pub(super) fn notes(at: &Cursor<'_>, name: &str, format: &Format, found: &mut Findings) {
    let mut size = 0;
    for (key, value) in at.entries(name) {
        size += key.len() + value.value.as_str().map_or(0, str::len);
        if !(format.holds)(&key.to_lowercase()) {
            found.written(value.path, "the key of an annotation", key, format);
        }
    }
    if size > ANNOTATIONS_SIZE {
        let message =
            format!("shorten the annotations: they take {size} bytes, and {ANNOTATIONS_SIZE} are allowed");
        found.refuse(at.field(name), message);
    }
}
