//! [`ObjectFormat`]: how objects are printed.

use clap::ValueEnum;
use podgraft_pod::manifest;
use serde_json::{Value, json};

/// The two formats of printed objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ObjectFormat {
    Yaml,
    Json,
}

/// The objects as YAML documents, or in JSON as one `v1` List.
pub(super) fn format_objects(objects: &[Value], format: ObjectFormat) -> String {
    match format {
        ObjectFormat::Yaml => objects.iter().map(manifest::to_yaml).collect::<Vec<_>>().join("---\n"),
        ObjectFormat::Json => {
            manifest::to_json(&json!({ "apiVersion": "v1", "kind": "List", "items": objects }))
        }
    }
}

/// Like [`format_objects`], but a single object in JSON stands alone.
pub(super) fn format_one_or_more(objects: &[Value], format: ObjectFormat) -> String {
    match (objects, format) {
        ([only], ObjectFormat::Json) => manifest::to_json(only),
        _ => format_objects(objects, format),
    }
}
