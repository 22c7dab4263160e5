//! What a fold keeps beside the value: for each place that some layer touched, who made what is there,
//! and what was there before.
//!
//! Old values are moved here from the merge, with the shadow that they had, so keeping them costs no
//! copy. A place that nobody touched has no node: it is as the nearest place above it says.

use serde_json::Value;

use super::tree::Children;
use crate::patch::ChangeCause;

/// Which layer did something, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) layer: u32,
    pub(super) cause: ChangeCause,
}

/// Who made a value and what is below it.
#[derive(Debug, Default)]
pub(super) struct Shadow {
    /// Who made the value as a whole; `None`: as the place above says.
    pub(super) made: Option<Made>,
    pub(super) below: Children,
}

/// One place, and what happened to it.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) now: Shadow,
    /// What was here before, and who agreed with it; first to last.
    pub(super) pasts: Vec<Past>,
}

/// Something that happened to a place.
#[derive(Debug)]
pub(super) struct Past {
    /// What was there.
    pub(super) was: Value,
    pub(super) shadow: Shadow,
    /// Who took it away.
    pub(super) by: Made,
    pub(super) part: Part,
}

/// How much of a place a [`Past`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    /// Only the item of an atomic list that was at this index.
    Item(usize),
    /// Nothing went: the items were moved.
    Order,
    /// Nothing went: a layer stated what is there already.
    Agreed,
}

impl Node {
    /// The layers that stated what is there already, since it came.
    pub(super) fn agreed(&self) -> impl Iterator<Item = u32> {
        let since = self.pasts.iter().rposition(|past| past.part == Part::Whole).map_or(0, |last| last + 1);
        let agreed = self.pasts[since..].iter().filter(|past| past.part == Part::Agreed);
        agreed.map(|past| past.by.layer)
    }

    pub(super) fn agree(&mut self, by: Made) {
        self.note(by, Part::Agreed);
    }

    /// Something new is here, made by `made`, and `was` is no longer.
    pub(super) fn change(&mut self, was: Option<Value>, made: Made) {
        if let Some(was) = was {
            let shadow = std::mem::take(&mut self.now);
            self.push(Past { was, shadow, by: made, part: Part::Whole });
        }
        self.now.made = Some(made);
    }

    fn push(&mut self, past: Past) {
        if self.pasts.is_empty() {
            // Most places change once.
            self.pasts.reserve_exact(1);
        }
        self.pasts.push(past);
    }

    fn note(&mut self, by: Made, part: Part) {
        self.push(Past { was: Value::Null, shadow: Shadow::default(), by, part });
    }

    /// An item was put into this atomic list.
    pub(super) fn insert(&mut self, index: usize, made: Made) {
        if let Some(items) = self.now.below.items_mut() {
            items.resize(items.len().max(index), None);
            items.insert(index, Some(made));
        }
    }

    /// An item was taken out of this atomic list.
    pub(super) fn remove(&mut self, index: usize, was: Value, by: Made) {
        let items = self.now.below.items_mut().filter(|items| index < items.len());
        let made = items.and_then(|items| items.remove(index)).or(self.now.made);
        self.push(Past {
            was,
            shadow: Shadow { made, below: Children::Nothing },
            by,
            part: Part::Item(index),
        });
    }

    /// The items of this list moved.
    pub(super) fn reorder(&mut self, order: &[usize], by: Made) {
        if let Children::Items(items) = &mut self.now.below {
            *items = order.iter().map(|from| items.get(*from).copied().flatten()).collect();
        }
        self.note(by, Part::Order);
    }

    /// The last that happened here or below.
    pub(super) fn latest(&self) -> Option<Made> {
        let changes = self.pasts.iter().filter(|past| past.part != Part::Agreed);
        let pasts = changes.map(|past| past.by);
        pasts.chain(self.now.latest()).fold(None, later)
    }
}

impl Shadow {
    /// The last that happened to this value or below it.
    pub(super) fn latest(&self) -> Option<Made> {
        let items = self.below.items().iter().flatten().copied();
        let names = self.below.named().filter_map(|(_, node)| node.latest());
        items.chain(names).fold(self.made, later)
    }
}

/// The later of two, the second where they are of one layer.
fn later(one: Option<Made>, other: Made) -> Option<Made> {
    one.filter(|one| one.layer > other.layer).or(Some(other))
}
