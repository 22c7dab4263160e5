//! [`HistoryNode`]: the history of one place of a folded value.
//!
//! Previous values are moved here from the merge, with the history below them, so keeping them costs no copy. A place
//! that no layer touched has no node: its attribution is that of the nearest place above that has one.

use std::ops::Range;

use serde_json::Value;

use super::arena::ArenaId;
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
    pub(super) children: Children,
}

/// One place, and what happened to it.
#[derive(Debug)]
pub(super) struct HistoryNode {
    pub(super) now: ValueVersion,
    /// What happened before: the first and the last of the events.
    pub(super) events: Option<(ArenaId, ArenaId)>,
    pub(super) link: SiblingLink,
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
    /// What happened to the place after it.
    pub(super) next: Option<ArenaId>,
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

/// The fields or items of a value to which something happened.
#[derive(Debug, Default)]
pub(super) enum Children {
    #[default]
    Nothing,
    /// Fields, items by merge key, items of a set: by name.
    Named(Siblings),
    /// Attribution of the items of an atomic list, by index; those that are not here are as the list is. Nothing
    /// below them ever changes by itself.
    Items(Vec<Option<Attribution>>),
}

/// The named children of one version of a value, as a chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Siblings {
    pub(super) first: ArenaId,
    pub(super) last: ArenaId,
    /// The one that was needed last: a merge does most of its work in one place after the other.
    pub(super) recent: ArenaId,
    pub(super) count: u32,
}

/// What leads to a node from the version of a value that it is in.
#[derive(Debug)]
pub(super) struct SiblingLink {
    pub(super) name: NodeName,
    /// The first of its siblings, which stands for the version that they are in.
    pub(super) first: Option<ArenaId>,
    pub(super) next: Option<ArenaId>,
    /// Of `first` and the name, in the index; 0 where there is none.
    pub(super) hash: u64,
}

/// The name of a node.
#[derive(Debug)]
pub(super) enum NodeName {
    Known(&'static str),
    /// Where it is in the names of the tree.
    Written(Range<usize>),
}

impl HistoryNode {
    pub(super) fn new(link: SiblingLink) -> Self {
        Self { now: ValueVersion::default(), events: None, link }
    }

    /// An item was put into this atomic list.
    pub(super) fn insert(&mut self, index: usize, attribution: Attribution) {
        if let Some(items) = self.now.children.items_mut() {
            items.resize(items.len().max(index), None);
            items.insert(index, Some(attribution));
        }
    }
}

impl NodeName {
    /// The name, where the written ones are in `names`.
    pub(super) fn text<'n>(&'n self, names: &'n str) -> &'n str {
        match self {
            Self::Known(name) => name,
            Self::Written(range) => names.get(range.clone()).unwrap_or_default(),
        }
    }
}

impl Children {
    /// Attribution of the items of an atomic list.
    pub(super) fn items(&self) -> &[Option<Attribution>] {
        match self {
            Self::Items(items) => items,
            Self::Nothing | Self::Named(_) => &[],
        }
    }

    /// The same, to be changed.
    pub(super) fn items_mut(&mut self) -> Option<&mut Vec<Option<Attribution>>> {
        if !matches!(self, Self::Items(_)) {
            *self = Self::Items(Vec::new());
        }
        match self {
            Self::Items(items) => Some(items),
            Self::Nothing | Self::Named(_) => None,
        }
    }
}
