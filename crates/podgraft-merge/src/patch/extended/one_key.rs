//! Lists that merge by one key, and patches of plain items: nearly all that there are. Their items are found without
//! numbering the keys, and in long lists without reading the list again for each patch.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    ExtendedMerge,
    known::{self, KnownList},
};
use crate::{
    patch::{
        LazyLocation, Observer, directive,
        plain::{EqualItems, targets},
    },
    schema::{MergeKeys, Schema},
};

impl<O: Observer> ExtendedMerge<'_, O> {
    /// Merges `patch` into a list with one merge key. False where one of them is not plain, with nothing done.
    pub(super) fn one_key(
        &mut self,
        live: &mut Vec<Value>,
        patch: &[Value],
        item: Schema,
        keys: MergeKeys,
        location: &LazyLocation<'_>,
    ) -> bool {
        if self.is_quick(live, patch, keys) && self.quickly(live, patch, item, keys, location) {
            return true;
        }
        // What follows may add items.
        self.forget_list(live);
        let Some(targets) = targets(live, patch, keys.merge_key(), None, EqualItems::First) else {
            return false;
        };
        self.work.spend(live.len() + patch.len());
        for (value, target) in patch.iter().zip(targets.as_slice()) {
            if self.work.is_spent() {
                break;
            }
            self.item(live, value, *target, (item, keys), location);
        }
        true
    }

    /// Whether a small patch of plain items is for a long list with one key.
    fn is_quick(&self, live: &[Value], patch: &[Value], keys: MergeKeys) -> bool {
        let is_small = live.len() >= known::LONG && patch.len() <= live.len() / 8;
        if self.known.is_none() || !is_small {
            return false;
        }
        let mut seen = HashSet::with_capacity(patch.len());
        patch.iter().all(|value| {
            let key = value.get(keys.merge_key()).and_then(known::text);
            value.get(directive::PATCH).is_none() && key.is_some_and(|key| seen.insert(key))
        })
    }

    /// Merges such a patch without reading the whole list, where the list is known from the last patch. False where it
    /// cannot be known, with nothing done.
    fn quickly(
        &mut self,
        live: &mut Vec<Value>,
        patch: &[Value],
        item: Schema,
        keys: MergeKeys,
        location: &LazyLocation<'_>,
    ) -> bool {
        self.work.spend(patch.len());
        let known = self.known.as_mut().and_then(|known| known.take(live));
        let Some(mut known) = known.or_else(|| {
            self.work.spend(live.len());
            KnownList::of(live, keys.merge_key())
        }) else {
            return false;
        };
        for value in patch {
            let (key, before) = (&value[keys.merge_key()], live.len());
            self.item(live, value, known.slot(key), (item, keys), location);
            if live.len() > before {
                known.push(key);
            }
        }
        if let Some(lists) = &mut self.known {
            lists.keep(live, known);
        }
        true
    }
}
