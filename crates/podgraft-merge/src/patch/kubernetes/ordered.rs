//! `$setElementOrder/FIELD` on any list.
//!
//! # Source
//! apimachinery v0.37, `strategicpatch/patch.go`, `mergePatchIntoOriginal`.

use serde_json::{Map, Value};

use super::{
    Merge, Nulls, added,
    items::{element, element_type, id_of, no_key, scalar_ids, some_elements},
    list::Merged,
};
use crate::{
    diagnostic::codes,
    patch::{
        Cause, Error, Observer, Trail, directive,
        element::{Element, GoType, Interner},
        error::refuse,
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

impl<O: Observer> Merge<'_, O> {
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
            self.observer.set(trail, None, &Value::Array(list.clone()), Cause::Stated);
            return put_in_order(list, &none, elements, order, trail).map(Some);
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
            self.observer.clear(trail, None, Cause::Order);
            return Ok(Some(merged.in_order().in_wanted_order()));
        }
        let elements = some_elements(element_type(&live, patch, trail)?, trail)?;
        let merged = match listed {
            Some(listed) => {
                self.observer.clear(trail, None, Cause::Replace);
                listed.clone()
            }
            None => live.clone(),
        };
        self.observer.clear(trail, None, Cause::Order);
        put_in_order(merged, &live, elements, order, trail).map(Some)
    }
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
        return Err(refuse(
            codes::WRONG_KIND,
            trail,
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
    Err(refuse(codes::ORDER_MISMATCH, trail, message))
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
    live: &[Value],
    elements: GoType,
    order: &Order<'_>,
    trail: &Trail<'_>,
) -> Result<Vec<Value>, Error> {
    if order.key.is_empty() && elements == GoType::Map {
        if merged.is_empty() && live.is_empty() && order.wanted.is_empty() {
            return Ok(merged);
        }
        let message = "remove the $setElementOrder: items without a merge key cannot be put in order";
        return Err(refuse(codes::NO_MERGE_KEY, trail, message));
    }
    if !order.key.is_empty() && elements != GoType::Map {
        return Err(refuse(
            codes::WRONG_KIND,
            trail,
            format!("write the items as maps with a \"{}\"", order.key),
        ));
    }
    let mut interner = Interner::default();
    let mut ids = [Vec::new(), Vec::new(), Vec::new()];
    let lists = [("", &*merged), (" of $setElementOrder", order.wanted), (" of the base", live)];
    for (ids, (list, values)) in ids.iter_mut().zip(lists) {
        *ids = if order.key.is_empty() {
            scalar_ids(&mut interner, values, trail)?
        } else {
            let keyed = values.iter().enumerate();
            keyed
                .map(|(index, value)| id_of(&mut interner, list, index, value, order.key, trail))
                .collect::<Result<_, _>>()?
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
