//! [`FieldHistory`]: how one place came to hold what it holds.

use serde_json::Value;

use super::{
    history::{Attribution, HistoryEvent, HistoryEventKind, HistoryNode, ValueVersion},
    tree::HistoryTree,
};
use crate::{
    patch::ChangeCause,
    path::{FieldPath, Lookup, Segment},
};

/// How one place came to hold what it holds. Layers are indexes into the folded layers.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldHistory {
    /// The layer that last changed the value; `None` is the base.
    pub layer: Option<usize>,
    /// Why it changed; [`ChangeCause::Base`] when no layer changed it.
    pub cause: ChangeCause,
    /// Later layers that stated the same value, in order.
    pub agreed: Vec<usize>,
    /// What was there before, first to last.
    pub previous: Vec<PreviousValue>,
}

/// A value that was there before.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviousValue {
    /// Where it was: the place that the history is of or, where an atomic list went as a whole, the list.
    pub path: FieldPath,
    /// What was there.
    pub value: Value,
    /// The layer that had set it; `None` is the base.
    pub layer: Option<usize>,
    /// Why that layer had set it.
    pub cause: ChangeCause,
    /// The layer that replaced or removed it.
    pub removed_by: usize,
    /// Why it was replaced or removed.
    pub removal_cause: ChangeCause,
}

impl FieldHistory {
    /// The last layer that states the value: the one that set it, or the last that agrees with it.
    #[must_use]
    pub fn last_setter(&self) -> Option<usize> {
        self.agreed.last().copied().or(self.layer)
    }
}

/// What the history of an item of an atomic list has as its previous value, where the whole list was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    /// The list.
    Whole,
    /// The item.
    Items,
}

/// The history of the place at `path`. Many histories of one tree share their `lookup`.
pub(super) fn trace<'n>(
    tree: &'n HistoryTree,
    path: &FieldPath,
    lists: Lists,
    lookup: &Lookup<'n>,
) -> FieldHistory {
    let mut walk =
        HistoryWalk { tree, path, lists, items: true, lookup, agreed: Vec::new(), previous: Vec::new() };
    let attribution = walk.node(tree.node(tree.root()), None, 0);
    let (layer, cause) = layer_and_cause(attribution);
    let mut agreed = walk.agreed;
    agreed.retain(|later| layer.is_none_or(|layer| *later > layer));
    agreed.sort_unstable();
    agreed.dedup();
    FieldHistory { layer, cause, agreed, previous: walk.previous }
}

/// Attribution of the item of an atomic list, where it was put in by itself.
pub(super) fn item(list: &ValueVersion, segment: &Segment) -> Option<Attribution> {
    match segment {
        Segment::Index(index) => list.children.items().get(*index).copied().flatten(),
        _ => None,
    }
}

fn layer_and_cause(attribution: Option<Attribution>) -> (Option<usize>, ChangeCause) {
    attribution.map_or((None, ChangeCause::Base), |attribution| {
        (Some(attribution.layer as usize), attribution.cause)
    })
}

/// Walks down to a place and collects its previous values.
struct HistoryWalk<'p, 'n> {
    tree: &'n HistoryTree,
    path: &'p FieldPath,
    lists: Lists,
    lookup: &'p Lookup<'n>,
    /// Whether items that were removed from the list at the path count.
    items: bool,
    agreed: Vec<usize>,
    previous: Vec<PreviousValue>,
}

impl<'n> HistoryWalk<'_, 'n> {
    /// Follows the path from a node that is `depth` segments below the root; the attribution of what is at its end.
    ///
    /// The invariant of the tree: the events of a node are older than everything in its current version. A change of a
    /// whole value moves the history below it into the event, so what is below `now` happened afterwards:
    ///
    /// ```text
    /// .spec            events: [replaced by layer 1: {image: a}, with its history]
    ///   now: {image: b}
    ///     .image       events: [replaced by layer 2: a]     always after layer 1
    /// ```
    fn node(
        &mut self,
        node: &'n HistoryNode,
        above: Option<Attribution>,
        depth: usize,
    ) -> Option<Attribution> {
        if let Some(segment) = self.path.segments().get(depth) {
            for event in self.tree.whole_events(node, segment) {
                self.event(event, above, depth);
            }
        } else {
            self.events(node, above, depth);
        }
        // A layer that stated an empty map or list did not state what came into it later.
        if matches!(self.path.segments().get(depth), None | Some(Segment::Index(_))) {
            self.agreed.extend(self.tree.agreed(node).into_iter().map(|layer| layer as usize));
        }
        let attribution = self.version(&node.now, above, depth);
        if depth == self.path.segments().len() { self.tree.latest(node).or(attribution) } else { attribution }
    }

    /// What happened to the place at the end of the path.
    fn events(&mut self, node: &'n HistoryNode, above: Option<Attribution>, depth: usize) {
        for event in self.tree.events(node) {
            match event.kind {
                HistoryEventKind::Whole => self.event(event, above, depth),
                HistoryEventKind::Item(index) if self.items => {
                    let attribution = event.version.attribution.or(above);
                    self.push(event, self.path.index(index), event.previous.clone(), attribution);
                }
                HistoryEventKind::Item(_) | HistoryEventKind::Order | HistoryEventKind::Agreed => {}
            }
        }
    }

    /// Follows the path below a value that is or was there.
    fn version(
        &mut self,
        version: &'n ValueVersion,
        above: Option<Attribution>,
        depth: usize,
    ) -> Option<Attribution> {
        let attribution = version.attribution.or(above);
        let Some(segment) = self.path.segments().get(depth) else {
            return self.tree.latest_of(version).or(attribution);
        };
        match self.tree.get(version, segment) {
            Some(node) => self.node(node, attribution, depth + 1),
            None => item(version, segment).or(attribution),
        }
    }

    /// The previous value that a whole value that is gone had at the path.
    fn event(&mut self, event: &'n HistoryEvent, above: Option<Attribution>, depth: usize) {
        let rest = &self.path.segments()[depth..];
        let index = rest.iter().position(|segment| matches!(segment, Segment::Index(_)));
        let list = index.filter(|_| self.lists == Lists::Whole).map(|steps| depth + steps);
        let path = match list {
            Some(steps) => FieldPath::new(self.path.segments()[..steps].to_vec()),
            None => self.path.clone(),
        };
        let items = self.items && list.is_none();
        let (tree, lists, lookup) = (self.tree, self.lists, self.lookup);
        let mut walk =
            HistoryWalk { tree, path: &path, lists, items, lookup, agreed: Vec::new(), previous: Vec::new() };
        let attribution = walk.version(&event.version, above, depth);
        self.previous.append(&mut walk.previous);
        if let Some(value) = self.lookup.find_segments(&path.segments()[depth..], &event.previous) {
            self.push(event, path, value.clone(), attribution);
        }
    }

    /// Adds a value, unless the layer that removed it had set it: no fold ever had that one.
    fn push(
        &mut self,
        event: &HistoryEvent,
        path: FieldPath,
        value: Value,
        attribution: Option<Attribution>,
    ) {
        let (layer, cause) = layer_and_cause(attribution);
        let removed_by = event.by.layer as usize;
        if layer != Some(removed_by) {
            self.previous.push(PreviousValue {
                path,
                value,
                layer,
                cause,
                removed_by,
                removal_cause: event.by.cause,
            });
        }
    }
}
