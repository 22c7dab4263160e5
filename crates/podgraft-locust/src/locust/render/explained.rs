//! [`Explained`]: one role's final pod template, and who set what in it.

use serde_json::Value;

use super::{origins::Told, wish::Wish};
use crate::role::Role;
use podgraft_merge::{
    diagnostic::Position,
    layers::{Leaf, Provenance},
    path::FieldPath,
};
use podgraft_pod::{manifest::Document, overlay::Band};

/// One role's final pod template, and who set what in it. Layers are numbers, as in a
/// [`FieldHistory`](podgraft_merge::layers::FieldHistory).
pub struct Explained<'a> {
    /// Whose pod it is.
    pub role: Role,
    /// The pod template, also of a test that is refused.
    pub template: Value,
    provenance: Option<Provenance>,
    wishes: Vec<Wish<'a>>,
    followed: Option<Value>,
    document: &'a Document,
}

/// Who is behind a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// For people: `ClusterPodOverlay baseline (defaults)`, `typed field .spec.image`, `podTemplate`.
    pub name: String,
    /// Where in the order of things.
    pub band: Band,
    /// Whether podgraft made the patch from a field, rather than taking it as it was written.
    pub is_typed_field: bool,
    /// Whether it is the operator's own layer, over all others.
    pub is_of_operator: bool,
    /// The overlay's generation, where it comes from a cluster.
    pub generation: Option<i64>,
}

impl<'a> Explained<'a> {
    pub(super) fn new(role: Role, template: Value, told: Told<'a>, document: &'a Document) -> Self {
        let Told { base: _, provenance, wishes, followed } = told;
        Self { role, template, provenance, wishes, followed, document }
    }

    /// Who is behind each layer, first to last.
    #[must_use]
    pub fn layers(&self) -> Vec<Source> {
        let source = |wish: &Wish<'_>| Source {
            name: wish.name.clone(),
            band: wish.overlay.map_or(Band::Object, |layer| layer.band),
            is_typed_field: wish.is_made() && !wish.is_of_operator,
            is_of_operator: wish.is_of_operator,
            generation: wish.overlay.and_then(|layer| layer.overlay.generation),
        };
        self.wishes.iter().map(source).collect()
    }

    /// Every leaf, with its story.
    #[must_use]
    pub fn leaves(&self) -> Vec<Leaf> {
        self.provenance.as_ref().map_or_else(Vec::new, |known| known.leaves(&self.template))
    }

    /// Every leaf that a layer removed, with its story.
    #[must_use]
    pub fn removed(&self) -> Vec<Leaf> {
        self.provenance.as_ref().map_or_else(Vec::new, |known| known.removed(&self.template))
    }

    /// The annotations that the operator changed after the last layer, because they follow the exporter, with
    /// what they were before.
    #[must_use]
    pub fn followed(&self) -> Vec<(FieldPath, Value)> {
        let place = FieldPath::fields(["metadata", "annotations"]);
        let before = self.followed.as_ref().and_then(Value::as_object).into_iter().flatten();
        before
            .map(|(name, value)| (place.field(name.as_str()), value))
            .filter(|(path, value)| path.find(&self.template) != Some(*value))
            .map(|(path, value)| (path, value.clone()))
            .collect()
    }

    /// Where a layer was written that says something of `path`.
    #[must_use]
    pub fn position(&self, layer: usize, path: &FieldPath) -> Option<Position> {
        self.wishes.get(layer)?.position(Some(path), self.document)
    }
}
