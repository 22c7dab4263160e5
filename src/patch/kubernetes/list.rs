//! Lists that merge: by merge key, or as sets of scalars; and `$setElementOrder` on any list.
//!
//! # Source
//! apimachinery v0.37, `strategicpatch/patch.go`, `mergeSlice`, `mergePatchIntoOriginal`.

use serde_json::{Map, Value};

use super::{Merge, Nulls, added, kind};
use crate::{
    patch::{
        Cause, Error, Observer, Trail, directive,
        element::{Element, GoType, Interner, number},
        error::refuse,
        go,
        order::Ordering,
        trail::Place,
    },
    schema::Schema,
};

/// What `$setElementOrder` asks of a list.
pub(super) struct Order<'p> {
    /// The wanted order, as written.
    pub wanted: &'p [Value],
    /// The list's merge key; `""` for scalars and for lists without one.
    pub key: &'static str,
    /// Whether the list merges.
    pub merges: bool,
    /// The schema of the items.
    pub item: Schema,
}

/// A merged list before it is put in order.
struct Merged {
    items: Vec<Value>,
    /// The id of each item.
    ids: Vec<u32>,
    /// The ids that the patch names, in its order.
    named: Vec<u32>,
    /// The live order of a plain merge.
    live: Vec<u32>,
    /// The live order as `$setElementOrder` sees it.
    live_in_place: Vec<u32>,
    /// The ids of the `$setElementOrder` list.
    wanted: Vec<u32>,
    distinct: usize,
}

impl Merged {
    fn in_order(mut self) -> Self {
        let indexes = self.indexes(&self.named, &self.live);
        self.arrange(&indexes);
        self
    }

    fn in_wanted_order(mut self) -> Vec<Value> {
        let indexes = self.indexes(&self.wanted, &self.live_in_place);
        self.arrange(&indexes);
        self.items
    }

    fn indexes(&self, wanted: &[u32], live: &[u32]) -> Vec<usize> {
        let is_delete = |item: &Value| item.get(directive::PATCH).is_some_and(|verb| verb == "delete");
        let last: Vec<bool> = self.items.iter().map(is_delete).collect();
        Ordering { merged: &self.ids, wanted, live, last: &last, distinct: self.distinct }.indexes()
    }

    fn arrange(&mut self, indexes: &[usize]) {
        if indexes.iter().enumerate().all(|(place, index)| place == *index) {
            return;
        }
        self.items = indexes.iter().map(|index| self.items[*index].take()).collect();
        self.ids = indexes.iter().map(|index| self.ids[*index]).collect();
    }
}

/// A patch list, sorted into what its items ask for.
struct Items {
    base: Vec<u32>,
    /// Index into the patch, and id.
    plain: Vec<(usize, u32)>,
    /// Index into the patch, and id.
    deletes: Vec<(usize, u32)>,
    replace: bool,
    wanted: Vec<u32>,
    distinct: usize,
}

impl<O: Observer> Merge<'_, O> {
    /// Merges `patch` into a list that merges.
    pub(super) fn list(
        &mut self,
        live: &mut Vec<Value>,
        patch: &[Value],
        item: Schema,
        key: &'static str,
        trail: &Trail<'_>,
    ) -> Result<(), Error> {
        let Some(elements) = element_type(live, patch, trail)? else { return Ok(()) };
        let merged = if elements == GoType::Map {
            self.keyed(std::mem::take(live), patch, None, item, key, trail)?
        } else {
            self.scalars(std::mem::take(live), patch, &[], key, trail)?
        };
        *live = merged.in_order().items;
        Ok(())
    }

    /// `$deleteFromPrimitiveList`; lists of maps merge here as well.
    pub(super) fn delete_from_list(
        &mut self,
        live: &mut Vec<Value>,
        patch: &[Value],
        item: Schema,
        key: &'static str,
        trail: &Trail<'_>,
    ) -> Result<(), Error> {
        match element_type(live, patch, trail)? {
            None => Ok(()),
            Some(GoType::Map) => self.list(live, patch, item, key, trail),
            Some(_) => {
                let mut interner = Interner::default();
                scalar_ids(&mut interner, patch, trail)?;
                let unwanted = interner.len();
                let ids = scalar_ids(&mut interner, live, trail)?;
                let mut ids = ids.iter();
                live.retain(|value| {
                    let keep = ids.next().is_none_or(|id| *id as usize >= unwanted);
                    if !keep {
                        self.observer.delete(&trail.then(Place::Item(value)), Cause::DeleteFromPrimitiveList);
                    }
                    keep
                });
                Ok(())
            }
        }
    }

    /// The list of field `name` after its `$setElementOrder`; `None` when there is no list at all.
    pub(super) fn ordered_list(
        &mut self,
        original: &mut Map<String, Value>,
        name: &str,
        listed: Option<&Vec<Value>>,
        order: &Order<'_>,
        trail: &Trail<'_>,
    ) -> Result<Option<Vec<Value>>, Error> {
        let live = match original.get_mut(name) {
            Some(Value::Array(live)) => Some(std::mem::take(live)),
            _ => None,
        };
        if let Some(listed) = listed {
            check_order(listed, order, trail)?;
        }
        let none = Vec::new();
        let patch = listed.unwrap_or(&none);
        let Some(live) = live else {
            let Some(listed) = listed else { return Ok(None) };
            let Some(Value::Array(list)) = added(&Value::Array(listed.clone()), Nulls::Keep, trail)? else {
                return Ok(None);
            };
            let elements = some_elements(element_type(&none, listed, trail)?, trail)?;
            self.observer.set(trail, &Value::Array(list.clone()), Cause::Stated);
            return put_in_order(list, none, elements, order, trail).map(Some);
        };
        if listed.is_some() && order.merges {
            let Some(elements) = element_type(&live, patch, trail)? else {
                return some_elements(None, trail).map(|_| None);
            };
            let merged = if elements == GoType::Map {
                check_wanted(order, trail)?;
                self.keyed(live, patch, Some(order.wanted), order.item, order.key, trail)?
            } else {
                self.scalars(live, patch, order.wanted, order.key, trail)?
            };
            self.observer.clear(trail, Cause::Order);
            return Ok(Some(merged.in_order().in_wanted_order()));
        }
        let elements = some_elements(element_type(&live, patch, trail)?, trail)?;
        let merged = match listed {
            Some(listed) => {
                self.observer.clear(trail, Cause::Replace);
                listed.clone()
            }
            None => live.clone(),
        };
        self.observer.clear(trail, Cause::Order);
        put_in_order(merged, live, elements, order, trail).map(Some)
    }

    fn keyed(
        &mut self,
        base: Vec<Value>,
        patch: &[Value],
        wanted: Option<&[Value]>,
        item: Schema,
        key: &'static str,
        trail: &Trail<'_>,
    ) -> Result<Merged, Error> {
        if key.is_empty() {
            return Err(refuse("no-merge-key", trail, "list all items instead: this list has no merge key to merge by"));
        }
        let items = sort_items(&base, patch, wanted, key, trail)?;
        if items.replace {
            return Ok(self.replaced(items, patch, key, trail));
        }
        let (mut kept, mut ids) = (base, items.base.clone());
        let deleted = self.delete_items(&mut kept, &mut ids, &items, patch, key, trail);
        let live = ids.clone();
        let mut slots = vec![usize::MAX; items.distinct];
        for (slot, id) in ids.iter().enumerate().rev() {
            slots[*id as usize] = slot;
        }
        for (index, id) in &items.plain {
            let value = &patch[*index];
            let at = trail.then(Place::Key(key, &value[key], None));
            match kept.get_mut(slots[*id as usize]).and_then(Value::as_object_mut) {
                Some(found) => {
                    let Some(change) = value.as_object() else { continue };
                    self.map(found, change, item, &at)?;
                    if !found.contains_key(key) {
                        return Err(no_key(key, &at));
                    }
                }
                None => {
                    self.observer.set(&at, value, Cause::Stated);
                    slots[*id as usize] = kept.len();
                    kept.push(value.clone());
                    ids.push(*id);
                }
            }
        }
        let live_in_place = go::live_order(&items.base, &deleted, &ids[live.len()..]);
        let named = items.plain.iter().map(|(_, id)| *id).collect();
        Ok(Merged { items: kept, ids, named, live, live_in_place, wanted: items.wanted, distinct: items.distinct })
    }

    /// A list with a `$patch: replace` item: the plain items as they are written.
    fn replaced(&mut self, items: Items, patch: &[Value], key: &str, trail: &Trail<'_>) -> Merged {
        self.observer.clear(trail, Cause::Replace);
        let ids: Vec<u32> = items.plain.iter().map(|(_, id)| *id).collect();
        let kept: Vec<Value> = items.plain.iter().map(|(index, _)| patch[*index].clone()).collect();
        for value in &kept {
            self.observer.set(&trail.then(Place::Key(key, &value[key], None)), value, Cause::Replace);
        }
        let deleted = deleted_slots(&items);
        let live_in_place = go::live_order(&items.base, &deleted, &[]);
        let (live, wanted, distinct) = (ids.clone(), items.wanted, items.distinct);
        Merged { items: kept, ids, named: Vec::new(), live, live_in_place, wanted, distinct }
    }

    /// Removes what `$patch: delete` items name; the slots removed, in Go's order.
    fn delete_items(
        &mut self,
        kept: &mut Vec<Value>,
        ids: &mut Vec<u32>,
        items: &Items,
        patch: &[Value],
        key: &str,
        trail: &Trail<'_>,
    ) -> Vec<usize> {
        let deleted = deleted_slots(items);
        if deleted.is_empty() {
            return deleted;
        }
        for (index, id) in &items.deletes {
            if items.base.contains(id) {
                self.observer.delete(&trail.then(Place::Key(key, &patch[*index][key], None)), Cause::Delete);
            }
        }
        let mut gone = vec![false; kept.len()];
        for slot in &deleted {
            gone[*slot] = true;
        }
        let mut slot = 0..;
        kept.retain(|_| slot.next().is_none_or(|slot| !gone[slot]));
        let mut slot = 0..;
        ids.retain(|_| slot.next().is_none_or(|slot| !gone[slot]));
        deleted
    }

    fn scalars(
        &mut self,
        base: Vec<Value>,
        patch: &[Value],
        wanted: &[Value],
        key: &str,
        trail: &Trail<'_>,
    ) -> Result<Merged, Error> {
        if !key.is_empty() {
            return Err(refuse("wrong-kind", trail, format!("write the items as maps with a \"{key}\", not as scalars")));
        }
        let mut interner = Interner::default();
        let mut joined = scalar_ids(&mut interner, &base, trail)?;
        joined.extend(scalar_ids(&mut interner, patch, trail)?);
        let (kept, live) = go::deduplicate(&joined, interner.len(), base.len());
        let wanted = scalar_ids(&mut interner, wanted, trail)?;
        let distinct = interner.len();
        for slot in &kept {
            if let Some(new) = slot.checked_sub(base.len()) {
                self.observer.set(&trail.then(Place::Item(&patch[new])), &patch[new], Cause::Stated);
            }
        }
        let split = base.len();
        let mut base = base;
        let items = kept
            .iter()
            .map(|slot| if *slot < split { base[*slot].take() } else { patch[*slot - split].clone() })
            .collect();
        let ids = kept.iter().map(|slot| joined[*slot]).collect();
        let named = joined[split..].to_vec();
        Ok(Merged { items, ids, named, live_in_place: live.clone(), live, wanted, distinct })
    }
}

/// Stands for items without a merge key until the number of keys is known.
const KEYLESS: u32 = u32::MAX;

/// Numbers all merge keys, and sorts the patch's items into plain ones and directives.
fn sort_items(
    base: &[Value],
    patch: &[Value],
    wanted: Option<&[Value]>,
    key: &str,
    trail: &Trail<'_>,
) -> Result<Items, Error> {
    let mut interner = Interner::default();
    let mut items =
        Items { base: Vec::new(), plain: Vec::new(), deletes: Vec::new(), replace: false, wanted: Vec::new(), distinct: 0 };
    for (index, value) in patch.iter().enumerate() {
        match value.get(directive::PATCH) {
            None => items.plain.push((index, id_of(&mut interner, "", index, value, key, trail)?)),
            Some(Value::String(verb)) if verb == "delete" => {
                items.deletes.push((index, id_of(&mut interner, "", index, value, key, trail)?));
            }
            Some(Value::String(verb)) if verb == "replace" => items.replace = true,
            Some(Value::String(verb)) if verb == "merge" => {
                let message = "remove $patch: merge from the item: items with the same merge key merge anyway";
                return Err(refuse("merge-directive-in-list", &trail.index(index), message));
            }
            Some(verb) => {
                let message = format!("write \"delete\" or \"replace\" as an item's $patch: {verb} is neither");
                return Err(refuse("unknown-patch-directive", &trail.index(index), message));
            }
        }
    }
    for (index, value) in base.iter().enumerate() {
        // A list that is replaced may hold items without the key: nobody looks at them.
        let lenient = items.replace && wanted.is_none() && value.get(key).is_none();
        let id = if lenient { KEYLESS } else { id_of(&mut interner, " of the base", index, value, key, trail)? };
        items.base.push(id);
    }
    for (index, value) in wanted.unwrap_or_default().iter().enumerate() {
        items.wanted.push(id_of(&mut interner, " of $setElementOrder", index, value, key, trail)?);
    }
    items.distinct = interner.len();
    if items.base.contains(&KEYLESS) {
        let keyless = number(items.distinct);
        items.base.iter_mut().filter(|id| **id == KEYLESS).for_each(|id| *id = keyless);
        items.distinct += 1;
    }
    Ok(items)
}

fn id_of<'v>(
    interner: &mut Interner<'v>,
    list: &str,
    index: usize,
    value: &'v Value,
    key: &str,
    trail: &Trail<'_>,
) -> Result<u32, Error> {
    let Some(found) = value.get(key) else {
        let message = format!("add the merge key \"{key}\": item {index}{list} does not have it");
        return Err(refuse("missing-merge-key", &trail.index(index), message));
    };
    Element::of(found).map(|element| interner.id(element)).ok_or_else(|| {
        refuse("bad-merge-key", &trail.index(index), format!("write \"{key}\" as a scalar: {} is no merge key", kind(found)))
    })
}

/// The base slots that the `$patch: delete` items remove, in Go's order.
fn deleted_slots(items: &Items) -> Vec<usize> {
    if items.deletes.is_empty() {
        return Vec::new();
    }
    let mut slots: Vec<Vec<usize>> = vec![Vec::new(); items.distinct];
    for (slot, id) in items.base.iter().enumerate() {
        slots[*id as usize].push(slot);
    }
    items.deletes.iter().flat_map(|(_, id)| std::mem::take(&mut slots[*id as usize])).collect()
}

/// The one type that all elements have; `None` when there are no elements.
///
/// # Source
/// apimachinery v0.37, `strategicpatch/patch.go`, `sliceElementType`.
fn element_type(live: &[Value], patch: &[Value], trail: &Trail<'_>) -> Result<Option<GoType>, Error> {
    let mut seen = None;
    for (index, value) in live.iter().chain(patch).enumerate() {
        let found = GoType::of(value);
        match (seen, found) {
            (None, GoType::Slice) => {
                return Err(refuse("list-of-lists", trail, "lists of lists cannot be merged: write a flat list"));
            }
            (None, GoType::Nil) => {
                return Err(refuse("null-item", trail, format!("remove the null from the list (item {index})")));
            }
            (None, _) => seen = Some(found),
            (Some(first), _) if first != found => {
                let message = format!(
                    "write all items as one type: there is {} beside {} (in the base or in the patch)",
                    found.name(),
                    first.name()
                );
                return Err(refuse("mixed-list-items", trail, message));
            }
            _ => {}
        }
    }
    Ok(seen)
}

fn some_elements(elements: Option<GoType>, trail: &Trail<'_>) -> Result<GoType, Error> {
    elements.ok_or_else(|| refuse("empty-list", trail, "remove the $setElementOrder: the list has no items"))
}

fn scalar_ids<'v>(interner: &mut Interner<'v>, values: &'v [Value], trail: &Trail<'_>) -> Result<Vec<u32>, Error> {
    values.iter().map(|value| element(value, trail).map(|element| interner.id(element))).collect()
}

fn element<'v>(value: &'v Value, trail: &Trail<'_>) -> Result<Element<'v>, Error> {
    Element::of(value).ok_or_else(|| refuse("mixed-list-items", trail, format!("remove {} from a list of scalars", kind(value))))
}

fn no_key(key: &str, trail: &Trail<'_>) -> Error {
    refuse("missing-merge-key", trail, format!("keep the merge key \"{key}\": the item is known by it"))
}

/// The plain items of the patch must stand in the order list, in the same order.
///
/// # Source
/// apimachinery v0.37, `strategicpatch/patch.go`, `validatePatchWithSetOrderList`.
fn check_order(listed: &[Value], order: &Order<'_>, trail: &Trail<'_>) -> Result<(), Error> {
    if listed.is_empty() || order.wanted.is_empty() {
        return Ok(());
    }
    let key = |value: &Value, index: usize| -> Result<Value, Error> {
        if order.key.is_empty() {
            return element(value, trail).map(|_| value.clone());
        }
        value.get(order.key).cloned().ok_or_else(|| no_key(order.key, &trail.index(index)))
    };
    if !order.key.is_empty() && listed.iter().any(|item| !item.is_object()) {
        return Err(refuse("wrong-kind", trail, format!("write the items as maps with a \"{}\"", order.key)));
    }
    let is_delete = |item: &&Value| item.get(directive::PATCH).is_some_and(|verb| verb == "delete");
    let mut rest = listed.iter().filter(|item| order.key.is_empty() || !is_delete(item)).enumerate().peekable();
    let mut wanted = order.wanted.iter().enumerate().peekable();
    while let (Some((index, item)), Some((place, candidate))) = (rest.peek(), wanted.peek()) {
        if item.get(directive::PATCH).is_some() {
            rest.next();
            continue;
        }
        if Element::of(&key(item, *index)?) == Element::of(&key(candidate, *place)?) {
            rest.next();
        }
        wanted.next();
    }
    // Like Go, this also refuses items with another directive behind the last one that is ordered.
    let Some((index, _)) = rest.peek() else { return Ok(()) };
    let message = format!(
        "list item {index} of the patch in its $setElementOrder as well, in the same order: it is not there, or too early"
    );
    Err(refuse("order-mismatch", trail, message))
}

fn check_wanted(order: &Order<'_>, trail: &Trail<'_>) -> Result<(), Error> {
    match order.wanted.iter().position(|item| item.get(order.key).is_none()) {
        Some(index) => Err(no_key(order.key, &trail.index(index))),
        None => Ok(()),
    }
}

/// Orders a list that did not merge: one that only the base or only the patch has, or an atomic one.
fn put_in_order(
    merged: Vec<Value>,
    live: Vec<Value>,
    elements: GoType,
    order: &Order<'_>,
    trail: &Trail<'_>,
) -> Result<Vec<Value>, Error> {
    if order.key.is_empty() && elements == GoType::Map {
        if merged.is_empty() && live.is_empty() && order.wanted.is_empty() {
            return Ok(merged);
        }
        let message = "remove the $setElementOrder: items without a merge key cannot be put in order";
        return Err(refuse("no-merge-key", trail, message));
    }
    if !order.key.is_empty() && elements != GoType::Map {
        return Err(refuse("wrong-kind", trail, format!("write the items as maps with a \"{}\"", order.key)));
    }
    let mut interner = Interner::default();
    let mut ids = [Vec::new(), Vec::new(), Vec::new()];
    let lists = [("", &*merged), (" of $setElementOrder", order.wanted), (" of the base", &*live)];
    for (ids, (list, values)) in ids.iter_mut().zip(lists) {
        *ids = if order.key.is_empty() {
            scalar_ids(&mut interner, values, trail)?
        } else {
            let keyed = values.iter().enumerate();
            keyed.map(|(index, value)| id_of(&mut interner, list, index, value, order.key, trail)).collect::<Result<_, _>>()?
        };
    }
    let [merged_ids, wanted, live_ids] = ids;
    let distinct = interner.len();
    let arranged = Merged {
        items: merged,
        ids: merged_ids,
        named: Vec::new(),
        live: Vec::new(),
        live_in_place: live_ids,
        wanted,
        distinct,
    };
    Ok(arranged.in_wanted_order())
}
