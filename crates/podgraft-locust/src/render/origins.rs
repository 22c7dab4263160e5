//! [`Origins`]: where a pod came from.

use podgraft_merge::{layers::Provenance, path::FieldPath};
use podgraft_pod::graft::Grafted;
use serde_json::Value;

/// Where a pod came from: its layers, and what each changed.
#[derive(Debug)]
pub struct Origins {
    base: Value,
    layers: Vec<String>,
    provenance: Option<Provenance>,
}

impl From<Grafted<'_>> for Origins {
    fn from(pod: Grafted<'_>) -> Self {
        let layers = pod.layers.iter().map(|layer| layer.name.clone()).collect();
        let (base, provenance) = pod.into_base_and_provenance();
        Self { base, layers, provenance }
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

    /// The pod template that the operator makes, before any layer is applied.
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
