//! [`KnownLists`]: where the items of long lists are, from patch to patch.

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

/// Shorter lists are read again for each patch.
pub(super) const LONG: usize = 16;

/// Where the items of long lists are. A value that many small patches are applied to one after another has lists
/// that grow: reading the whole list for each patch would take time in the square of their number.
///
/// A list is known by the address of its items and their number. Whoever removes a list, or changes which items it has
/// without saying so here, forgets it: another list may come to be at its address. That a list moves, with what it is
/// in, changes nothing: its items stay where they are.
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

    /// Forgets the lists of a value that is gone.
    pub(super) fn forget(&mut self, gone: &Value) {
        if self.0.is_empty() {
            return;
        }
        match gone {
            Value::Array(items) => {
                self.0.remove(&items.as_ptr().addr());
                for item in items {
                    self.forget(item);
                }
            }
            Value::Object(fields) => {
                for field in fields.values() {
                    self.forget(field);
                }
            }
            _ => {}
        }
    }

    /// Forgets a list whose items change in other ways.
    pub(super) fn forget_list(&mut self, list: &[Value]) {
        if !self.0.is_empty() {
            self.0.remove(&list.as_ptr().addr());
        }
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
