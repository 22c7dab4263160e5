//! Lists that merge by key: items that are there never move, new ones go last.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{
    ExtendedMerge,
    item::ItemPatch,
    lists::is_replace,
    matching::{ItemMatch, KeyGroup, Matcher, group},
};
use crate::{
    diagnostic::{codes, did_you_mean, keyed_item, nearest},
    patch::{
        ChangeCause, LazyLocation, Observer, directive,
        identity::{GoType, Interner, ScalarKey},
        location::LocationSegment,
    },
    schema::{MergeKeys, Schema, SecondaryKey},
};

/// Where the patch lists each key first: deletions, and other items.
#[derive(Default)]
struct FirstListed {
    deletes: HashMap<KeyGroup, usize>,
    plain: HashMap<KeyGroup, usize>,
}

/// A list and its patch, with all first keys numbered.
struct NumberedItems {
    /// The id of each live item.
    live: Vec<u32>,
    /// Plain items: index into the patch, and id.
    plain: Vec<(usize, u32)>,
    /// `$patch: delete` items: index into the patch, and id.
    deletes: Vec<(usize, u32)>,
    replace: bool,
    /// The items, deletions too, that write all their keys.
    in_full: HashSet<KeyGroup>,
}

impl<O: Observer> ExtendedMerge<'_, O> {
    /// Merges `patch` into a list of maps with merge keys.
    pub(super) fn keyed(
        &mut self,
        mut live: Vec<Value>,
        patch: &[Value],
        item: Schema,
        keys: MergeKeys,
        location: &LazyLocation<'_>,
    ) -> Vec<Value> {
        if keys.secondary().is_none() && self.one_key(&mut live, patch, item, keys, location) {
            return live;
        }
        self.numbered(live, patch, item, keys, location)
    }

    /// [`Self::keyed`] for all lists and patches: numbers the keys of their items.
    pub(super) fn numbered(
        &mut self,
        mut live: Vec<Value>,
        patch: &[Value],
        item: Schema,
        keys: MergeKeys,
        location: &LazyLocation<'_>,
    ) -> Vec<Value> {
        self.forget_list(&live);
        self.work.spend(live.len() + patch.len());
        if self.work.is_spent() {
            return live;
        }
        let Some(mut items) = self.sort_items(&live, patch, keys, location) else { return live };
        if items.replace {
            let was = Value::Array(std::mem::take(&mut live));
            self.forget(&was);
            self.observer.clear(location, Some(was), ChangeCause::Replace);
            items.live.clear();
        }
        let mut listed = FirstListed::default();
        self.delete_items(&mut live, &mut items, patch, keys, &mut listed, location);
        for (place, found) in self.plain_items(&live, &items, patch, keys, &mut listed, location) {
            if let Some(patch) = ItemPatch::written(&patch[place], keys) {
                self.item(&mut live, &patch, found, (item, keys), location);
            }
        }
        live
    }

    /// The plain items of the patch, by their place there, and the live item that each is about: `None`
    /// for a new one.
    fn plain_items(
        &mut self,
        live: &[Value],
        items: &NumberedItems,
        patch: &[Value],
        keys: MergeKeys,
        listed: &mut FirstListed,
        location: &LazyLocation<'_>,
    ) -> Vec<(usize, Option<usize>)> {
        let matcher = Matcher::new(live, &items.live, &items.in_full, keys);
        let mut found = Vec::with_capacity(items.plain.len());
        for (place, id) in &items.plain {
            let value = &patch[*place];
            let target = matcher.find(*id, value);
            if let ItemMatch::Several(several) = &target {
                self.ambiguous(&matcher, several, keys, value, location);
                continue;
            }
            let identity = matcher.identity(*id, value, &target);
            let at = location.push(named(value, identity.1.as_ref(), keys));
            let deleted = listed.deletes.get(&identity).is_some_and(|delete| delete > place);
            let before = *listed.plain.entry(identity.clone()).or_insert(*place);
            if deleted {
                let message = "put the item with \"$patch: delete\" before the one that is made new";
                self.refuse(codes::DUPLICATE_ITEM, &at, message);
            } else if before != *place {
                self.repeated(&patch[before], value, keys, &at);
            } else {
                found.push((*place, if let ItemMatch::Slot(slot) = target { Some(slot) } else { None }));
            }
        }
        found
    }

    /// Says that the patch lists an item twice: an error, unless both are equal.
    fn repeated(&mut self, first: &Value, again: &Value, keys: MergeKeys, location: &LazyLocation<'_>) {
        let message =
            format!("list the item once: two items of the patch have this {}", keys.names().join(" and "));
        if first == again {
            self.warn(codes::DUPLICATE_ITEM, location, message);
        } else {
            self.refuse(codes::DUPLICATE_ITEM, location, message);
        }
    }

    /// Numbers the first keys, and tells plain items from directives. `None` when an item of the base
    /// cannot be merged.
    fn sort_items(
        &mut self,
        live: &[Value],
        patch: &[Value],
        keys: MergeKeys,
        location: &LazyLocation<'_>,
    ) -> Option<NumberedItems> {
        let mut interner = Interner::default();
        let replace = patch.iter().any(|value| self.is_replace_marker(value, location));
        let mut items = NumberedItems {
            live: Vec::with_capacity(live.len()),
            plain: Vec::new(),
            deletes: Vec::new(),
            replace,
            in_full: HashSet::new(),
        };
        for (index, value) in live.iter().enumerate() {
            match value.get(keys.merge_key()).and_then(ScalarKey::from_value) {
                Some(element) => items.live.push(interner.id(element)),
                None if replace => {}
                None => {
                    let message =
                        format!("add the merge key \"{}\" to item {index} of the base", keys.merge_key());
                    self.refuse_base(codes::MISSING_MERGE_KEY, &location.index(index), message);
                    return None;
                }
            }
        }
        for (index, value) in patch.iter().enumerate().filter(|(_, value)| !is_replace(value)) {
            let Some(element) = self.merge_key(value, keys, &location.index(index)) else { continue };
            let id = interner.id(element);
            if keys.secondary().is_some() && !keys.omits_secondary(value) {
                items.in_full.insert(group(id, value, keys));
            }
            if value.get(directive::PATCH).is_some_and(|verb| verb == "delete") {
                items.deletes.push((index, id));
            } else {
                items.plain.push((index, id));
            }
        }
        Some(items)
    }

    /// The first key of a patch item; an error when it has none.
    fn merge_key<'v>(
        &mut self,
        value: &'v Value,
        keys: MergeKeys,
        location: &LazyLocation<'_>,
    ) -> Option<ScalarKey<'v>> {
        let key = keys.merge_key();
        match (value, value.get(key).map(ScalarKey::from_value)) {
            (Value::Null, _) => self.refuse(codes::NULL, location, "remove the null from the list"),
            (Value::Object(item), None | Some(Some(ScalarKey::Null))) => {
                let message = match nearest(key, item.keys().map(String::as_str)) {
                    Some(near) if near != key => {
                        format!(
                            "write \"{near}\" as \"{key}\": the items of this list are known by that merge key"
                        )
                    }
                    _ => format!("add the merge key \"{key}\": the items of this list are known by it"),
                };
                self.refuse(codes::MISSING_MERGE_KEY, location, message);
            }
            (Value::Object(_), Some(Some(element))) => return Some(element),
            (Value::Object(_), Some(None)) => {
                self.refuse(codes::BAD_MERGE_KEY, location, format!("write \"{key}\" as a single value"));
            }
            (other, _) => {
                let as_item = match other.as_str().map(|text| (text, text.split_once('='))) {
                    Some((_, Some((name, value)))) if location.field_name() == "env" => {
                        format!(": write {{name: {name}, value: {value}}}")
                    }
                    Some((text, _)) if !text.contains('\n') => format!(": {}", keyed_item(key, text)),
                    None if other.is_number() => format!(": write {{{key}: {other}}}"),
                    _ => String::new(),
                };
                let message = format!(
                    "write the item as a map with a \"{key}\", not as {}{as_item}",
                    GoType::from_value(other).name()
                );
                self.refuse(codes::WRONG_KIND, location, message);
            }
        }
        None
    }

    /// Removes the live items that `$patch: delete` items name.
    fn delete_items(
        &mut self,
        live: &mut Vec<Value>,
        items: &mut NumberedItems,
        patch: &[Value],
        keys: MergeKeys,
        listed: &mut FirstListed,
        location: &LazyLocation<'_>,
    ) {
        if items.deletes.is_empty() {
            return;
        }
        let matcher = Matcher::new(live, &items.live, &items.in_full, keys);
        let mut gone = vec![false; live.len()];
        for (place, id) in &items.deletes {
            let value = &patch[*place];
            let target = matcher.find(*id, value);
            let identity = matcher.identity(*id, value, &target);
            let at = location.push(named(value, identity.1.as_ref(), keys));
            let before = *listed.deletes.entry(identity.clone()).or_insert(*place);
            if before != *place {
                self.repeated(&patch[before], value, keys, &at);
                continue;
            }
            if let Some(change) = value.as_object() {
                self.ignored_beside_delete(change, Some(keys), &at);
            }
            let unnamed =
                keys.secondary().is_none() || !keys.omits_secondary(value) && value.get("name").is_none();
            match target {
                ItemMatch::None => self.nothing_to_delete(live, value, keys, &at),
                // Without a name, all that has these keys goes.
                _ if unnamed => {
                    for slot in matcher.slots(&group(*id, value, keys)) {
                        gone[*slot] = true;
                    }
                }
                ItemMatch::Slot(slot) => gone[slot] = true,
                ItemMatch::Several(several) => self.ambiguous(&matcher, &several, keys, value, location),
            }
        }
        for (item, _) in live.iter_mut().zip(&gone).filter(|(_, gone)| **gone) {
            let was = item.take();
            self.forget(&was);
            let key = was.get(keys.merge_key()).cloned().unwrap_or_default();
            let second = keys.secondary_of(&was);
            let at = location.push(LocationSegment::Key(keys.merge_key(), &key, second.as_ref()));
            self.observer.delete(&at, Some(was), ChangeCause::Delete);
        }
        let mut slots = gone.iter();
        live.retain(|_| slots.next().is_none_or(|gone| !gone));
        let mut slots = gone.iter();
        items.live.retain(|_| slots.next().is_none_or(|gone| !gone));
    }

    fn nothing_to_delete(
        &mut self,
        live: &[Value],
        value: &Value,
        keys: MergeKeys,
        location: &LazyLocation<'_>,
    ) {
        let written = value.get(keys.merge_key()).and_then(Value::as_str).unwrap_or_default();
        let near = did_you_mean(written, live.iter().filter_map(|item| item.get(keys.merge_key())?.as_str()));
        let message = if near.is_empty() {
            "remove the $patch: delete: there is no such item to delete".to_owned()
        } else {
            format!("there is no such item to delete{near}")
        };
        self.warn(codes::NOTHING_TO_DELETE, location, message);
    }

    fn ambiguous(
        &mut self,
        matcher: &Matcher<'_>,
        several: &[usize],
        keys: MergeKeys,
        value: &Value,
        location: &LazyLocation<'_>,
    ) {
        let at = location.push(LocationSegment::Key(keys.merge_key(), &value[keys.merge_key()], None));
        let fit = if keys.omits_secondary(value) {
            keys.merge_key().to_owned()
        } else {
            keys.names().join(" and ")
        };
        let message = format!("{}: {} items have this {fit}", matcher.advice(value, several), several.len());
        self.refuse(codes::AMBIGUOUS_TARGET, &at, message);
    }
}

/// The item's place: its first key as the patch writes it, its second as the live item has it.
fn named<'v>(value: &'v Value, second: Option<&'v SecondaryKey>, keys: MergeKeys) -> LocationSegment<'v> {
    LocationSegment::Key(keys.merge_key(), &value[keys.merge_key()], second)
}
