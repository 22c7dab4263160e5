//! One item of a list that merges by key: merged into the item that is there, or added.

use serde_json::{Map, Value};

use super::{ExtendedMerge, each_container::is_container};
use crate::{
    diagnostic::Diagnostic,
    patch::{ChangeCause, LazyLocation, Observer, location::LocationSegment},
    schema::{MergeKeys, Schema, SecondaryKey},
    work::MADE,
};

impl<O: Observer> ExtendedMerge<'_, O> {
    /// Merges one item of the patch into the live one, or adds it.
    pub(super) fn item(
        &mut self,
        live: &mut Vec<Value>,
        value: &Value,
        found: Option<usize>,
        (item, keys): (Schema, MergeKeys),
        location: &LazyLocation<'_>,
    ) {
        let Some(change) = value.as_object() else { return };
        if let Some(slot) = found {
            let second = keys.secondary_of(&live[slot]);
            let at = location.push(named(value, second.as_ref(), keys));
            if let Some(found) = live[slot].as_object_mut() {
                self.map(found, change, item, Some(keys), &at);
            }
        } else {
            let second = keys.secondary_of(value);
            let at = location.push(named(value, second.as_ref(), keys));
            let new = self.new_item(live, change, item, keys, &at);
            live.extend(new);
        }
    }

    /// A new item: the patch item applied to nothing, if that is complete; on top of the
    /// `eachContainer` patches of earlier layers, if it is a container.
    fn new_item(
        &mut self,
        live: &[Value],
        change: &Map<String, Value>,
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

/// The item's place: its first key as the patch writes it, its second as the live item has it.
pub(super) fn named<'v>(
    value: &'v Value,
    second: Option<&'v SecondaryKey>,
    keys: MergeKeys,
) -> LocationSegment<'v> {
    LocationSegment::Key(keys.merge_key(), &value[keys.merge_key()], second)
}
