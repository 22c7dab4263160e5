//! [`Told`]: the story of one leaf.

use serde_json::Value;

use super::Why;
use crate::locust::{Explained, LayerSource};
use podgraft_merge::{
    diagnostic::Position,
    layers::{Leaf, Shadowed},
    path::FieldPath,
};

/// The story of one leaf, there or gone.
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
        let Leaf { path, value, story } = leaf;
        let setter = |layer, why: &dyn Fn(Option<&LayerSource>) -> Why| self.setter(layer, why, &path);
        Told {
            value,
            setter: setter(story.winner, &|source| Why::of(story.cause, source)),
            agreed: story.agreed.iter().map(|layer| setter(Some(*layer), &Why::stated)).collect(),
            shadowed: story.shadowed.into_iter().map(|shadowed| self.past(shadowed)).collect(),
            path,
        }
    }

    fn past(&self, shadowed: Shadowed) -> Past {
        let Shadowed { path, value, layer, cause, by, why } = shadowed;
        let setter = self.setter(layer, &|source| Why::of(cause, source), &path);
        let by = self.setter(Some(by), &|source| Why::of(why, source), &path);
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
