//! [`KnownLists`]: where the items of long lists are, from patch to patch.

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

/// Shorter lists are read again for each patch.
pub(super) const LONG: usize = 64;

/// Where the items of long lists are. A value that many small patches are applied to one after another has lists
/// that grow: reading the whole list for each patch would take time in the square of their number.
///
/// A list is known by the address of its items and their number. Whoever moves or removes items, or lists, forgets all:
/// see [`Self::clear`].
#[derive(Debug, Default)]
pub(crate) struct KnownLists(HashMap<usize, KnownList>);

/// Where the items of one list are.
#[derive(Debug)]
pub(super) struct KnownList {
    len: usize,
    slots: HashMap<String, usize>,
}

impl KnownLists {
    /// What is known of a list, once.
    pub(super) fn take(&mut self, list: &[Value]) -> Option<KnownList> {
        self.0.remove(&list.as_ptr().addr()).filter(|known| known.len == list.len())
    }

    /// Keeps what is known of a list until it is patched again.
    pub(super) fn keep(&mut self, list: &[Value], known: KnownList) {
        self.0.insert(list.as_ptr().addr(), known);
    }

    /// Forgets all, because a list or its items may not be where they were.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl KnownList {
    /// Reads a list; `None` when an item has no such key.
    pub(super) fn of(list: &[Value], key: &str) -> Option<Self> {
        let mut slots = HashMap::with_capacity(list.len());
        for (slot, item) in list.iter().enumerate() {
            // Of equal ones, the first is patched.
            slots.entry(text(item.get(key)?)?.into_owned()).or_insert(slot);
        }
        Some(Self { len: list.len(), slots })
    }

    /// Where the item with this key is.
    pub(super) fn slot(&self, key: &Value) -> Option<usize> {
        self.slots.get(&*text(key)?).copied()
    }

    /// A new item, at the end of the list.
    pub(super) fn push(&mut self, key: &Value) {
        if let Some(key) = text(key) {
            self.slots.entry(key.into_owned()).or_insert(self.len);
        }
        self.len += 1;
    }
}

/// A scalar as a text that no other scalar has; `None` for maps, lists and null.
pub(super) fn text(key: &Value) -> Option<Cow<'_, str>> {
    match key {
        Value::String(text) if text.starts_with('\0') => Some(Cow::Owned(format!("\0{text}"))),
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(_) | Value::Bool(_) => Some(Cow::Owned(format!("\0={key}"))),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
