//! [`LeafHistory`]: the history of one leaf.

use serde_json::Value;

use super::Reason;
use crate::{
    graft::{Grafted, LayerSource},
    manifest::Document,
};
use podgraft_merge::{
    diagnostic::Position,
    layers::{Leaf, PreviousValue},
    path::FieldPath,
};

/// The history of one leaf, there or gone.
#[derive(Debug, Clone, PartialEq)]
pub struct LeafHistory {
    /// Where in the pod template.
    pub path: FieldPath,
    /// What is there; of a leaf that is gone, what was there last.
    pub value: Value,
    /// Who set it last; of a leaf that is gone, who removed it.
    pub setter: LeafAttribution,
    /// Later layers that state the same value, in order.
    pub agreed: Vec<LeafAttribution>,
    /// What was there before, first to last.
    pub shadowed: Vec<PreviousLeaf>,
}

/// Who did something to a value.
#[derive(Debug, Clone, PartialEq)]
pub struct LeafAttribution {
    /// The layer, as a number among the pod's layers; 0 is the base.
    pub layer: usize,
    /// Why.
    pub why: Reason,
    /// Where it is written, when it came from a text.
    pub position: Option<Position>,
}

/// A value that was there once.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviousLeaf {
    /// Where it was: the leaf itself, or the list that it was an item of.
    pub path: FieldPath,
    /// What was there.
    pub value: Value,
    /// Who had set it.
    pub setter: LeafAttribution,
    /// Who took it away.
    pub by: LeafAttribution,
}

/// The leaves that are there, and those that are gone.
/// `object` is the one whose fields and templates are layers.
pub(super) fn of(pod: &Grafted<'_>, object: &Document) -> (Vec<LeafHistory>, Vec<LeafHistory>) {
    let Some(provenance) = pod.provenance() else { return (Vec::new(), Vec::new()) };
    let history = |leaf| HistoryBuilder { pod, object }.leaf(leaf);
    let leaves = provenance.leaves(&pod.template).into_iter().map(history).collect();
    let removed = provenance.removed(&pod.template).into_iter().map(history).collect();
    (leaves, removed)
}

struct HistoryBuilder<'t> {
    pod: &'t Grafted<'t>,
    object: &'t Document,
}

impl HistoryBuilder<'_> {
    fn leaf(&self, leaf: Leaf) -> LeafHistory {
        let Leaf { path, value, history } = leaf;
        let setter = |layer, why: &dyn Fn(Option<LayerSource<'_>>) -> Reason| self.setter(layer, why, &path);
        LeafHistory {
            value,
            setter: setter(history.layer, &|source| Reason::of(history.cause, source)),
            agreed: history.agreed.iter().map(|layer| setter(Some(*layer), &Reason::stated)).collect(),
            shadowed: history.previous.into_iter().map(|previous| self.past(previous)).collect(),
            path,
        }
    }

    fn past(&self, previous: PreviousValue) -> PreviousLeaf {
        let PreviousValue { path, value, layer, cause, removed_by, removal_cause } = previous;
        let setter = self.setter(layer, &|source| Reason::of(cause, source), &path);
        let by = self.setter(Some(removed_by), &|source| Reason::of(removal_cause, source), &path);
        PreviousLeaf { path, value, setter, by }
    }

    fn setter(
        &self,
        layer: Option<usize>,
        why: &dyn Fn(Option<LayerSource<'_>>) -> Reason,
        path: &FieldPath,
    ) -> LeafAttribution {
        let sourced = layer.and_then(|layer| self.pod.layers.get(layer));
        let why = why(sourced.map(|sourced| sourced.source));
        let position = sourced.and_then(|sourced| sourced.position(Some(path), self.object));
        LeafAttribution { layer: layer.map_or(0, |layer| layer + 1), why, position }
    }
}
