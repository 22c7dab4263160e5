//! The items of a list that merges, with their merge keys numbered.

use serde_json::Value;

use super::kind;
use crate::{
    diagnostic::codes,
    patch::{
        Error, LazyLocation, directive,
        error::{refuse, refuse_base},
        identity::{GoType, Interner, ScalarKey, number},
    },
};

/// A patch list, sorted into what its items ask for.
pub(super) struct KeyedItems {
    pub(super) base: Vec<u32>,
    /// Index into the patch, and id.
    pub(super) plain: Vec<(usize, u32)>,
    /// Index into the patch, and id.
    pub(super) deletes: Vec<(usize, u32)>,
    pub(super) replace: bool,
    pub(super) wanted: Vec<u32>,
    pub(super) distinct: usize,
}

/// Stands for items without a merge key until the number of keys is known.
const KEYLESS: u32 = u32::MAX;

/// Numbers all merge keys, and sorts the patch's items into plain ones and directives.
pub(super) fn sort_items(
    base: &[Value],
    patch: &[Value],
    wanted: Option<&[Value]>,
    key: &str,
    location: &LazyLocation<'_>,
) -> Result<KeyedItems, Error> {
    let mut interner = Interner::default();
    let mut items = KeyedItems {
        base: Vec::new(),
        plain: Vec::new(),
        deletes: Vec::new(),
        replace: false,
        wanted: Vec::new(),
        distinct: 0,
    };
    for (index, value) in patch.iter().enumerate() {
        match value.get(directive::PATCH) {
            None => items.plain.push((index, id_of(&mut interner, "", index, value, key, location)?)),
            Some(Value::String(verb)) if verb == "delete" => {
                items.deletes.push((index, id_of(&mut interner, "", index, value, key, location)?));
            }
            Some(Value::String(verb)) if verb == "replace" => items.replace = true,
            Some(Value::String(verb)) if verb == "merge" => {
                let message =
                    "remove $patch: merge from the item: items with the same merge key merge anyway";
                return Err(refuse(codes::MERGE_DIRECTIVE_IN_LIST, &location.index(index), message));
            }
            Some(verb) => {
                let message =
                    format!("write \"delete\" or \"replace\" as an item's $patch: {verb} is neither");
                return Err(refuse(codes::UNKNOWN_PATCH_DIRECTIVE, &location.index(index), message));
            }
        }
    }
    for (index, value) in base.iter().enumerate() {
        // A list that is replaced may hold items without the key: nobody looks at them.
        let lenient = items.replace && wanted.is_none() && value.get(key).is_none();
        let id = if lenient {
            KEYLESS
        } else {
            id_of(&mut interner, " of the base", index, value, key, location).map_err(refuse_base)?
        };
        items.base.push(id);
    }
    for (index, value) in wanted.unwrap_or_default().iter().enumerate() {
        items.wanted.push(id_of(&mut interner, " of $setElementOrder", index, value, key, location)?);
    }
    items.distinct = interner.len();
    if items.base.contains(&KEYLESS) {
        let keyless = number(items.distinct);
        items.base.iter_mut().filter(|id| **id == KEYLESS).for_each(|id| *id = keyless);
        items.distinct += 1;
    }
    Ok(items)
}

pub(super) fn id_of<'v>(
    interner: &mut Interner<'v>,
    list: &str,
    index: usize,
    value: &'v Value,
    key: &str,
    location: &LazyLocation<'_>,
) -> Result<u32, Error> {
    let Some(found) = value.get(key) else {
        let message = format!("add the merge key \"{key}\": item {index}{list} does not have it");
        return Err(refuse(codes::MISSING_MERGE_KEY, &location.index(index), message));
    };
    ScalarKey::from_value(found).map(|element| interner.id(element)).ok_or_else(|| {
        refuse(
            codes::BAD_MERGE_KEY,
            &location.index(index),
            format!("write \"{key}\" as a scalar: {} is no merge key", kind(found)),
        )
    })
}

/// The base slots that the `$patch: delete` items remove, in Go's order.
pub(super) fn deleted_slots(items: &KeyedItems) -> Vec<usize> {
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
pub(super) fn element_type(
    live: &[Value],
    patch: &[Value],
    location: &LazyLocation<'_>,
) -> Result<Option<GoType>, Error> {
    let mut seen = None;
    // The first that does not fit is in the base where it stands among the base's items.
    let of = |index: usize, error: Error| if index < live.len() { refuse_base(error) } else { error };
    for (index, value) in live.iter().chain(patch).enumerate() {
        let found = GoType::from_value(value);
        match (seen, found) {
            (None, GoType::Slice) => {
                let message = "lists of lists cannot be merged: write a flat list";
                return Err(of(index, refuse(codes::LIST_OF_LISTS, location, message)));
            }
            (None, GoType::Nil) => {
                let message = format!("remove the null from the list (item {index})");
                return Err(of(index, refuse(codes::NULL_ITEM, location, message)));
            }
            (None, _) => seen = Some(found),
            (Some(first), _) if first != found => {
                let message = format!(
                    "write all items as one type: there is {} beside {} (in the base or in the patch)",
                    found.name(),
                    first.name()
                );
                return Err(of(index, refuse(codes::MIXED_LIST_ITEMS, location, message)));
            }
            _ => {}
        }
    }
    Ok(seen)
}

pub(super) fn some_elements(elements: Option<GoType>, location: &LazyLocation<'_>) -> Result<GoType, Error> {
    elements.ok_or_else(|| {
        refuse(codes::EMPTY_LIST, location, "remove the $setElementOrder: the list has no items")
    })
}

pub(super) fn scalar_ids<'v>(
    interner: &mut Interner<'v>,
    values: &'v [Value],
    location: &LazyLocation<'_>,
) -> Result<Vec<u32>, Error> {
    values.iter().map(|value| element(value, location).map(|element| interner.id(element))).collect()
}

pub(super) fn element<'v>(value: &'v Value, location: &LazyLocation<'_>) -> Result<ScalarKey<'v>, Error> {
    ScalarKey::from_value(value).ok_or_else(|| {
        refuse(codes::MIXED_LIST_ITEMS, location, format!("remove {} from a list of scalars", kind(value)))
    })
}

pub(super) fn no_key(key: &str, location: &LazyLocation<'_>) -> Error {
    refuse(
        codes::MISSING_MERGE_KEY,
        location,
        format!("keep the merge key \"{key}\": the item is known by it"),
    )
}
