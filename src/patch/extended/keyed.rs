//! Lists that merge by key: items that are there never move, new ones go last.

use serde_json::{Map, Value};

use super::{
    Merge,
    each::is_container,
    keys::{Keys, Second},
    lists::is_replace,
};
use crate::{
    diagnostic::{Code, Diagnostic, did_you_mean},
    patch::{
        Cause, Observer, Trail, directive,
        element::{Element, GoType, Interner, number},
        trail::Place,
    },
    schema::Schema,
};

/// Where the items of each first key are: chains through the list, in list order.
struct Index {
    head: Vec<u32>,
    next: Vec<u32>,
}

const END: u32 = u32::MAX;

impl Index {
    fn new(ids: &[u32], distinct: usize) -> Self {
        let mut index = Self { head: vec![END; distinct], next: vec![END; ids.len()] };
        for (slot, id) in ids.iter().enumerate().rev() {
            index.next[slot] = index.head[*id as usize];
            index.head[*id as usize] = number(slot);
        }
        index
    }

    fn slots(&self, id: u32) -> impl Iterator<Item = usize> {
        let mut at = self.head.get(id as usize).copied().unwrap_or(END);
        std::iter::from_fn(move || {
            let slot = at as usize;
            at = *self.next.get(slot)?;
            Some(slot)
        })
    }

    /// Adds the item that was appended to the list.
    fn append(&mut self, id: u32) {
        let new = number(self.next.len());
        match self.slots(id).last() {
            Some(last) => self.next[last] = new,
            None => self.head[id as usize] = new,
        }
        self.next.push(END);
    }
}

/// Which live items a patch item is about.
enum Match {
    None,
    Slot(usize),
    /// The second key is left open, and several items have the first.
    Several(usize),
}

/// A list and its patch, with all first keys numbered.
struct Items {
    /// The id of each live item.
    live: Vec<u32>,
    /// Plain items: index into the patch, and id.
    plain: Vec<(usize, u32)>,
    /// `$patch: delete` items: index into the patch, and id.
    deletes: Vec<(usize, u32)>,
    replace: bool,
    distinct: usize,
}

impl<O: Observer> Merge<'_, O> {
    /// Merges `patch` into a list of maps with merge keys.
    pub(super) fn keyed(
        &mut self,
        mut live: Vec<Value>,
        patch: &[Value],
        item: Schema,
        keys: Keys,
        trail: &Trail<'_>,
    ) -> Vec<Value> {
        let Some(mut items) = self.sort_items(&live, patch, keys, trail) else { return live };
        if items.replace {
            let was = Value::Array(std::mem::take(&mut live));
            self.observer.clear(trail, Some(was), Cause::Replace);
            items.live.clear();
        }
        self.delete_items(&mut live, &mut items, patch, keys, trail);
        let mut index = Index::new(&items.live, items.distinct);
        let mut touched = vec![false; live.len()];
        for (place, id) in &items.plain {
            let value = &patch[*place];
            let Some(change) = value.as_object() else { continue };
            match find(&live, &index, *id, value, keys) {
                Match::Slot(slot) => {
                    let second = keys.second_of(&live[slot]);
                    let at = trail.then(named(value, second.as_ref(), keys));
                    if std::mem::replace(&mut touched[slot], true) {
                        let message =
                            format!("list the item once: two items of the patch have this {}", keys.first);
                        self.warn(Code::DuplicateItem, &at, message);
                    }
                    if let Some(found) = live[slot].as_object_mut() {
                        self.map(found, change, item, &keys.names(), &at);
                    }
                }
                Match::Several(count) => self.ambiguous(count, keys, value, trail),
                Match::None => {
                    let second = keys.second_of(value);
                    let at = trail.then(named(value, second.as_ref(), keys));
                    if let Some(new) = self.new_item(&live, change, item, keys, &at) {
                        live.push(new);
                        index.append(*id);
                        touched.push(true);
                    }
                }
            }
        }
        live
    }

    /// A new item: the patch item applied to nothing, if that is complete; on top of what earlier layers
    /// said of each container, if it is one.
    fn new_item(
        &mut self,
        live: &[Value],
        change: &Map<String, Value>,
        item: Schema,
        keys: Keys,
        trail: &Trail<'_>,
    ) -> Option<Value> {
        let mut new = Map::new();
        let before = self.diagnostics.len();
        self.quietly(|quiet| quiet.map(&mut new, change, item, &keys.names(), trail));
        if self.diagnostics[before..].iter().any(Diagnostic::is_error) {
            return None;
        }
        let known = live.iter().filter_map(|item| item.get(keys.first));
        if !self.is_complete(&new, item, keys, known, trail) {
            return None;
        }
        if !self.seeds.is_empty() && is_container(item) {
            // What the item makes of nothing was only to be judged.
            self.diagnostics.truncate(before);
            return self.seeded(change, item, keys, trail);
        }
        let new = Value::Object(new);
        self.observer.set(trail, None, &new, Cause::Stated);
        Some(new)
    }

    /// Numbers the first keys, and tells plain items from directives. `None` when an item of the base
    /// cannot be merged.
    fn sort_items(
        &mut self,
        live: &[Value],
        patch: &[Value],
        keys: Keys,
        trail: &Trail<'_>,
    ) -> Option<Items> {
        let mut interner = Interner::default();
        let replace = patch.iter().any(|value| self.is_replace_marker(value, trail));
        let mut items = Items {
            live: Vec::with_capacity(live.len()),
            plain: Vec::new(),
            deletes: Vec::new(),
            replace,
            distinct: 0,
        };
        for (index, value) in live.iter().enumerate() {
            match value.get(keys.first).and_then(Element::of) {
                Some(element) => items.live.push(interner.id(element)),
                None if replace => {}
                None => {
                    let message = format!("add the merge key \"{}\" to item {index} of the base", keys.first);
                    self.refuse(Code::MissingMergeKey, &trail.index(index), message);
                    return None;
                }
            }
        }
        for (index, value) in patch.iter().enumerate().filter(|(_, value)| !is_replace(value)) {
            let Some(element) = self.merge_key(value, keys, &trail.index(index)) else { continue };
            let id = interner.id(element);
            if value.get(directive::PATCH).is_some_and(|verb| verb == "delete") {
                items.deletes.push((index, id));
            } else {
                items.plain.push((index, id));
            }
        }
        items.distinct = interner.len();
        Some(items)
    }

    /// The first key of a patch item; an error when it has none.
    fn merge_key<'v>(&mut self, value: &'v Value, keys: Keys, trail: &Trail<'_>) -> Option<Element<'v>> {
        let key = keys.first;
        match (value, value.get(key).map(Element::of)) {
            (Value::Null, _) => self.refuse(Code::Null, trail, "remove the null from the list"),
            (Value::Object(_), None | Some(Some(Element::Null))) => {
                let message = format!("add the merge key \"{key}\": the items of this list are known by it");
                self.refuse(Code::MissingMergeKey, trail, message);
            }
            (Value::Object(_), Some(Some(element))) => return Some(element),
            (Value::Object(_), Some(None)) => {
                self.refuse(Code::BadMergeKey, trail, format!("write \"{key}\" as a single value"));
            }
            (other, _) => {
                let message =
                    format!("write the item as a map with a \"{key}\", not as {}", GoType::of(other).name());
                self.refuse(Code::WrongKind, trail, message);
            }
        }
        None
    }

    /// Removes the live items that `$patch: delete` items name.
    fn delete_items(
        &mut self,
        live: &mut Vec<Value>,
        items: &mut Items,
        patch: &[Value],
        keys: Keys,
        trail: &Trail<'_>,
    ) {
        if items.deletes.is_empty() {
            return;
        }
        let index = Index::new(&items.live, items.distinct);
        let mut gone = vec![false; live.len()];
        for (place, id) in &items.deletes {
            let value = &patch[*place];
            let second = keys.second_of(value);
            let at = trail.then(named(value, second.as_ref(), keys));
            if let Some(change) = value.as_object() {
                self.ignored_beside_delete(change, &keys.names(), &at);
            }
            if let Match::Several(count) = find(live, &index, *id, value, keys) {
                self.ambiguous(count, keys, value, trail);
                continue;
            }
            let open = keys.is_open(value);
            let mut found = false;
            for slot in index.slots(*id).filter(|slot| open || keys.agree(&live[*slot], value)) {
                found = true;
                gone[slot] = true;
            }
            if !found {
                self.nothing_to_delete(live, value, keys, &at);
            }
        }
        for (item, _) in live.iter_mut().zip(&gone).filter(|(_, gone)| **gone) {
            let was = item.take();
            let key = was.get(keys.first).cloned().unwrap_or_default();
            let second = keys.second_of(&was);
            let at = trail.then(Place::Key(keys.first, &key, second.as_ref().map(Second::parts)));
            self.observer.delete(&at, Some(was), Cause::Delete);
        }
        let mut slots = gone.iter();
        live.retain(|_| slots.next().is_none_or(|gone| !gone));
        let mut slots = gone.iter();
        items.live.retain(|_| slots.next().is_none_or(|gone| !gone));
    }

    fn nothing_to_delete(&mut self, live: &[Value], value: &Value, keys: Keys, trail: &Trail<'_>) {
        let written = value.get(keys.first).and_then(Value::as_str).unwrap_or_default();
        let near = did_you_mean(written, live.iter().filter_map(|item| item.get(keys.first)?.as_str()));
        let message = if near.is_empty() {
            "remove the $patch: delete: there is no such item to delete".to_owned()
        } else {
            format!("there is no such item to delete{near}")
        };
        self.warn(Code::NothingToDelete, trail, message);
    }

    fn ambiguous(&mut self, count: usize, keys: Keys, value: &Value, trail: &Trail<'_>) {
        let at = trail.then(Place::Key(keys.first, &value[keys.first], None));
        let second = keys.second.map_or("", |key| key.name);
        let message = format!("add \"{second}\" to the item: {count} items have this {}", keys.first);
        self.refuse(Code::AmbiguousTarget, &at, message);
    }
}

/// The live item that a patch item is about.
fn find(live: &[Value], index: &Index, id: u32, value: &Value, keys: Keys) -> Match {
    let mut slots = index.slots(id);
    let Some(first) = slots.next() else { return Match::None };
    if keys.second.is_none() {
        return Match::Slot(first);
    }
    if keys.is_open(value) {
        return match slots.count() {
            0 => Match::Slot(first),
            more => Match::Several(more + 1),
        };
    }
    index.slots(id).find(|slot| keys.agree(&live[*slot], value)).map_or(Match::None, Match::Slot)
}

/// The item's place: its first key as the patch writes it, its second as the live item has it.
fn named<'v>(value: &'v Value, second: Option<&'v Second>, keys: Keys) -> Place<'v> {
    Place::Key(keys.first, &value[keys.first], second.map(Second::parts))
}
