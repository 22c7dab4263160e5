//! [`ItemPatch`]: one item of a list that merges by key.

use serde_json::{Map, Value};

use super::{ExtendedMerge, each_container::is_container, template::Template};
use crate::{
    diagnostic::Diagnostic,
    patch::{ChangeCause, LazyLocation, Observer, location::LocationSegment},
    schema::{MergeKeys, Schema, SecondaryKey},
    work::MADE,
};

/// An item of a patch.
pub(super) struct ItemPatch<'p> {
    /// Its merge key.
    pub(super) key: &'p Value,
    /// Its second key, where the list has one.
    pub(super) second: Option<SecondaryKey>,
    pub(super) change: Template<'p>,
}

impl<'p> ItemPatch<'p> {
    /// `None` for what is no map.
    pub(super) fn written(value: &'p Value, keys: MergeKeys) -> Option<Self> {
        let change = Template::Written(value.as_object()?);
        Some(Self { key: &value[keys.merge_key()], second: keys.secondary_of(value), change })
    }
}

impl<O: Observer> ExtendedMerge<'_, O> {
    /// Merges one item of the patch into the live one, or adds it.
    pub(super) fn item(
        &mut self,
        live: &mut Vec<Value>,
        patch: &ItemPatch<'_>,
        found: Option<usize>,
        (item, keys): (Schema, MergeKeys),
        location: &LazyLocation<'_>,
    ) {
        // Its place: its first key as the patch writes it, its second as the live item has it.
        if let Some(slot) = found {
            let second = keys.secondary_of(&live[slot]);
            let at = location.push(LocationSegment::Key(keys.merge_key(), patch.key, second.as_ref()));
            if let Some(found) = live[slot].as_object_mut() {
                self.map(found, patch.change, item, Some(keys), &at);
            }
        } else {
            let second = patch.second.as_ref();
            let at = location.push(LocationSegment::Key(keys.merge_key(), patch.key, second));
            let new = self.new_item(live, patch.change, item, keys, &at);
            live.extend(new);
        }
    }

    /// A new item: the patch item applied to nothing, if that is complete; on top of the
    /// `eachContainer` patches of earlier layers, if it is a container.
    fn new_item(
        &mut self,
        live: &[Value],
        change: Template<'_>,
        item: Schema,
        keys: MergeKeys,
        location: &LazyLocation<'_>,
    ) -> Option<Value> {
        self.work.spend(MADE);
        let mut new = Map::new();
        let before = self.diagnostics.len();
        self.quietly(|quiet| quiet.map(&mut new, change, item, Some(keys), location));
        if self.diagnostics[before..].iter().any(Diagnostic::is_error) {
            return None;
        }
        let known = live.iter().filter_map(|item| item.get(keys.merge_key()));
        if !self.is_complete(&new, item, keys, known, location) {
            return None;
        }
        if !self.each_container.is_empty() && is_container(item) {
            // What the item makes of nothing was only to be judged.
            self.diagnostics.truncate(before);
            return self.new_container(change, item, keys, location);
        }
        let new = Value::Object(new);
        self.observer.set(location, None, &new, ChangeCause::Stated);
        Some(new)
    }
}
