//! `$setElementOrder/FIELD`: the one way to move items that are there.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::ExtendedMerge;
use crate::{
    diagnostic::codes,
    patch::{
        LazyLocation, Observer, directive,
        identity::{ScalarKey, number},
        order::Ordering,
    },
    schema::{FieldType, ListKind, MergeKeys, SecondaryKey, Type},
};

/// The lists that a patch orders, as they were before it: field, and the keys of the items.
pub(super) type Before<'p> = Vec<(&'p str, Vec<Value>)>;

/// An item's identity: its first key or itself, and its second key.
type Identity<'v> = (ScalarKey<'v>, Option<SecondaryKey>);

/// Notes what is there before the patch adds to it.
pub(super) fn before<'p>(base: &Map<String, Value>, patch: &'p Map<String, Value>) -> Before<'p> {
    let subjects = patch.keys().filter_map(|key| directive::subject(key, directive::SET_ELEMENT_ORDER));
    let list =
        |subject: &'p str| Some((subject, base.get(subject)?.as_array()?.iter().map(key_only).collect()));
    subjects.filter_map(list).collect()
}

impl<O: Observer> ExtendedMerge<'_, O> {
    /// Puts the items that `wanted` names into its order; the others keep their places between them.
    pub(super) fn set_element_order(
        &mut self,
        base: &mut Map<String, Value>,
        (patch, before): (&Map<String, Value>, &Before<'_>),
        name: &str,
        wanted: &[Value],
        child: FieldType,
        location: &LazyLocation<'_>,
    ) {
        let item = child.item().ty();
        let keys = match child.list_kind() {
            ListKind::Map(keys) => Some(keys),
            ListKind::Atomic if matches!(item, Type::Struct(_) | Type::Map(_)) => {
                let message = format!(
                    "remove the $setElementOrder: list the items of \"{name}\" in the order that you want"
                );
                return self.refuse(codes::NO_MERGE_KEY, location, message);
            }
            _ => None,
        };
        if !self.can_order(wanted, keys, location) || !self.agrees(patch.get(name), wanted, keys, location) {
            return;
        }
        let Some(Value::Array(items)) = base.get_mut(name) else {
            let message = format!("remove the $setElementOrder: there is no list \"{name}\" to put in order");
            return self.warn(codes::NOTHING_TO_ORDER, location, message);
        };
        let mut items = std::mem::take(items);
        self.forget_list(&items);
        self.work.spend(items.len() + wanted.len());
        let live = before.iter().find(|(field, _)| *field == name).map_or(&[][..], |(_, keys)| keys);
        if let Some(order) = self.order(&items, live, wanted, keys, location)
            && order.iter().enumerate().any(|(place, index)| place != *index)
        {
            items = order.iter().map(|index| items[*index].take()).collect();
            self.observer.reorder(location, &order);
        }
        base.insert(name.to_owned(), Value::Array(items));
    }

    /// The indexes of `items` in their new order; `None` when the order list is ambiguous.
    fn order(
        &mut self,
        items: &[Value],
        live: &[Value],
        wanted: &[Value],
        keys: Option<MergeKeys>,
        location: &LazyLocation<'_>,
    ) -> Option<Vec<usize>> {
        let mut ids: HashMap<Identity<'_>, u32> = HashMap::new();
        let mut by_first: HashMap<ScalarKey<'_>, Vec<u32>> = HashMap::new();
        let mut merged = Vec::with_capacity(items.len());
        for item in items {
            let identity = identity(item, keys)?;
            let next = number(ids.len());
            let first = identity.0;
            let id = *ids.entry(identity).or_insert_with(|| {
                by_first.entry(first).or_default().push(next);
                next
            });
            merged.push(id);
        }
        let mut order = Vec::with_capacity(wanted.len());
        for value in wanted {
            let identity = identity(value, keys)?;
            let same_first = by_first.get(&identity.0).map_or(&[][..], Vec::as_slice);
            let id = match same_first {
                [only] if keys.is_none_or(|keys| keys.omits_secondary(value)) => Some(only),
                [_, _, ..] if keys.is_some_and(|keys| keys.omits_secondary(value)) => {
                    self.refuse(
                        codes::AMBIGUOUS_TARGET,
                        location,
                        format!("name one item in the $setElementOrder: {value} fits {}", same_first.len()),
                    );
                    return None;
                }
                _ => ids.get(&identity),
            };
            match id {
                Some(id) => order.push(*id),
                None => self.warn(
                    codes::NOTHING_TO_ORDER,
                    location,
                    format!("remove {value} from the $setElementOrder: it is not in the list"),
                ),
            }
        }
        // New items that the order does not name stay where they are: last.
        let live = live.iter().filter_map(|key| ids.get(&identity(key, keys)?).copied());
        let mut live: Vec<u32> = live.collect();
        let mut named = vec![false; ids.len()];
        for id in &order {
            named[*id as usize] = true;
        }
        live.extend(merged.iter().filter(|id| !named[**id as usize]));
        Some(
            Ordering { merged: &merged, wanted: &order, live: &live, last: &[], distinct: ids.len() }
                .indexes(),
        )
    }

    /// Whether the order list can be read; an error where not.
    fn can_order(&mut self, wanted: &[Value], keys: Option<MergeKeys>, location: &LazyLocation<'_>) -> bool {
        let Some(index) = wanted.iter().position(|value| identity(value, keys).is_none()) else {
            return true;
        };
        let message = match keys {
            Some(keys) => {
                format!(
                    "write item {index} of the $setElementOrder as a map with its \"{}\"",
                    keys.merge_key()
                )
            }
            None => format!("write item {index} of the $setElementOrder as a single value"),
        };
        self.refuse(codes::BAD_DIRECTIVE, location, message);
        false
    }

    /// Whether the plain items of the patch's own list stand in the order list, in the same order.
    fn agrees(
        &mut self,
        listed: Option<&Value>,
        wanted: &[Value],
        keys: Option<MergeKeys>,
        location: &LazyLocation<'_>,
    ) -> bool {
        let Some(Value::Array(listed)) = listed else { return true };
        let mut places = wanted.iter();
        for item in listed.iter().filter(|item| item.get(directive::PATCH).is_none()) {
            let Some(looked_for) = identity(item, keys) else { continue };
            let same = |value: &Value| identity(value, keys).is_some_and(|found| found.0 == looked_for.0);
            if !wanted.is_empty() && !places.any(same) {
                let written = keys.map_or(item, |keys| &item[keys.merge_key()]);
                let message = format!(
                    "list {written} in the $setElementOrder as well, where the patch's own list has it: it is not there, or too early"
                );
                self.refuse(codes::ORDER_MISMATCH, location, message);
                return false;
            }
        }
        true
    }
}

/// The identity of an item; `None` when it has none.
fn identity(value: &Value, keys: Option<MergeKeys>) -> Option<Identity<'_>> {
    match keys {
        None => ScalarKey::from_value(value).map(|element| (element, None)),
        Some(keys) => Some((ScalarKey::from_value(value.get(keys.merge_key())?)?, keys.secondary_of(value))),
    }
}

/// An item with nothing but scalars at its top: all that its identity can be made of.
fn key_only(item: &Value) -> Value {
    match item {
        Value::Object(fields) => {
            let scalars = fields.iter().filter(|(_, value)| ScalarKey::from_value(value).is_some());
            Value::Object(scalars.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        other => other.clone(),
    }
}
