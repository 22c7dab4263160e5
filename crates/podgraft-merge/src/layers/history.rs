//! [`HistoryNode`]: the history of one place of a folded value, and of the places below it.
//!
//! Previous values are moved here from the merge, with the history below them, so keeping them costs no copy. A place
//! that no layer touched has no node: its attribution is that of the nearest place above that has one.

use serde_json::Value;

use super::tree::Children;
use crate::patch::ChangeCause;

/// The layer that did something, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribution {
    pub(super) layer: u32,
    pub(super) cause: ChangeCause,
}

/// Attribution of a value and what is below it.
#[derive(Debug, Default)]
pub(super) struct ValueVersion {
    /// Attribution of the value as a whole; `None`: as the place above says.
    pub(super) attribution: Option<Attribution>,
    pub(super) children: Children<HistoryNode, Attribution>,
}

/// One place, and what happened to it.
#[derive(Debug, Default)]
pub(super) struct HistoryNode {
    pub(super) now: ValueVersion,
    /// What happened before, first to last.
    pub(super) events: Vec<HistoryEvent>,
}

/// Something that happened to a place.
#[derive(Debug)]
pub(super) struct HistoryEvent {
    /// What was there until then.
    pub(super) previous: Value,
    /// The history of what was there.
    pub(super) version: ValueVersion,
    /// The layer that did it.
    pub(super) by: Attribution,
    pub(super) kind: HistoryEventKind,
}

/// What a [`HistoryEvent`] did to the value at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HistoryEventKind {
    /// It was replaced or removed as a whole.
    Whole,
    /// The item of an atomic list that was at this index was removed.
    Item(usize),
    /// Its items were moved; nothing was removed.
    Order,
    /// A layer stated what is there already; nothing was removed.
    Agreed,
}

impl HistoryNode {
    /// The layers that stated what is there already, since it came.
    pub(super) fn agreed(&self) -> impl Iterator<Item = u32> {
        let since = self
            .events
            .iter()
            .rposition(|event| event.kind == HistoryEventKind::Whole)
            .map_or(0, |last| last + 1);
        let agreed = self.events[since..].iter().filter(|event| event.kind == HistoryEventKind::Agreed);
        agreed.map(|event| event.by.layer)
    }

    pub(super) fn agree(&mut self, by: Attribution) {
        self.note(by, HistoryEventKind::Agreed);
    }

    /// Something new is here, set by `attribution`, and `previous` is no longer.
    pub(super) fn change(&mut self, previous: Option<Value>, attribution: Attribution) {
        if let Some(previous) = previous {
            let version = std::mem::take(&mut self.now);
            self.push(HistoryEvent { previous, version, by: attribution, kind: HistoryEventKind::Whole });
        }
        self.now.attribution = Some(attribution);
    }

    fn push(&mut self, event: HistoryEvent) {
        if self.events.is_empty() {
            // Most places change once.
            self.events.reserve_exact(1);
        }
        self.events.push(event);
    }

    fn note(&mut self, by: Attribution, kind: HistoryEventKind) {
        self.push(HistoryEvent { previous: Value::Null, version: ValueVersion::default(), by, kind });
    }

    /// An item was put into this atomic list.
    pub(super) fn insert(&mut self, index: usize, attribution: Attribution) {
        if let Some(items) = self.now.children.items_mut() {
            items.resize(items.len().max(index), None);
            items.insert(index, Some(attribution));
        }
    }

    /// An item was taken out of this atomic list.
    pub(super) fn remove(&mut self, index: usize, previous: Value, by: Attribution) {
        let items = self.now.children.items_mut().filter(|items| index < items.len());
        let attribution = items.and_then(|items| items.remove(index)).or(self.now.attribution);
        self.push(HistoryEvent {
            previous,
            version: ValueVersion { attribution, children: Children::Nothing },
            by,
            kind: HistoryEventKind::Item(index),
        });
    }

    /// The items of this list moved.
    pub(super) fn reorder(&mut self, order: &[usize], by: Attribution) {
        if let Children::Items(items) = &mut self.now.children {
            *items = order.iter().map(|from| items.get(*from).copied().flatten()).collect();
        }
        self.note(by, HistoryEventKind::Order);
    }

    /// The last that happened here or below.
    pub(super) fn latest(&self) -> Option<Attribution> {
        let changes = self.events.iter().filter(|event| event.kind != HistoryEventKind::Agreed);
        let events = changes.map(|event| event.by);
        events.chain(self.now.latest()).fold(None, later)
    }
}

impl ValueVersion {
    /// The last that happened to this value or below it.
    pub(super) fn latest(&self) -> Option<Attribution> {
        let items = self.children.items().iter().flatten().copied();
        let names = self.children.named().filter_map(|(_, node)| node.latest());
        items.chain(names).fold(self.attribution, later)
    }
}

/// The later of two, the second where they are of one layer.
fn later(one: Option<Attribution>, other: Attribution) -> Option<Attribution> {
    one.filter(|one| one.layer > other.layer).or(Some(other))
}
