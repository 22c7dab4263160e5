//! Which item of a list each item of a patch is about: decided for the whole patch before anything
//! changes, so that the order of its items says nothing.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::schema::{MergeKeys, SecondaryKey};

/// What items of one key have in common: the number of the first key, and the second key. `None`
/// where the list has one key only, or the second is left open.
pub(super) type KeyGroup = (u32, Option<SecondaryKey>);

/// Which live items a patch item is about.
pub(super) enum ItemMatch {
    None,
    Slot(usize),
    /// The keys fit several items, and no unique name decides.
    Several(Vec<usize>),
}

/// The live items by their keys.
pub(super) struct Matcher<'v> {
    live: &'v [Value],
    keys: MergeKeys,
    slots: HashMap<KeyGroup, Vec<usize>>,
    /// Where several items are in a group: the items of each name.
    names: HashMap<(KeyGroup, &'v str), Vec<usize>>,
}

impl<'v> Matcher<'v> {
    /// Groups the live items; those that the patch names in full are no answer to an item that leaves
    /// the second key open.
    pub(super) fn new(live: &'v [Value], ids: &[u32], in_full: &HashSet<KeyGroup>, keys: MergeKeys) -> Self {
        let mut slots: HashMap<KeyGroup, Vec<usize>> = HashMap::with_capacity(live.len());
        for (slot, (item, id)) in live.iter().zip(ids).enumerate() {
            let full = (*id, keys.secondary_of(item));
            if !in_full.contains(&full) {
                slots.entry((*id, None)).or_default().push(slot);
            }
            if full.1.is_some() {
                slots.entry(full).or_default().push(slot);
            }
        }
        let mut names: HashMap<(KeyGroup, &str), Vec<usize>> = HashMap::new();
        for (group, slots) in slots.iter().filter(|(_, slots)| keys.secondary().is_some() && slots.len() > 1)
        {
            for slot in slots {
                if let Some(name) = name_of(&live[*slot]) {
                    names.entry((group.clone(), name)).or_default().push(*slot);
                }
            }
        }
        Self { live, keys, slots, names }
    }

    /// The live item that a patch item is about.
    pub(super) fn find(&self, id: u32, item: &Value) -> ItemMatch {
        let group = group(id, item, self.keys);
        match self.slots(&group) {
            [] => ItemMatch::None,
            [first, ..] if self.keys.secondary().is_none() => ItemMatch::Slot(*first),
            [only] => ItemMatch::Slot(*only),
            several => {
                let named = name_of(item).and_then(|name| self.names.get(&(group.clone(), name)));
                match named.map(Vec::as_slice) {
                    Some([only]) => ItemMatch::Slot(*only),
                    _ => ItemMatch::Several(several.to_vec()),
                }
            }
        }
    }

    /// All live items of a group.
    pub(super) fn slots(&self, group: &KeyGroup) -> &[usize] {
        self.slots.get(group).map_or(&[], Vec::as_slice)
    }

    /// The keys under which the result will have a patch item.
    pub(super) fn identity(&self, id: u32, item: &Value, found: &ItemMatch) -> KeyGroup {
        let second = match found {
            ItemMatch::Slot(slot) => self.keys.secondary_of(&self.live[*slot]),
            _ => self.keys.secondary_of(item),
        };
        (id, second)
    }

    /// What tells the items apart that a patch item fits, in the words of a help.
    pub(super) fn advice(&self, item: &Value, several: &[usize]) -> String {
        let distinct = |part: &dyn Fn(&Value) -> Option<String>| {
            let parts: Option<HashSet<String>> = several.iter().map(|slot| part(&self.live[*slot])).collect();
            parts.is_some_and(|parts| parts.len() == several.len())
        };
        let by_second = |item: &Value| self.keys.secondary_of(item).map(|second| second.text().to_owned());
        match self.keys.secondary() {
            Some(second) if self.keys.omits_secondary(item) && distinct(&by_second) => {
                format!("add \"{}\" to the item", second.name)
            }
            _ if distinct(&|item| name_of(item).map(str::to_owned)) => {
                "write the \"name\" of the item that is meant".to_owned()
            }
            _ => "put \"- $patch: replace\" first and list all items".to_owned(),
        }
    }
}

/// The group that a patch item asks for.
pub(super) fn group(id: u32, item: &Value, keys: MergeKeys) -> KeyGroup {
    (id, if keys.omits_secondary(item) { None } else { keys.secondary_of(item) })
}

fn name_of(item: &Value) -> Option<&str> {
    item.get("name").and_then(Value::as_str)
}
