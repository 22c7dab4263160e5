//! [`Recorder`]: the observer that keeps the shadow of a fold.

use serde_json::Value;

use super::{
    below::place_name,
    shadow::{Made, Node},
};
use crate::patch::{Cause, Observer, Place, Trail};

/// Writes down what one layer does.
pub(super) struct Recorder<'p> {
    root: &'p mut Node,
    /// Who is at work: the layer, or one that lies under a new container.
    layer: u32,
    each: bool,
    own: (u32, bool),
    /// The layers that lie under new containers.
    seeds: &'p [u32],
}

impl<'p> Recorder<'p> {
    /// For one layer; `each` where it is a patch for each container.
    pub(super) fn new(root: &'p mut Node, layer: u32, each: bool, seeds: &'p [u32]) -> Self {
        Self { root, layer, each, own: (layer, each), seeds }
    }

    fn made(&self, cause: Cause) -> Made {
        let cause = if self.each && cause == Cause::Stated { Cause::EachContainer } else { cause };
        Made { layer: self.layer, cause }
    }

    /// The node of a place, and who made it as a whole.
    fn node(&mut self, trail: &Trail<'_>) -> &mut Node {
        walk(self.root, trail).0
    }
}

/// The node of a place, and who made what it is in. Below an atomic list it is the list's.
fn walk<'n>(root: &'n mut Node, trail: &Trail<'_>) -> (&'n mut Node, Option<Made>) {
    let Some(parent) = trail.parent() else {
        let made = root.now.made;
        return (root, made);
    };
    let (node, above) = walk(root, parent);
    match place_name(trail.place()) {
        Some(name) => {
            let node = node.now.below.entry(&name);
            let made = node.now.made.or(above);
            (node, made)
        }
        None => (node, above),
    }
}

impl Observer for Recorder<'_> {
    fn set(&mut self, trail: &Trail<'_>, was: Option<Value>, value: &Value, cause: Cause) {
        let made = self.made(cause);
        let Some(parent) = trail.parent() else { return };
        let (holder, above) = walk(self.root, parent);
        let Some(name) = place_name(trail.place()) else {
            if let Place::Index(index) = trail.place() {
                holder.insert(index, made);
            }
            return;
        };
        let states = matches!(made.cause, Cause::Stated | Cause::EachContainer);
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

    fn delete(&mut self, trail: &Trail<'_>, was: Option<Value>, cause: Cause) {
        let made = self.made(cause);
        let node = self.node(trail);
        match (trail.place(), was) {
            (Place::Index(index), Some(was)) => node.remove(index, was, made),
            (_, was) => node.change(was, made),
        }
    }

    fn clear(&mut self, trail: &Trail<'_>, was: Option<Value>, cause: Cause) {
        let made = self.made(cause);
        self.node(trail).change(was, made);
    }

    fn agree(&mut self, trail: &Trail<'_>) {
        let made = self.made(Cause::Stated);
        self.node(trail).agree(made);
    }

    fn reorder(&mut self, trail: &Trail<'_>, order: &[usize]) {
        let made = self.made(Cause::Order);
        self.node(trail).reorder(order, made);
    }

    fn beneath(&mut self, seed: Option<usize>) {
        let of = seed.and_then(|seed| self.seeds.get(seed));
        (self.layer, self.each) = of.map_or(self.own, |layer| (*layer, true));
    }
}
