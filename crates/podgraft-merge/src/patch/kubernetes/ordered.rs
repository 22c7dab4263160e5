//! `$setElementOrder/FIELD` on any list.
//!
//! # Source
//! apimachinery v0.37, `strategicpatch/patch.go`, `mergePatchIntoOriginal`.

use serde_json::{Map, Value};

use super::{
    KubernetesMerge, Nulls, added,
    items::{element, element_type, id_of, no_key, scalar_ids, some_elements},
    list::MergedItems,
};
use crate::{
    diagnostic::codes,
    patch::{
        ChangeCause, Error, LazyLocation, Observer, directive,
        error::refuse,
        identity::{GoType, Interner, ScalarKey},
    },
    schema::Schema,
};

/// What `$setElementOrder` asks of a list.
pub(super) struct ElementOrder<'p> {
    /// The wanted order, as written.
    pub wanted: &'p [Value],
    /// The list's merge key; `""` for scalars and for lists without one.
    pub key: &'static str,
    /// Whether the list merges.
    pub merges: bool,
    /// The schema of the items.
    pub item: Schema,
}

impl<O: Observer> KubernetesMerge<'_, O> {
    /// The list of field `name` after its `$setElementOrder`; `None` when there is no list at all.
    pub(super) fn ordered_list(
        &mut self,
        original: &mut Map<String, Value>,
        name: &str,
        listed: Option<&Vec<Value>>,
        order: &ElementOrder<'_>,
        location: &LazyLocation<'_>,
    ) -> Result<Option<Vec<Value>>, Error> {
        let live = match original.get_mut(name) {
            Some(Value::Array(live)) => Some(std::mem::take(live)),
            _ => None,
        };
        if let Some(listed) = listed {
            check_order(listed, order, location)?;
        }
        let none = Vec::new();
        let patch = listed.unwrap_or(&none);
        let Some(live) = live else {
            let Some(listed) = listed else { return Ok(None) };
            let Some(Value::Array(list)) = added(&Value::Array(listed.clone()), Nulls::Keep, location)?
            else {
                return Ok(None);
            };
            let elements = some_elements(element_type(&none, listed, location)?, location)?;
            self.observer.set(location, None, &Value::Array(list.clone()), ChangeCause::Stated);
            return put_in_order(list, &none, elements, order, location).map(Some);
        };
        if listed.is_some() && order.merges {
            let Some(elements) = element_type(&live, patch, location)? else {
                return some_elements(None, location).map(|_| None);
            };
            let merged = if elements == GoType::Map {
                check_wanted(order, location)?;
                self.keyed(live, patch, Some(order.wanted), (order.item, None), order.key, location)?
            } else {
                self.scalars(live, patch, order.wanted, order.key, location)?
            };
            self.observer.clear(location, None, ChangeCause::Order);
            return Ok(Some(merged.in_order().in_wanted_order()));
        }
        let elements = some_elements(element_type(&live, patch, location)?, location)?;
        let merged = match listed {
            Some(listed) => {
                self.observer.clear(location, None, ChangeCause::Replace);
                listed.clone()
            }
            None => live.clone(),
        };
        self.observer.clear(location, None, ChangeCause::Order);
        put_in_order(merged, &live, elements, order, location).map(Some)
    }
}

/// The plain items of the patch must stand in the order list, in the same order.
///
/// # Source
/// apimachinery v0.37, `strategicpatch/patch.go`, `validatePatchWithSetOrderList`.
fn check_order(listed: &[Value], order: &ElementOrder<'_>, location: &LazyLocation<'_>) -> Result<(), Error> {
    if listed.is_empty() || order.wanted.is_empty() {
        return Ok(());
    }
    let key = |value: &Value, index: usize| -> Result<Value, Error> {
        if order.key.is_empty() {
            return element(value, location).map(|_| value.clone());
        }
        value.get(order.key).cloned().ok_or_else(|| no_key(order.key, &location.index(index)))
    };
    if !order.key.is_empty() && listed.iter().any(|item| !item.is_object()) {
        return Err(refuse(
            codes::WRONG_KIND,
            location,
            format!("write the items as maps with a \"{}\"", order.key),
        ));
    }
    let is_delete = |item: &&Value| item.get(directive::PATCH).is_some_and(|verb| verb == "delete");
    let mut rest =
        listed.iter().filter(|item| order.key.is_empty() || !is_delete(item)).enumerate().peekable();
    let mut wanted = order.wanted.iter().enumerate().peekable();
    while let (Some((index, item)), Some((place, candidate))) = (rest.peek(), wanted.peek()) {
        if item.get(directive::PATCH).is_some() {
            rest.next();
            continue;
        }
        if ScalarKey::from_value(&key(item, *index)?) == ScalarKey::from_value(&key(candidate, *place)?) {
            rest.next();
        }
        wanted.next();
    }
    // Like Go, this also refuses items with another directive behind the last one that is ordered.
    let Some((index, _)) = rest.peek() else { return Ok(()) };
    let message = format!(
        "list item {index} of the patch in its $setElementOrder as well, in the same order: it is not there, or too early"
    );
    Err(refuse(codes::ORDER_MISMATCH, location, message))
}

fn check_wanted(order: &ElementOrder<'_>, location: &LazyLocation<'_>) -> Result<(), Error> {
    match order.wanted.iter().position(|item| item.get(order.key).is_none()) {
        Some(index) => Err(no_key(order.key, &location.index(index))),
        None => Ok(()),
    }
}

/// Orders a list that did not merge: one that only the base or only the patch has, or an atomic one.
fn put_in_order(
    merged: Vec<Value>,
    live: &[Value],
    elements: GoType,
    order: &ElementOrder<'_>,
    location: &LazyLocation<'_>,
) -> Result<Vec<Value>, Error> {
    if order.key.is_empty() && elements == GoType::Map {
        if merged.is_empty() && live.is_empty() && order.wanted.is_empty() {
            return Ok(merged);
        }
        let message = "remove the $setElementOrder: items without a merge key cannot be put in order";
        return Err(refuse(codes::NO_MERGE_KEY, location, message));
    }
    if !order.key.is_empty() && elements != GoType::Map {
        return Err(refuse(
            codes::WRONG_KIND,
            location,
            format!("write the items as maps with a \"{}\"", order.key),
        ));
    }
    let mut interner = Interner::default();
    let mut ids = [Vec::new(), Vec::new(), Vec::new()];
    let lists = [("", &*merged), (" of $setElementOrder", order.wanted), (" of the base", live)];
    for (ids, (list, values)) in ids.iter_mut().zip(lists) {
        *ids = if order.key.is_empty() {
            scalar_ids(&mut interner, values, location)?
        } else {
            let keyed = values.iter().enumerate();
            keyed
                .map(|(index, value)| id_of(&mut interner, list, index, value, order.key, location))
                .collect::<Result<_, _>>()?
        };
    }
    let [merged_ids, wanted, live_ids] = ids;
    let distinct = interner.len();
    let arranged = MergedItems {
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
