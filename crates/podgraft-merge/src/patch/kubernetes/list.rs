//! Lists that merge: by merge key, or as sets of scalars.
//!
//! # Source
//! apimachinery v0.37, `strategicpatch/patch.go`, `mergeSlice`.

use serde_json::Value;

use super::{
    KubernetesMerge,
    items::{KeyedItems, deleted_slots, element_type, no_key, scalar_ids, sort_items},
    plain,
};
use crate::{
    diagnostic::codes,
    patch::{
        ChangeCause, Error, LazyLocation, Observer,
        compiled::CompiledItems,
        directive,
        error::{refuse, refuse_base},
        go,
        identity::{GoType, Interner},
        location::LocationSegment,
        order::Ordering,
    },
    schema::Schema,
};

/// A merged list before it is put in order.
pub(super) struct MergedItems {
    pub(super) items: Vec<Value>,
    /// The id of each item.
    pub(super) ids: Vec<u32>,
    /// The ids that the patch names, in its order.
    pub(super) named: Vec<u32>,
    /// The live order of a plain merge.
    pub(super) live: Vec<u32>,
    /// The live order as `$setElementOrder` sees it.
    pub(super) live_in_place: Vec<u32>,
    /// The ids of the `$setElementOrder` list.
    pub(super) wanted: Vec<u32>,
    pub(super) distinct: usize,
}

impl MergedItems {
    pub(super) fn in_order(mut self) -> Self {
        let indexes = self.indexes(&self.named, &self.live);
        self.arrange(&indexes);
        self
    }

    pub(super) fn in_wanted_order(mut self) -> Vec<Value> {
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

impl<O: Observer> KubernetesMerge<'_, O> {
    /// Merges `patch` into a list that merges.
    pub(super) fn list(
        &mut self,
        live: &mut Vec<Value>,
        patch: &[Value],
        (item, compiled): (Schema, Option<&CompiledItems>),
        key: &'static str,
        location: &LazyLocation<'_>,
    ) -> Result<(), Error> {
        if let Some(targets) = plain::plain(live, patch, key, compiled) {
            return self.plain(live, patch, &targets, (item, compiled), key, location);
        }
        let Some(elements) = element_type(live, patch, location)? else { return Ok(()) };
        let merged = if elements == GoType::Map {
            self.keyed(std::mem::take(live), patch, None, (item, compiled), key, location)?
        } else {
            self.scalars(std::mem::take(live), patch, &[], key, location)?
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
        location: &LazyLocation<'_>,
    ) -> Result<(), Error> {
        match element_type(live, patch, location)? {
            None => Ok(()),
            Some(GoType::Map) => self.list(live, patch, (item, None), key, location),
            Some(_) => {
                let mut interner = Interner::default();
                scalar_ids(&mut interner, patch, location)?;
                let unwanted = interner.len();
                let ids = scalar_ids(&mut interner, live, location).map_err(refuse_base)?;
                let mut ids = ids.iter();
                live.retain(|value| {
                    let keep = ids.next().is_none_or(|id| *id as usize >= unwanted);
                    if !keep {
                        self.observer.delete(
                            &location.push(LocationSegment::Item(value)),
                            None,
                            ChangeCause::DeleteFromPrimitiveList,
                        );
                    }
                    keep
                });
                Ok(())
            }
        }
    }

    pub(super) fn keyed(
        &mut self,
        base: Vec<Value>,
        patch: &[Value],
        wanted: Option<&[Value]>,
        (item, compiled): (Schema, Option<&CompiledItems>),
        key: &'static str,
        location: &LazyLocation<'_>,
    ) -> Result<MergedItems, Error> {
        if key.is_empty() {
            return Err(refuse(
                codes::NO_MERGE_KEY,
                location,
                "list all items instead: this list has no merge key to merge by",
            ));
        }
        let items = sort_items(&base, patch, wanted, key, location)?;
        if items.replace {
            return Ok(self.replaced(items, patch, key, location));
        }
        let (mut kept, mut ids) = (base, items.base.clone());
        let deleted = self.delete_items(&mut kept, &mut ids, &items, patch, key, location);
        let live = ids.clone();
        let mut slots = vec![usize::MAX; items.distinct];
        for (slot, id) in ids.iter().enumerate().rev() {
            slots[*id as usize] = slot;
        }
        for (index, id) in &items.plain {
            let value = &patch[*index];
            let at = location.push(LocationSegment::Key(key, &value[key], None));
            if let Some(found) = kept.get_mut(slots[*id as usize]).and_then(Value::as_object_mut) {
                let Some(change) = value.as_object() else { continue };
                let known = compiled.and_then(|compiled| compiled.maps.get(*index));
                self.map(found, change, item, known, &at)?;
                if !found.contains_key(key) {
                    return Err(no_key(key, &at));
                }
            } else {
                self.observer.set(&at, None, value, ChangeCause::Stated);
                slots[*id as usize] = kept.len();
                kept.push(value.clone());
                ids.push(*id);
            }
        }
        let live_in_place = go::live_order(&items.base, &deleted, &ids[live.len()..]);
        let named = items.plain.iter().map(|(_, id)| *id).collect();
        Ok(MergedItems {
            items: kept,
            ids,
            named,
            live,
            live_in_place,
            wanted: items.wanted,
            distinct: items.distinct,
        })
    }

    /// A list with a `$patch: replace` item: the plain items as they are written.
    fn replaced(
        &mut self,
        items: KeyedItems,
        patch: &[Value],
        key: &str,
        location: &LazyLocation<'_>,
    ) -> MergedItems {
        self.observer.clear(location, None, ChangeCause::Replace);
        let ids: Vec<u32> = items.plain.iter().map(|(_, id)| *id).collect();
        let kept: Vec<Value> = items.plain.iter().map(|(index, _)| patch[*index].clone()).collect();
        for value in &kept {
            self.observer.set(
                &location.push(LocationSegment::Key(key, &value[key], None)),
                None,
                value,
                ChangeCause::Replace,
            );
        }
        let deleted = deleted_slots(&items);
        let live_in_place = go::live_order(&items.base, &deleted, &[]);
        let (live, wanted, distinct) = (ids.clone(), items.wanted, items.distinct);
        MergedItems { items: kept, ids, named: Vec::new(), live, live_in_place, wanted, distinct }
    }

    /// Removes what `$patch: delete` items name; the slots removed, in Go's order.
    fn delete_items(
        &mut self,
        kept: &mut Vec<Value>,
        ids: &mut Vec<u32>,
        items: &KeyedItems,
        patch: &[Value],
        key: &str,
        location: &LazyLocation<'_>,
    ) -> Vec<usize> {
        let deleted = deleted_slots(items);
        if deleted.is_empty() {
            return deleted;
        }
        for (index, id) in &items.deletes {
            if items.base.contains(id) {
                self.observer.delete(
                    &location.push(LocationSegment::Key(key, &patch[*index][key], None)),
                    None,
                    ChangeCause::Delete,
                );
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

    pub(super) fn scalars(
        &mut self,
        base: Vec<Value>,
        patch: &[Value],
        wanted: &[Value],
        key: &str,
        location: &LazyLocation<'_>,
    ) -> Result<MergedItems, Error> {
        if !key.is_empty() {
            return Err(refuse(
                codes::WRONG_KIND,
                location,
                format!("write the items as maps with a \"{key}\", not as scalars"),
            ));
        }
        let mut interner = Interner::default();
        let mut joined = scalar_ids(&mut interner, &base, location).map_err(refuse_base)?;
        joined.extend(scalar_ids(&mut interner, patch, location)?);
        let (kept, live) = go::deduplicate(&joined, interner.len(), base.len());
        let wanted = scalar_ids(&mut interner, wanted, location)?;
        let distinct = interner.len();
        for slot in &kept {
            if let Some(new) = slot.checked_sub(base.len()) {
                self.observer.set(
                    &location.push(LocationSegment::Item(&patch[new])),
                    None,
                    &patch[new],
                    ChangeCause::Stated,
                );
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
        Ok(MergedItems { items, ids, named, live_in_place: live.clone(), live, wanted, distinct })
    }
}
