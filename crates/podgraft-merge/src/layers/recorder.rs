//! [`ProvenanceRecorder`]: the observer that records the history of a fold.

use serde_json::Value;

use super::{arena::ArenaId, history::Attribution, name::Name, tree::HistoryTree};
use crate::patch::{ChangeCause, LazyLocation, LocationSegment, Observer};

/// Writes down what one layer does.
pub(super) struct ProvenanceRecorder<'p> {
    tree: &'p mut HistoryTree,
    /// The layer to attribute to: the current one, or the layer of a replayed `eachContainer` patch.
    layer: u32,
    each: bool,
    own: (u32, bool),
    /// The layers of the `eachContainer` patches so far.
    each_container: &'p [u32],
}

impl<'p> ProvenanceRecorder<'p> {
    /// For one layer; `each` where it is a patch for each container.
    pub(super) fn new(tree: &'p mut HistoryTree, layer: u32, each: bool, each_container: &'p [u32]) -> Self {
        Self { tree, layer, each, own: (layer, each), each_container }
    }

    fn attribution(&self, cause: ChangeCause) -> Attribution {
        let cause =
            if self.each && cause == ChangeCause::Stated { ChangeCause::EachContainer } else { cause };
        Attribution { layer: self.layer, cause }
    }

    /// The node of a place.
    fn node(&mut self, location: &LazyLocation<'_>) -> ArenaId {
        walk(self.tree, location).0
    }
}

/// The node of a place, and who set what it is in. Below an atomic list it is the list's.
fn walk(tree: &mut HistoryTree, location: &LazyLocation<'_>) -> (ArenaId, Option<Attribution>) {
    let Some(parent) = location.parent() else {
        let root = tree.root();
        return (root, tree.node(root).now.attribution);
    };
    let (node, above) = walk(tree, parent);
    match Name::of_location(location.segment()) {
        Some(name) => {
            let child = tree.child_or_new(node, &name);
            (child, tree.node(child).now.attribution.or(above))
        }
        None => (node, above),
    }
}

impl Observer for ProvenanceRecorder<'_> {
    fn set(
        &mut self,
        location: &LazyLocation<'_>,
        previous: Option<Value>,
        value: &Value,
        cause: ChangeCause,
    ) {
        let attribution = self.attribution(cause);
        let Some(parent) = location.parent() else { return };
        let (holder, above) = walk(self.tree, parent);
        let Some(name) = Name::of_location(location.segment()) else {
            if let LocationSegment::Index(index) = location.segment() {
                self.tree.node_mut(holder).insert(index, attribution);
            }
            return;
        };
        let states = matches!(attribution.cause, ChangeCause::Stated | ChangeCause::EachContainer);
        let known = above.is_some_and(|above| above.layer == attribution.layer);
        if previous.is_none() && states && known && self.tree.child(holder, &name).is_none() {
            // It came with what it is in.
            return;
        }
        let node = self.tree.child_or_new(holder, &name);
        if previous.as_ref() == Some(value) {
            self.tree.agree(node, attribution);
        } else {
            self.tree.change(node, previous, attribution);
        }
    }

    fn delete(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        let attribution = self.attribution(cause);
        let node = self.node(location);
        match (location.segment(), previous) {
            (LocationSegment::Index(index), Some(previous)) => {
                self.tree.remove(node, index, previous, attribution);
            }
            (_, previous) => self.tree.change(node, previous, attribution),
        }
    }

    fn clear(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        let attribution = self.attribution(cause);
        let node = self.node(location);
        self.tree.change(node, previous, attribution);
    }

    fn agree(&mut self, location: &LazyLocation<'_>) {
        let attribution = self.attribution(ChangeCause::Stated);
        let node = self.node(location);
        self.tree.agree(node, attribution);
    }

    fn reorder(&mut self, location: &LazyLocation<'_>, order: &[usize]) {
        let attribution = self.attribution(ChangeCause::Order);
        let node = self.node(location);
        self.tree.reorder(node, order, attribution);
    }

    fn applying_each_container(&mut self, number: Option<usize>) {
        let of = number.and_then(|number| self.each_container.get(number));
        (self.layer, self.each) = of.map_or(self.own, |layer| (*layer, true));
    }
}
