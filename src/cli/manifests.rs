//! The objects in files.

use std::path::PathBuf;

use podgraft_locust::overlay_kind;
use podgraft_pod::{
    manifest::{self, Document},
    overlay::OverlayKind,
};
use serde_json::Value;

use super::{Failure, files, in_order::in_order, output::Reporter};

/// Every object in the files, lists taken apart.
pub(super) fn read(files: &[PathBuf], reporter: &mut Reporter) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    let texts = files::read_all(files)?;
    in_order(
        texts.into_iter(),
        |text| manifest::read(&text.name, &text.bytes),
        |read| {
            reporter.report(&read.diagnostics, read.texts());
            for document in read.documents {
                documents.extend(document.items().unwrap_or_else(|| vec![document]));
            }
            Ok(())
        },
    )?;
    Ok(documents)
}

/// Every object in the files; overlays that name no namespace get this one.
pub(super) fn read_in_namespace(
    files: &[PathBuf],
    namespace: Option<&str>,
    reporter: &mut Reporter,
) -> Result<Vec<Document>, Failure> {
    let mut read = read(files, reporter)?;
    if let Some(namespace) = namespace {
        set_namespace(&mut read, namespace);
    }
    Ok(read)
}

/// Whether an object is a `LocustTest` of any version.
pub(super) fn is_locust_test(value: &Value) -> bool {
    let part = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    part("kind") == "LocustTest" && part("apiVersion").split('/').next() == Some("locust.io")
}

/// Gives tests and namespaced overlays without a namespace this one.
pub(super) fn set_namespace(documents: &mut [Document], namespace: &str) {
    for Document { value, .. } in documents {
        if (is_locust_test(value) || overlay_kind(value) == Some(OverlayKind::Namespaced))
            && let Some(Value::Object(metadata)) = value.get_mut("metadata")
        {
            metadata.entry("namespace").or_insert_with(|| namespace.into());
        }
    }
}
