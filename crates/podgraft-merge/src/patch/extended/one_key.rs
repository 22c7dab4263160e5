//! Lists that merge by one key, and patches of plain items: nearly all that there are. Their items are found without
//! numbering the keys, and in long lists without reading the list again for each patch.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{
    ExtendedMerge,
    item::ItemPatch,
    known::{self, KnownList},
    plain::PlainItems,
    template::Template,
};
use crate::{
    patch::{
        LazyLocation, Observer, directive,
        item_index::FEW,
        plain::{EqualItems, Targets, scan, targets},
    },
    schema::{MergeKeys, Schema},
};

impl<O: Observer> ExtendedMerge<'_, O> {
    /// Merges `patch` into a list with one merge key. False where they are not plain, with nothing done.
    pub(super) fn one_key(
        &mut self,
        live: &mut Vec<Value>,
        patch: &[Value],
        item: Schema,
        keys: MergeKeys,
        location: &LazyLocation<'_>,
    ) -> bool {
        let items = || patch.iter().filter_map(|value| ItemPatch::written(value, keys));
        if self.is_small(live, patch.len())
            && is_quick(patch, keys)
            && self.quickly(live, (patch.len(), items()), (item, keys), location)
        {
            return true;
        }
        // What follows may add items.
        self.forget_list(live);
        let targets = targets(live, patch, keys.merge_key(), None, EqualItems::First);
        self.targeted(live, targets.as_ref(), items(), (item, keys), location)
    }

    /// Merges a compiled patch into a list with one merge key.
    pub(super) fn plain_keyed(
        &mut self,
        mut live: Vec<Value>,
        patch: &PlainItems,
        item: Schema,
        location: &LazyLocation<'_>,
    ) -> Vec<Value> {
        let (keys, count) = (patch.keys, patch.items.len());
        let items = || {
            let items = patch.items.iter();
            items.map(|item| ItemPatch { key: &item.key, second: None, change: Template::Plain(&item.map) })
        };
        if self.is_small(&live, count) && self.quickly(&mut live, (count, items()), (item, keys), location) {
            return live;
        }
        self.forget_list(&live);
        let targets = plain_targets(&live, patch);
        if self.targeted(&mut live, targets.as_ref(), items(), (item, keys), location) {
            return live;
        }
        self.numbered(live, &patch.to_list(), item, keys, location)
    }

    /// Whether a patch is small for a long list.
    fn is_small(&self, live: &[Value], count: usize) -> bool {
        self.known.is_some() && live.len() >= known::LONG && count <= live.len() / 8
    }

    /// Merges a small patch into a long list, without reading the whole list where it is known from the last patch. False
    /// where it cannot be known, with nothing done.
    fn quickly<'p>(
        &mut self,
        live: &mut Vec<Value>,
        (count, patch): (usize, impl Iterator<Item = ItemPatch<'p>>),
        (item, keys): (Schema, MergeKeys),
        location: &LazyLocation<'_>,
    ) -> bool {
        self.work.spend(count);
        let known = self.known.as_mut().and_then(|known| known.take(live));
        let Some(mut known) = known.or_else(|| {
            self.work.spend(live.len());
            KnownList::of(live, keys.merge_key())
        }) else {
            return false;
        };
        for patch in patch {
            let before = live.len();
            self.item(live, &patch, known.slot(patch.key), (item, keys), location);
            if live.len() > before {
                known.push(patch.key);
            }
        }
        if let Some(lists) = &mut self.known {
            lists.keep(live, known);
        }
        true
    }

    /// Merges items of which it is known what each is about; false where it is not.
    fn targeted<'p>(
        &mut self,
        live: &mut Vec<Value>,
        targets: Option<&Targets>,
        patch: impl Iterator<Item = ItemPatch<'p>>,
        (item, keys): (Schema, MergeKeys),
        location: &LazyLocation<'_>,
    ) -> bool {
        let Some(targets) = targets.map(Targets::as_slice) else { return false };
        self.work.spend(live.len() + targets.len());
        for (patch, target) in patch.zip(targets) {
            if self.work.is_spent() {
                break;
            }
            self.item(live, &patch, *target, (item, keys), location);
        }
        true
    }
}

/// Whether all items of a patch are plain, with keys that no other has.
fn is_quick(patch: &[Value], keys: MergeKeys) -> bool {
    let mut seen = HashSet::with_capacity(patch.len());
    patch.iter().all(|value| {
        let key = value.get(keys.merge_key()).and_then(known::text);
        value.get(directive::PATCH).is_none() && key.is_some_and(|key| seen.insert(key))
    })
}

/// What each item of a compiled patch is about; `None` unless all items of the list have a text as their key.
fn plain_targets(live: &[Value], patch: &PlainItems) -> Option<Targets> {
    let (key, count) = (patch.keys.merge_key(), patch.items.len());
    let names = patch.items.iter().filter_map(|item| item.key.as_str()).enumerate();
    if count <= FEW {
        let place = |name: &str| names.clone().find(|(_, other)| *other == name).map(|(place, _)| place);
        return scan(live, count, key, EqualItems::First, place);
    }
    let places: HashMap<&str, usize> = names.map(|(place, name)| (name, place)).collect();
    scan(live, count, key, EqualItems::First, |name| places.get(name).copied())
}
