//! [`Provenance`]: which layer set each place of a folded value, and what was there before.

use std::sync::LazyLock;

use serde_json::Value;

use super::{
    change_log::ChangeLog,
    field_history::{self, FieldHistory, Lists},
    history::Attribution,
    leaf::{Leaf, visit_leaves},
    removed,
    replay::replay,
    tree::HistoryTree,
};
use crate::{
    path::{FieldPath, Lookup},
    schema::{FieldType, Schema},
};

/// Which layer set each place of a folded value, which layers agree, and what was there before.
///
/// A layer changes a value by setting it to another one, and makes it anew where it replaces what it is
/// in (`$patch: replace`), even by an equal one. Stating a value that is there already is agreeing. Layers are
/// indexes into the folded layers; `None` is the base.
#[derive(Debug)]
pub struct Provenance {
    /// Made of the log of the fold when somebody first asks.
    tree: LazyLock<HistoryTree, Box<dyn FnOnce() -> HistoryTree + Send>>,
    schema: FieldType,
}

/// Which layer a place of a folded value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// It is as the base has it.
    Base,
    /// This layer last changed it; of a map or list, the last that changed anything in it.
    Layer(usize),
    /// Nothing is at this path of the folded value. The layer that removed it or, if nothing ever was there, the one that
    /// set the map or list that it would be in; `None` is the base.
    Absent(Option<usize>),
}

impl Blame {
    /// The layer, whether there is something or not; `None` is the base.
    #[must_use]
    pub const fn layer(self) -> Option<usize> {
        match self {
            Self::Base => None,
            Self::Layer(layer) => Some(layer),
            Self::Absent(layer) => layer,
        }
    }
}

impl Provenance {
    pub(super) fn of_log(log: ChangeLog, schema: Schema) -> Self {
        Self { tree: LazyLock::new(Box::new(|| replay(log))), schema: FieldType::root(schema) }
    }

    /// The layer to blame for what is at `path` of `value`, which is what the fold made, or for that nothing is there.
    #[must_use]
    pub fn blame(&self, path: &FieldPath, value: &Value) -> Blame {
        match (path.find(value), self.last_change(path)) {
            (None, layer) => Blame::Absent(layer),
            (Some(_), None) => Blame::Base,
            (Some(_), Some(layer)) => Blame::Layer(layer),
        }
    }

    /// [`Self::blame`] for callers that know that something is there, or for whom it makes no difference: the layer that
    /// made the last change at `path`; `None` is the base.
    #[must_use]
    pub fn last_change(&self, path: &FieldPath) -> Option<usize> {
        self.attribution(path).map(|attribution| attribution.layer as usize)
    }

    fn attribution(&self, path: &FieldPath) -> Option<Attribution> {
        let mut node = self.tree.node(self.tree.root());
        let mut attribution = node.now.attribution;
        for segment in path.segments() {
            match self.tree.get(&node.now, segment) {
                Some(child) => {
                    node = child;
                    attribution = node.now.attribution.or(attribution);
                }
                None => return field_history::item(&node.now, segment).or(attribution),
            }
        }
        self.tree.latest(node).or(attribution)
    }

    /// The history of the place at `path`: of a leaf, or of a map or list as a whole.
    ///
    /// Items of an atomic list have no place of their own before they came: where the whole list was
    /// replaced, their previous value is the whole list.
    #[must_use]
    pub fn history(&self, path: &FieldPath) -> FieldHistory {
        self.trace(path, &Lookup::default())
    }

    fn trace<'s>(&'s self, path: &FieldPath, lookup: &Lookup<'s>) -> FieldHistory {
        field_history::trace(&self.tree, path, Lists::Whole, lookup)
    }

    /// Every leaf of `value`, which is what the fold made, with its history.
    #[must_use]
    pub fn leaves(&self, value: &Value) -> Vec<Leaf> {
        self.leaves_below(&FieldPath::root(), value, &Lookup::default())
    }

    /// The leaves of `value` at `path` and below it; none where it is not there. Many calls share their `lookup`.
    #[must_use]
    pub fn leaves_below<'v>(&'v self, path: &FieldPath, value: &'v Value, lookup: &Lookup<'v>) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        if let Some(value) = lookup.find(path, value) {
            visit_leaves(value, self.schema.at(path), path, &mut |path, value| {
                let history = self.trace(path, lookup);
                leaves.push(Leaf { path: path.clone(), value: value.clone(), history });
            });
        }
        leaves
    }

    /// Every leaf that was there once, and is not in `value`, which is what the fold made. The layer of its history is
    /// the one that removed it; what it removed is the last of the previous values.
    #[must_use]
    pub fn removed(&self, value: &Value) -> Vec<Leaf> {
        removed::leaves(&self.tree, self.schema, value)
    }
}
