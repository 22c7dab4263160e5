//! Short lists of plain items: nearly all that pods have. Merged as [`KubernetesMerge::keyed`] does, but without any
//! list of what is where; the test below holds both to the same.

use serde_json::Value;

use super::{KubernetesMerge, items::no_key};
use crate::{
    patch::{
        ChangeCause, CompiledItems, Error, LazyLocation, Observer, directive, location::LocationSegment,
    },
    schema::Schema,
};

/// The most items of a list, and of its patch.
const MOST: usize = 12;

/// Where the items of a patch are in the list.
type Slots = [usize; MOST];

/// Whether all items of both are plain maps, each with another text as its key. `is_plain`: whether those of the patch are
/// known to be.
pub(super) fn is_short(live: &[Value], patch: &[Value], key: &str, is_plain: bool) -> bool {
    let are_plain = |items: &[Value]| {
        items.iter().enumerate().all(|(index, item)| {
            item.get(key).is_some_and(Value::is_string)
                && item.get(directive::PATCH).is_none()
                && slot(&items[..index], item, key).is_none()
        })
    };
    !key.is_empty()
        && live.len() <= MOST
        && patch.len() <= MOST
        && are_plain(live)
        && (is_plain || are_plain(patch))
}

/// Where the item with the key of `item` is.
fn slot(items: &[Value], item: &Value, key: &str) -> Option<usize> {
    let name = item.get(key)?;
    items.iter().position(|other| other.get(key) == Some(name))
}

impl<O: Observer> KubernetesMerge<'_, O> {
    /// Merges a list for which [`is_short`] holds.
    pub(super) fn short(
        &mut self,
        live: &mut Vec<Value>,
        patch: &[Value],
        (item, compiled): (Schema, Option<&CompiledItems>),
        key: &'static str,
        location: &LazyLocation<'_>,
    ) -> Result<(), Error> {
        let before = live.len();
        let mut slots: Slots = [0; MOST];
        for (index, (value, found)) in patch.iter().zip(&mut slots).enumerate() {
            let at = location.push(LocationSegment::Key(key, &value[key], None));
            *found = slot(&live[..before], value, key).unwrap_or(live.len());
            if let (Some(Value::Object(item_before)), Value::Object(change)) = (live.get_mut(*found), value) {
                let known = compiled.and_then(|compiled| compiled.maps.get(index));
                self.map(item_before, change, item, known, &at)?;
                if !item_before.contains_key(key) {
                    return Err(no_key(key, &at));
                }
            } else {
                self.observer.set(&at, None, value, ChangeCause::Stated);
                live.push(value.clone());
            }
        }
        put_in_order(live, before, &slots[..patch.len()]);
        Ok(())
    }
}

/// Puts the items that the patch names in its order, and those that it does not name between them where they were: before the
/// first that was behind them.
fn put_in_order(live: &mut Vec<Value>, before: usize, named: &[usize]) {
    let is_named = |slot: &usize| named.contains(slot);
    let mut rest = (0..before).filter(|slot| !is_named(slot)).peekable();
    let mut order = [0; 2 * MOST];
    let mut filled = 0;
    let mut push = |slot| {
        order[filled] = slot;
        filled += 1;
    };
    for slot in named {
        while let Some(earlier) = rest.next_if(|other| *slot < before && other < slot) {
            push(earlier);
        }
        push(*slot);
    }
    rest.for_each(push);
    let order = &order[..live.len()];
    if order.iter().enumerate().any(|(place, slot)| place != *slot) {
        *live = order.iter().map(|slot| live[*slot].take()).collect();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::Schema;

    /// Every list of up to so many different keys out of five.
    fn lists(most: usize) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new()];
        let mut from = 0;
        for _ in 0..most {
            let before = from;
            from = all.len();
            for index in before..from {
                let list = all[index].clone();
                let longer = (0..5).filter(|key| !list.contains(key));
                all.extend(longer.map(|key| [list.as_slice(), &[key]].concat()));
            }
        }
        all
    }

    #[test]
    fn short_lists_merge_as_long_ones() {
        let template = Schema::pod_template().unwrap();
        let spec = Schema::of(template.field("spec").unwrap());
        let (_, item) = super::super::list_field(spec, "containers", &LazyLocation::root()).unwrap();
        let items = |keys: &[usize], field: &str| -> Vec<Value> {
            keys.iter().map(|key| json!({"name": format!("c{key}"), field: key})).collect()
        };
        let lists = lists(4);
        for (live, patch) in lists.iter().flat_map(|live| lists.iter().map(move |patch| (live, patch))) {
            let (live, patch) = (items(live, "image"), items(patch, "workingDir"));
            assert!(is_short(&live, &patch, "name", false));
            let mut short = live.clone();
            let mut merge = KubernetesMerge { observer: &mut () };
            merge.short(&mut short, &patch, (item, None), "name", &LazyLocation::root()).unwrap();
            let long = merge.keyed(live, &patch, None, (item, None), "name", &LazyLocation::root()).unwrap();
            assert_eq!(short, long.in_order().items, "{patch:?}");
        }
    }
}
