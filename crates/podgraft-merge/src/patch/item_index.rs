//! [`ItemIndex`]: where in a list of plain items one is.

#![allow(
    clippy::disallowed_types,
    reason = "the keys of a hash table, as std's HashMap has them, against names that are made to collide; no result shows them"
)]

use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;
use serde_json::Value;

use super::directive;

/// Up to this many items, comparing is quicker than hashing.
pub(crate) const FEW: usize = 8;

/// The places of the items of a list, by their keys. The list and the name of the key are given each time: they are those
/// that it was made of.
#[derive(Debug, Default)]
pub(crate) struct ItemIndex(
    /// `None` where there are so few that comparing is quicker than hashing.
    Option<(HashTable<usize>, RandomState)>,
);

impl ItemIndex {
    /// Reads a list; `None` unless all items are plain, each with another key.
    pub(crate) fn of(list: &[Value], key: &str) -> Option<Self> {
        if list.len() <= FEW {
            for (place, item) in list.iter().enumerate() {
                let name = plain_key(item, key)?;
                if list[..place].iter().any(|other| name_of(other, key) == Some(name)) {
                    return None;
                }
            }
            return Some(Self(None));
        }
        let (mut places, hasher) = (HashTable::new(), RandomState::new());
        for (place, item) in list.iter().enumerate() {
            let name = plain_key(item, key)?;
            let hash = hasher.hash_one(name);
            if places.find(hash, |other: &usize| name_of(&list[*other], key) == Some(name)).is_some() {
                return None;
            }
            let hash_of = |place: &usize| hasher.hash_one(name_of(&list[*place], key).unwrap_or_default());
            places.insert_unique(hash, place, hash_of);
        }
        Some(Self(Some((places, hasher))))
    }

    /// The place of the item with this name; quickest where it is `near` this place. `None` where there is none.
    pub(crate) fn place(&self, list: &[Value], key: &str, name: &str, near: usize) -> Option<usize> {
        if list.get(near).is_some_and(|item| name_of(item, key) == Some(name)) {
            return Some(near);
        }
        match &self.0 {
            None => list.iter().position(|item| name_of(item, key) == Some(name)),
            Some((places, hasher)) => {
                let is_it = |place: &usize| name_of(&list[*place], key) == Some(name);
                places.find(hasher.hash_one(name), is_it).copied()
            }
        }
    }
}

/// The key of a plain item.
pub(super) fn plain_key<'v>(item: &'v Value, key: &str) -> Option<&'v str> {
    item.get(key)?.as_str().filter(|_| item.get(directive::PATCH).is_none())
}

fn name_of<'v>(item: &'v Value, key: &str) -> Option<&'v str> {
    item.get(key)?.as_str()
}
