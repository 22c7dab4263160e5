//! [`replay`]: makes the history of each place of what a fold wrote down.

use super::{
    arena::ArenaId,
    change_log::{ChangeKind, ChangeLog, LoggedChange, LoggedName, LoggedPlaces, PlaceId},
    history::Attribution,
    tree::HistoryTree,
};
use crate::patch::ChangeCause;

/// The histories of all places.
pub(super) fn replay(log: ChangeLog) -> HistoryTree {
    let (changes, places) = log.into_changes();
    let nodes = vec![None; places.len()];
    let mut replay = Replay { tree: HistoryTree::new(), places, nodes };
    for change in changes {
        replay.change(change);
    }
    replay.tree.index_events();
    replay.tree
}

struct Replay {
    tree: HistoryTree,
    places: LoggedPlaces,
    /// The node of each place, once it was needed: what is at a place changes, but while a merge is in it, it has one
    /// node.
    nodes: Vec<Option<ArenaId>>,
}

impl Replay {
    fn change(&mut self, change: LoggedChange) {
        match change.kind {
            ChangeKind::Set | ChangeKind::SetEqual => self.set(change),
            ChangeKind::Removed => self.remove(change),
            ChangeKind::Agreed => {
                let node = self.node(change.holder, &change.name);
                self.tree.agree(node, change.by);
            }
            ChangeKind::Reordered(order) => {
                let node = self.node(change.holder, &change.name);
                self.tree.reorder(node, self.places.order(order), change.by);
            }
        }
    }

    fn set(&mut self, LoggedChange { holder, name, kind, previous, by }: LoggedChange) {
        if let LoggedName::Index(index) = name {
            let list = self.place(holder);
            self.tree.node_mut(list).insert(index, by);
            return;
        }
        let states = matches!(by.cause, ChangeCause::Stated | ChangeCause::EachContainer);
        if previous.is_none() && states && self.came_with(holder, &name, by) {
            return;
        }
        let node = self.node(holder, &name);
        match kind {
            ChangeKind::SetEqual => self.tree.agree(node, by),
            _ => self.tree.change(node, previous, by),
        }
    }

    /// Whether a value came with what holds it, which the same layer set.
    fn came_with(&mut self, holder: Option<PlaceId>, name: &LoggedName, by: Attribution) -> bool {
        let node = self.place(holder);
        let is_known = self.places.name(name).is_some_and(|name| self.tree.child(node, &name).is_some());
        !is_known && self.setter(holder).is_some_and(|setter| setter.layer == by.layer)
    }

    fn remove(&mut self, LoggedChange { holder, name, previous, by, .. }: LoggedChange) {
        match (name, previous) {
            (LoggedName::Index(index), Some(previous)) => {
                let list = self.place(holder);
                self.tree.remove(list, index, previous, by);
            }
            (name, previous) => {
                let node = self.node(holder, &name);
                self.tree.change(node, previous, by);
            }
        }
    }

    /// Who set what is at a place, or what that is in.
    fn setter(&mut self, place: Option<PlaceId>) -> Option<Attribution> {
        let mut place = place;
        loop {
            let node = self.place(place);
            if let Some(setter) = self.tree.node(node).now.attribution {
                return Some(setter);
            }
            place = self.places.get(place?).and_then(|place| place.holder);
        }
    }

    /// The node of what a place holds under a name. Items of an atomic list have none of their own: it is the list's.
    fn node(&mut self, holder: Option<PlaceId>, name: &LoggedName) -> ArenaId {
        let holder = self.place(holder);
        match self.places.name(name) {
            Some(name) => self.tree.child_or_new(holder, &name),
            None => holder,
        }
    }

    fn place(&mut self, place: Option<PlaceId>) -> ArenaId {
        let Some(id) = place else { return self.tree.root() };
        if let Some(Some(known)) = self.nodes.get(id.index()) {
            return *known;
        }
        let holder = self.places.get(id).and_then(|place| place.holder);
        let holder = self.place(holder);
        let name = self.places.get(id).and_then(|place| self.places.name(&place.name));
        let node = name.map_or(holder, |name| self.tree.child_or_new(holder, &name));
        if let Some(known) = self.nodes.get_mut(id.index()) {
            *known = Some(node);
        }
        node
    }
}
