//! What a fold keeps beside the value: for each place that some layer touched, who made what is there,
//! and what was there before.
//!
//! Old values are moved here from the merge, with the shadow that they had, so keeping them costs no
//! copy. A place that nobody touched has no node: it is as the nearest place above it says.

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

use crate::{
    patch::{Cause, Place, name_of},
    path::Segment,
};

/// Which layer did something, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) layer: u32,
    pub(super) cause: Cause,
}

/// Who made a value and what is below it.
#[derive(Debug, Default)]
pub(super) struct Shadow {
    /// Who made the value as a whole; `None`: as the place above says.
    pub(super) made: Option<Made>,
    /// Fields, items by merge key, items of a set.
    pub(super) names: Names,
    /// Items of an atomic list, by index; those that are not here are as the list is. Nothing below
    /// them ever changes by itself.
    pub(super) items: Vec<Option<Made>>,
}

/// One place, and what happened to it.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) now: Shadow,
    history: Option<Box<History>>,
}

#[derive(Debug, Default)]
struct History {
    pasts: Vec<Past>,
    agreed: Vec<u32>,
}

/// A value that was at a place.
#[derive(Debug)]
pub(super) struct Past {
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
}

impl Node {
    pub(super) fn pasts(&self) -> &[Past] {
        self.history.as_ref().map_or(&[], |history| &history.pasts)
    }

    /// The layers that stated what was there already, since it came.
    pub(super) fn agreed(&self) -> &[u32] {
        self.history.as_ref().map_or(&[], |history| &history.agreed)
    }

    pub(super) fn agree(&mut self, layer: u32) {
        let agreed = &mut self.history.get_or_insert_default().agreed;
        if agreed.last() != Some(&layer) {
            agreed.push(layer);
        }
    }

    /// Something new is here, made by `made`, and `was` is no longer.
    pub(super) fn change(&mut self, was: Option<Value>, made: Made) {
        match was {
            Some(was) => {
                let shadow = std::mem::take(&mut self.now);
                self.forget(Past { was, shadow, by: made, part: Part::Whole });
            }
            None => {
                if let Some(history) = &mut self.history {
                    history.agreed.clear();
                }
            }
        }
        self.now.made = Some(made);
    }

    fn forget(&mut self, past: Past) {
        let history = self.history.get_or_insert_default();
        history.agreed.clear();
        if history.pasts.is_empty() {
            history.pasts.reserve_exact(1);
        }
        history.pasts.push(past);
    }

    fn note(&mut self, past: Past) {
        self.history.get_or_insert_default().pasts.push(past);
    }

    /// An item was put into this atomic list.
    pub(super) fn insert(&mut self, index: usize, made: Made) {
        let items = &mut self.now.items;
        if items.len() < index {
            items.resize(index, None);
        }
        items.insert(index, Some(made));
    }

    /// An item was taken out of this atomic list.
    pub(super) fn remove(&mut self, index: usize, was: Value, by: Made) {
        let items = &mut self.now.items;
        let made = if index < items.len() { items.remove(index) } else { None };
        let shadow = Shadow { made: made.or(self.now.made), ..Shadow::default() };
        self.note(Past { was, shadow, by, part: Part::Item(index) });
    }

    /// The items of this list moved.
    pub(super) fn reorder(&mut self, order: &[usize], by: Made) {
        let items = &mut self.now.items;
        if !items.is_empty() {
            *items = order.iter().map(|from| items.get(*from).copied().flatten()).collect();
        }
        self.note(Past { was: Value::Null, shadow: Shadow::default(), by, part: Part::Order });
    }

    /// The last that happened here or below.
    pub(super) fn latest(&self) -> Option<Made> {
        let pasts = self.pasts().iter().map(|past| past.by);
        pasts.chain(self.now.latest()).fold(None, later)
    }
}

impl Shadow {
    /// The last that happened to this value or below it.
    pub(super) fn latest(&self) -> Option<Made> {
        let items = self.items.iter().flatten().copied();
        let names = self.names.entries.iter().filter_map(|(_, node)| node.latest());
        items.chain(names).fold(self.made, later)
    }
}

/// The later of two, the second where they are of one layer.
fn later(one: Option<Made>, other: Made) -> Option<Made> {
    one.filter(|one| one.layer > other.layer).or(Some(other))
}

/// Nodes by name, in the order in which they came. Short lists are searched, longer ones hashed.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) entries: Vec<(Box<str>, Node)>,
    #[expect(clippy::box_collection, reason = "every node has one, and hardly any needs it")]
    index: Option<Box<HashMap<Box<str>, usize>>>,
}

/// Up to this many names, searching is quicker than hashing.
const FEW: usize = 12;

impl Names {
    /// Every node and its name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.entries.iter().map(|(name, node)| (&**name, node))
    }

    /// The node of the place that this segment leads to, if anything happened to it.
    pub(super) fn get(&self, segment: &Segment) -> Option<&Node> {
        self.position(&segment_name(segment)?).map(|index| &self.entries[index].1)
    }

    /// The node of this name; a new one if there is none.
    pub(super) fn entry(&mut self, name: &str) -> &mut Node {
        let index = self.position(name).unwrap_or_else(|| self.add(name));
        &mut self.entries[index].1
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    fn position(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.entries.iter().position(|(known, _)| **known == *name),
        }
    }

    fn add(&mut self, name: &str) -> usize {
        let new = self.entries.len();
        self.entries.push((name.into(), Node::default()));
        if let Some(index) = &mut self.index {
            index.insert(name.into(), new);
        } else if new == FEW {
            let names = self.entries.iter().enumerate();
            self.index = Some(Box::new(names.map(|(index, (name, _))| (name.clone(), index)).collect()));
        }
        new
    }
}

/// What [`Names`] call the innermost step of a trail; `None` for an index, and for the object itself.
pub(super) fn place_name(place: Place<'_>) -> Option<Cow<'_, str>> {
    match place {
        Place::Field(name) => Some(Cow::Borrowed(name)),
        Place::Key(_, first, second) => Some(name_of(first, second.map(|(_, value)| value))),
        Place::Item(value) => Some(name_of(value, None)),
        Place::Root | Place::Index(_) => None,
    }
}

fn segment_name(segment: &Segment) -> Option<Cow<'_, str>> {
    match segment {
        Segment::Field(name) => Some(Cow::Borrowed(name)),
        Segment::Key(keys) => {
            let (_, first) = keys.first()?;
            Some(name_of(first, keys.get(1).and_then(|(_, second)| second.as_str())))
        }
        Segment::Item(value) => Some(name_of(value, None)),
        Segment::Index(_) => None,
    }
}
