//! [`Origins`]: where a pod came from.

use serde_json::Value;

use super::wish::Wish;
use podgraft_merge::{layers::Provenance, path::FieldPath};

/// Where a pod came from: its layers, and what each changed.
#[derive(Debug)]
pub struct Origins {
    base: Value,
    layers: Vec<String>,
    provenance: Option<Provenance>,
}

/// What is known of a pod beside the pod, while its layers are at hand.
pub(super) struct Told<'o> {
    pub(super) base: Value,
    /// `None` where nothing was folded.
    pub(super) provenance: Option<Provenance>,
    pub(super) wishes: Vec<Wish<'o>>,
    /// The annotations before the operator made them follow the exporter, where that changed any.
    pub(super) followed: Option<Value>,
}

impl From<Told<'_>> for Origins {
    fn from(told: Told<'_>) -> Self {
        let layers = told.wishes.into_iter().map(|wish| wish.name).collect();
        Self { base: told.base, layers, provenance: told.provenance }
    }
}

impl Origins {
    /// The layer that set the field at this path of the pod template; `base` where none did.
    #[must_use]
    pub fn layer_of(&self, path: &FieldPath) -> &str {
        let layer = self.provenance.as_ref().and_then(|provenance| provenance.last_change(path));
        let layer = layer.and_then(|layer| self.layers.get(layer));
        layer.map_or("base", String::as_str)
    }

    /// The pod template that the operator makes before anybody's wishes.
    #[must_use]
    pub fn base(&self) -> &Value {
        &self.base
    }

    /// The names of the layers, first to last.
    #[must_use]
    pub fn layers(&self) -> &[String] {
        &self.layers
    }
}
