//! [`OverlayPatch`]: one of the patches that an overlay has for pods.

use podgraft_merge::{layers::Patch, patch::CompiledTemplate, schema::Schema};
use serde_json::Value;

/// The field of an overlay's part that holds a patch for every container. All others hold templates.
pub(super) const EACH_CONTAINER: &str = "eachContainer";

/// One of the patches that an overlay has for pods. It is folded into many of them, so that it is compiled when the
/// overlay is read.
#[derive(Debug, Clone)]
pub(crate) struct OverlayPatch {
    /// The field that holds it: `eachContainer`, `podTemplate`, `workerPodTemplate`.
    pub(super) field: String,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Compiled(CompiledTemplate),
    /// What has a directive, for one, is taken as it is written.
    Template(Value),
    EachContainer(Value),
}

impl OverlayPatch {
    /// The patches of a part of an overlay: its `defaults` or its `overrides`.
    pub(super) fn of_part(part: Option<&Value>) -> Box<[Self]> {
        let fields = part.and_then(Value::as_object).into_iter().flatten();
        fields.map(|(field, patch)| Self::new(field, patch)).collect()
    }

    fn new(field: &str, patch: &Value) -> Self {
        let schema = Schema::pod_template();
        let content = if field == EACH_CONTAINER {
            let compiled = schema.and_then(|schema| CompiledTemplate::for_each_container(patch, schema));
            compiled.map_or_else(|| Content::EachContainer(patch.clone()), Content::Compiled)
        } else {
            let compiled = schema.and_then(|schema| CompiledTemplate::new(patch, schema));
            compiled.map_or_else(|| Content::Template(patch.clone()), Content::Compiled)
        };
        Self { field: field.to_owned(), content }
    }

    /// The patch, as the engine takes it.
    #[must_use]
    pub(crate) const fn patch(&self) -> Patch<'_> {
        match &self.content {
            Content::Compiled(patch) => Patch::Compiled(patch),
            Content::Template(patch) => Patch::Template(patch),
            Content::EachContainer(patch) => Patch::EachContainer(patch),
        }
    }
}
