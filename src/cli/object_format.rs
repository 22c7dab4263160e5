//! [`ObjectFormat`]: how objects are printed.

use std::convert::Infallible;

use clap::ValueEnum;
use podgraft_pod::manifest;
use serde_json::{Value, json};

use super::in_order::in_order;

/// The two formats of printed objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ObjectFormat {
    Yaml,
    Json,
}

/// The objects as YAML documents, or in JSON as one `v1` List.
pub(super) fn format_objects(objects: &[Value], format: ObjectFormat) -> String {
    match format {
        ObjectFormat::Yaml => {
            let mut documents = String::new();
            let Ok(()) = in_order(objects.iter(), manifest::to_yaml, |document| {
                if !documents.is_empty() {
                    documents.push_str("---\n");
                }
                documents.push_str(&document);
                Ok::<(), Infallible>(())
            });
            documents
        }
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
