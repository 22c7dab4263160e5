//! The files that volumes of `ConfigMap`s, Secrets and the downward API project.

use super::{environment, findings::Findings, formats::FILE_PATH};
use crate::cursor::Cursor;

/// The fields of the pod that a file may hold.
const FIELDS: [&str; 5] =
    ["metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid"];

/// Judges which keys of a `ConfigMap` or Secret become which files. Gives the files' paths.
pub(super) fn keys<'a>(source: &Cursor<'a>, found: &mut Findings) -> Vec<(&'a str, Cursor<'a>)> {
    let items = source.items("items");
    for item in &items {
        found.required(item, "key", "my-key");
        found.required_format(item, "path", &FILE_PATH);
        found.mode(item, "mode");
    }
    items.into_iter().map(|item| (item.text("path"), item)).collect()
}

/// Judges which fields of the pod become which files. Gives the files' paths.
pub(super) fn downward<'a>(source: &Cursor<'a>, found: &mut Findings) -> Vec<(&'a str, Cursor<'a>)> {
    let items = source.items("items");
    for item in &items {
        found.required_format(item, "path", &FILE_PATH);
        found.mode(item, "mode");
        found.exactly_one(item, &["fieldRef", "resourceFieldRef"], "file");
        if let Some(field) = item.get("fieldRef") {
            environment::field_ref(&field, &FIELDS, found);
        }
        if let Some(resource) = item.get("resourceFieldRef") {
            found.required(&resource, "containerName", "locust");
            environment::resource_ref(&resource, found);
        }
    }
    items.into_iter().map(|item| (item.text("path"), item)).collect()
}
