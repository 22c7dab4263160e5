//! [`Story`]: how one place came to hold what it holds.

use serde_json::Value;

use super::shadow::{Made, Node, Part, Past, Shadow};
use crate::{
    patch::ChangeCause,
    path::{FieldPath, Lookup, Segment},
};

/// How one place came to hold what it holds. Layers are indexes into the folded layers.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The layer that last changed the value; `None` is the base.
    pub winner: Option<usize>,
    /// Why it changed; [`ChangeCause::Base`] when no layer changed it.
    pub cause: ChangeCause,
    /// Later layers that stated the same value, in order.
    pub agreed: Vec<usize>,
    /// What was there before, first to last.
    pub shadowed: Vec<Shadowed>,
}

/// A value that was there once.
#[derive(Debug, Clone, PartialEq)]
pub struct Shadowed {
    /// Where it was: the place that the story is about or, where an atomic list went as a whole, the list.
    pub path: FieldPath,
    /// What was there.
    pub value: Value,
    /// The layer that had set it; `None` is the base.
    pub layer: Option<usize>,
    /// Why it had come.
    pub cause: ChangeCause,
    /// The layer that took it away.
    pub by: usize,
    /// Why it went.
    pub why: ChangeCause,
}

impl Story {
    /// The last layer that states the value: the winner, or the last that agrees with it.
    #[must_use]
    pub fn last_setter(&self) -> Option<usize> {
        self.agreed.last().copied().or(self.winner)
    }
}

/// What a story tells of an item of an atomic list that went with the whole list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    /// The list.
    Whole,
    /// The item.
    Items,
}

/// The story of the place at `path`. Many stories of one root share their `lookup`.
pub(super) fn tell<'n>(root: &'n Node, path: &FieldPath, lists: Lists, lookup: &Lookup<'n>) -> Story {
    let mut teller = Teller { path, lists, items: true, lookup, agreed: Vec::new(), shadowed: Vec::new() };
    let made = teller.node(root, None, 0);
    let (winner, cause) = who(made);
    let mut agreed = teller.agreed;
    agreed.retain(|layer| winner.is_none_or(|winner| *layer > winner));
    agreed.sort_unstable();
    agreed.dedup();
    Story { winner, cause, agreed, shadowed: teller.shadowed }
}

/// Who made the item of an atomic list, where it was put in by itself.
pub(super) fn item(list: &Shadow, segment: &Segment) -> Option<Made> {
    match segment {
        Segment::Index(index) => list.below.items().get(*index).copied().flatten(),
        _ => None,
    }
}

pub(super) fn who(made: Option<Made>) -> (Option<usize>, ChangeCause) {
    made.map_or((None, ChangeCause::Base), |made| (Some(made.layer as usize), made.cause))
}

/// Walks down to a place and collects what was there.
struct Teller<'p, 'n> {
    path: &'p FieldPath,
    lists: Lists,
    lookup: &'p Lookup<'n>,
    /// Whether to tell of the items that were taken out of the list at the path.
    items: bool,
    agreed: Vec<usize>,
    shadowed: Vec<Shadowed>,
}

impl<'n> Teller<'_, 'n> {
    /// Follows the path from a node, `depth` steps down; who made what it leads to. What happened to a place
    /// further up is older than what is known of the places below it.
    fn node(&mut self, node: &'n Node, above: Option<Made>, depth: usize) -> Option<Made> {
        for past in &node.pasts {
            match past.part {
                Part::Whole => self.past(past, above, depth),
                Part::Item(index) if self.items && depth == self.path.segments().len() => {
                    self.push(past, self.path.index(index), past.was.clone(), past.shadow.made.or(above));
                }
                Part::Item(_) | Part::Order | Part::Agreed => {}
            }
        }
        // Who agrees with an empty map or list says nothing of what came into it later.
        if matches!(self.path.segments().get(depth), None | Some(Segment::Index(_))) {
            self.agreed.extend(node.agreed().map(|layer| layer as usize));
        }
        let made = self.shadow(&node.now, above, depth);
        if depth == self.path.segments().len() { node.latest().or(made) } else { made }
    }

    /// Follows the path below what is or was at one of its places.
    fn shadow(&mut self, shadow: &'n Shadow, above: Option<Made>, depth: usize) -> Option<Made> {
        let made = shadow.made.or(above);
        let Some(segment) = self.path.segments().get(depth) else { return shadow.latest().or(made) };
        match shadow.below.get(segment) {
            Some(node) => self.node(node, made, depth + 1),
            None => item(shadow, segment).or(made),
        }
    }

    /// What a value that is gone had at the place.
    fn past(&mut self, past: &'n Past, above: Option<Made>, depth: usize) {
        let rest = &self.path.segments()[depth..];
        let index = rest.iter().position(|segment| matches!(segment, Segment::Index(_)));
        let list = index.filter(|_| self.lists == Lists::Whole).map(|steps| depth + steps);
        let path = match list {
            Some(steps) => FieldPath::new(self.path.segments()[..steps].to_vec()),
            None => self.path.clone(),
        };
        let items = self.items && list.is_none();
        let (lists, lookup) = (self.lists, self.lookup);
        let mut teller =
            Teller { path: &path, lists, items, lookup, agreed: Vec::new(), shadowed: Vec::new() };
        let made = teller.shadow(&past.shadow, above, depth);
        self.shadowed.append(&mut teller.shadowed);
        if let Some(value) = self.lookup.find_segments(&path.segments()[depth..], &past.was) {
            self.push(past, path, value.clone(), made);
        }
    }

    /// Adds a value, unless the layer that took it away had made it: nobody ever saw that one.
    fn push(&mut self, past: &Past, path: FieldPath, value: Value, made: Option<Made>) {
        let (layer, cause) = who(made);
        let by = past.by.layer as usize;
        if layer != Some(by) {
            self.shadowed.push(Shadowed { path, value, layer, cause, by, why: past.by.cause });
        }
    }
}
