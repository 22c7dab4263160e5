//! [`Recorder`]: the observer that keeps the shadow of a fold.

use serde_json::Value;

use super::{
    name::Name,
    shadow::{Made, Node},
};
use crate::patch::{ChangeCause, LazyLocation, LocationSegment, Observer};

/// Writes down what one layer does.
pub(super) struct Recorder<'p> {
    root: &'p mut Node,
    /// Who is at work: the layer, or one that lies under a new container.
    layer: u32,
    each: bool,
    own: (u32, bool),
    /// The layers that lie under new containers.
    each_container: &'p [u32],
}

impl<'p> Recorder<'p> {
    /// For one layer; `each` where it is a patch for each container.
    pub(super) fn new(root: &'p mut Node, layer: u32, each: bool, each_container: &'p [u32]) -> Self {
        Self { root, layer, each, own: (layer, each), each_container }
    }

    fn made(&self, cause: ChangeCause) -> Made {
        let cause =
            if self.each && cause == ChangeCause::Stated { ChangeCause::EachContainer } else { cause };
        Made { layer: self.layer, cause }
    }

    /// The node of a place, and who made it as a whole.
    fn node(&mut self, location: &LazyLocation<'_>) -> &mut Node {
        walk(self.root, location).0
    }
}

/// The node of a place, and who made what it is in. Below an atomic list it is the list's.
fn walk<'n>(root: &'n mut Node, location: &LazyLocation<'_>) -> (&'n mut Node, Option<Made>) {
    let Some(parent) = location.parent() else {
        let made = root.now.made;
        return (root, made);
    };
    let (node, above) = walk(root, parent);
    match Name::of_location(location.segment()) {
        Some(name) => {
            let node = node.now.below.entry(&name);
            let made = node.now.made.or(above);
            (node, made)
        }
        None => (node, above),
    }
}

impl Observer for Recorder<'_> {
    fn set(&mut self, location: &LazyLocation<'_>, was: Option<Value>, value: &Value, cause: ChangeCause) {
        let made = self.made(cause);
        let Some(parent) = location.parent() else { return };
        let (holder, above) = walk(self.root, parent);
        let Some(name) = Name::of_location(location.segment()) else {
            if let LocationSegment::Index(index) = location.segment() {
                holder.insert(index, made);
            }
            return;
        };
        let states = matches!(made.cause, ChangeCause::Stated | ChangeCause::EachContainer);
        let known = above.is_some_and(|above| above.layer == made.layer);
        if was.is_none() && states && known && !holder.now.below.contains(&name) {
            // It came with what it is in.
            return;
        }
        let node = holder.now.below.entry(&name);
        if was.as_ref() == Some(value) {
            node.agree(made);
        } else {
            node.change(was, made);
        }
    }

    fn delete(&mut self, location: &LazyLocation<'_>, was: Option<Value>, cause: ChangeCause) {
        let made = self.made(cause);
        let node = self.node(location);
        match (location.segment(), was) {
            (LocationSegment::Index(index), Some(was)) => node.remove(index, was, made),
            (_, was) => node.change(was, made),
        }
    }

    fn clear(&mut self, location: &LazyLocation<'_>, was: Option<Value>, cause: ChangeCause) {
        let made = self.made(cause);
        self.node(location).change(was, made);
    }

    fn agree(&mut self, location: &LazyLocation<'_>) {
        let made = self.made(ChangeCause::Stated);
        self.node(location).agree(made);
    }

    fn reorder(&mut self, location: &LazyLocation<'_>, order: &[usize]) {
        let made = self.made(ChangeCause::Order);
        self.node(location).reorder(order, made);
    }

    fn applying_each_container(&mut self, each_container: Option<usize>) {
        let of = each_container.and_then(|each_container| self.each_container.get(each_container));
        (self.layer, self.each) = of.map_or(self.own, |layer| (*layer, true));
    }
}
