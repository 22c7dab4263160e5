//! [`ProvenanceRecorder`]: the observer that records the history of a fold.

use serde_json::Value;

use super::{
    history::{Attribution, HistoryNode},
    name::Name,
};
use crate::patch::{ChangeCause, LazyLocation, LocationSegment, Observer};

/// Writes down what one layer does.
pub(super) struct ProvenanceRecorder<'p> {
    root: &'p mut HistoryNode,
    /// The layer to attribute to: the current one, or the layer of a replayed `eachContainer` patch.
    layer: u32,
    each: bool,
    own: (u32, bool),
    /// The layers of the `eachContainer` patches so far.
    each_container: &'p [u32],
}

impl<'p> ProvenanceRecorder<'p> {
    /// For one layer; `each` where it is a patch for each container.
    pub(super) fn new(root: &'p mut HistoryNode, layer: u32, each: bool, each_container: &'p [u32]) -> Self {
        Self { root, layer, each, own: (layer, each), each_container }
    }

    fn attribution(&self, cause: ChangeCause) -> Attribution {
        let cause =
            if self.each && cause == ChangeCause::Stated { ChangeCause::EachContainer } else { cause };
        Attribution { layer: self.layer, cause }
    }

    /// The node of a place, and who set it as a whole.
    fn node(&mut self, location: &LazyLocation<'_>) -> &mut HistoryNode {
        walk(self.root, location).0
    }
}

/// The node of a place, and who set what it is in. Below an atomic list it is the list's.
fn walk<'n>(
    root: &'n mut HistoryNode,
    location: &LazyLocation<'_>,
) -> (&'n mut HistoryNode, Option<Attribution>) {
    let Some(parent) = location.parent() else {
        let attribution = root.now.attribution;
        return (root, attribution);
    };
    let (node, above) = walk(root, parent);
    match Name::of_location(location.segment()) {
        Some(name) => {
            let node = node.now.children.entry(&name);
            let attribution = node.now.attribution.or(above);
            (node, attribution)
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
        let (holder, above) = walk(self.root, parent);
        let Some(name) = Name::of_location(location.segment()) else {
            if let LocationSegment::Index(index) = location.segment() {
                holder.insert(index, attribution);
            }
            return;
        };
        let states = matches!(attribution.cause, ChangeCause::Stated | ChangeCause::EachContainer);
        let known = above.is_some_and(|above| above.layer == attribution.layer);
        if previous.is_none() && states && known && !holder.now.children.contains(&name) {
            // It came with what it is in.
            return;
        }
        let node = holder.now.children.entry(&name);
        if previous.as_ref() == Some(value) {
            node.agree(attribution);
        } else {
            node.change(previous, attribution);
        }
    }

    fn delete(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        let attribution = self.attribution(cause);
        let node = self.node(location);
        match (location.segment(), previous) {
            (LocationSegment::Index(index), Some(previous)) => node.remove(index, previous, attribution),
            (_, previous) => node.change(previous, attribution),
        }
    }

    fn clear(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        let attribution = self.attribution(cause);
        self.node(location).change(previous, attribution);
    }

    fn agree(&mut self, location: &LazyLocation<'_>) {
        let attribution = self.attribution(ChangeCause::Stated);
        self.node(location).agree(attribution);
    }

    fn reorder(&mut self, location: &LazyLocation<'_>, order: &[usize]) {
        let attribution = self.attribution(ChangeCause::Order);
        self.node(location).reorder(order, attribution);
    }

    fn applying_each_container(&mut self, number: Option<usize>) {
        let of = number.and_then(|number| self.each_container.get(number));
        (self.layer, self.each) = of.map_or(self.own, |layer| (*layer, true));
    }
}
