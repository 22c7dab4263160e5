//! [`Told`]: the history of one leaf.

use serde_json::Value;

use super::Why;
use crate::locust::{Explained, LayerSource};
use podgraft_merge::{
    diagnostic::Position,
    layers::{Leaf, PreviousValue},
    path::FieldPath,
};

/// The history of one leaf, there or gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Where in the pod template.
    pub path: FieldPath,
    /// What is there; of a leaf that is gone, what was there last.
    pub value: Value,
    /// Who set it last; of a leaf that is gone, who removed it.
    pub setter: Setter,
    /// Later layers that state the same value, in order.
    pub agreed: Vec<Setter>,
    /// What was there before, first to last.
    pub shadowed: Vec<Past>,
}

/// Who did something to a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Setter {
    /// The layer, as a number among the pod's layers; 0 is the base.
    pub layer: usize,
    /// Why.
    pub why: Why,
    /// Where it is written, when it came from a text.
    pub position: Option<Position>,
}

/// A value that was there once.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// Where it was: the leaf itself, or the list that it was an item of.
    pub path: FieldPath,
    /// What was there.
    pub value: Value,
    /// Who had set it.
    pub setter: Setter,
    /// Who took it away.
    pub by: Setter,
}

/// The leaves that are there, and those that are gone.
pub(super) fn of(explained: &Explained<'_>, sources: &[LayerSource]) -> (Vec<Told>, Vec<Told>) {
    let teller = Teller { explained, sources };
    let mut leaves: Vec<Told> = explained.leaves().into_iter().map(|leaf| teller.leaf(leaf)).collect();
    let mut removed: Vec<Told> = explained.removed().into_iter().map(|leaf| teller.leaf(leaf)).collect();
    for (path, value) in explained.followed() {
        let setter = Setter { layer: 0, why: Why::Base, position: None };
        let by = Setter { why: Why::FollowsExporter, ..setter.clone() };
        let past = Past { path: path.clone(), value: value.clone(), setter, by: by.clone() };
        match leaves.iter_mut().find(|leaf| leaf.path == path) {
            Some(leaf) => {
                leaf.setter = by;
                leaf.shadowed.push(past);
            }
            None => removed.push(Told { path, value, setter: by, agreed: Vec::new(), shadowed: vec![past] }),
        }
    }
    (leaves, removed)
}

struct Teller<'t> {
    explained: &'t Explained<'t>,
    sources: &'t [LayerSource],
}

impl Teller<'_> {
    fn leaf(&self, leaf: Leaf) -> Told {
        let Leaf { path, value, history } = leaf;
        let setter = |layer, why: &dyn Fn(Option<&LayerSource>) -> Why| self.setter(layer, why, &path);
        Told {
            value,
            setter: setter(history.layer, &|source| Why::of(history.cause, source)),
            agreed: history.agreed.iter().map(|layer| setter(Some(*layer), &Why::stated)).collect(),
            shadowed: history.previous.into_iter().map(|previous| self.past(previous)).collect(),
            path,
        }
    }

    fn past(&self, previous: PreviousValue) -> Past {
        let PreviousValue { path, value, layer, cause, removed_by, removal_cause } = previous;
        let setter = self.setter(layer, &|source| Why::of(cause, source), &path);
        let by = self.setter(Some(removed_by), &|source| Why::of(removal_cause, source), &path);
        Past { path, value, setter, by }
    }

    fn setter(
        &self,
        layer: Option<usize>,
        why: &dyn Fn(Option<&LayerSource>) -> Why,
        path: &FieldPath,
    ) -> Setter {
        let why = why(layer.and_then(|layer| self.sources.get(layer)));
        let position = layer.and_then(|layer| self.explained.position(layer, path));
        Setter { layer: layer.map_or(0, |layer| layer + 1), why, position }
    }
}
