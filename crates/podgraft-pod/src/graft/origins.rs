//! [`Origins`]: where a pod came from.

use podgraft_merge::{
    diagnostic::LayerId,
    layers::{Blame, Provenance},
    path::FieldPath,
};
use serde_json::Value;

use super::{Grafted, LayerSource};

/// Where a pod came from: its layers, and what each changed. It is what is left of a [`Grafted`] pod whose template is
/// taken.
#[derive(Debug)]
pub struct Origins {
    base: Value,
    base_id: LayerId,
    layers: Vec<OriginLayer>,
    provenance: Option<Provenance>,
}

/// One layer of a pod.
#[derive(Debug, Clone, PartialEq)]
pub struct OriginLayer {
    /// Which one.
    pub id: LayerId,
    /// Whether the operator made it from a typed field of the test.
    pub is_typed_field: bool,
}

impl From<Grafted<'_>> for Origins {
    fn from(pod: Grafted<'_>) -> Self {
        let is_typed_field = |source| matches!(source, LayerSource::TypedField);
        let layers = pod
            .layers
            .iter()
            .map(|layer| OriginLayer { id: layer.id.clone(), is_typed_field: is_typed_field(layer.source) });
        let layers = layers.collect();
        let (base, provenance) = pod.into_base_and_provenance();
        Self { base, base_id: LayerId::base(), layers, provenance }
    }
}

impl Origins {
    /// The layer that set the field at this path of `template`, the final pod template; `None` where nothing is there.
    #[must_use]
    pub fn layer_of(&self, path: &FieldPath, template: &Value) -> Option<&LayerId> {
        let blame = self.provenance.as_ref().map_or(Blame::Base, |known| known.blame(path, template));
        match blame {
            Blame::Base => Some(&self.base_id),
            Blame::Layer(layer) => self.layers.get(layer).map(|layer| &layer.id),
            Blame::Absent(_) => None,
        }
    }

    /// The pod template that the operator makes, before any layer is applied.
    #[must_use]
    pub fn base(&self) -> &Value {
        &self.base
    }

    /// The layers, first to last.
    #[must_use]
    pub fn layers(&self) -> &[OriginLayer] {
        &self.layers
    }
}
