//! Lists of plain items: nearly all that there are. Merged as [`KubernetesMerge::keyed`] does, but without numbering what is
//! where; the test below holds both to the same.

use serde_json::Value;

use super::{KubernetesMerge, items::no_key, merged_order::MergedOrder};
use crate::{
    patch::{
        ChangeCause, Error, LazyLocation, Observer,
        compiled::CompiledItems,
        location::LocationSegment,
        plain::{EqualItems, Targets, targets},
    },
    schema::Schema,
};

/// Where the items of the patch are; `None` where a list is not plain.
pub(super) fn plain(
    live: &[Value],
    patch: &[Value],
    key: &str,
    compiled: Option<&CompiledItems>,
) -> Option<Targets> {
    if key.is_empty() {
        return None;
    }
    targets(live, patch, key, compiled.map(|items| &items.index), EqualItems::NotPlain)
}

impl<O: Observer> KubernetesMerge<'_, O> {
    /// Merges a list of which [`plain`] knows where the items of the patch are.
    pub(super) fn plain(
        &mut self,
        live: &mut Vec<Value>,
        patch: &[Value],
        targets: &Targets,
        (item, compiled): (Schema, Option<&CompiledItems>),
        key: &'static str,
        location: &LazyLocation<'_>,
    ) -> Result<(), Error> {
        let (before, targets) = (live.len(), targets.as_slice());
        for (index, (value, target)) in patch.iter().zip(targets).enumerate() {
            let at = location.push(LocationSegment::Key(key, &value[key], None));
            let found = target.and_then(|slot| live.get_mut(slot)).and_then(Value::as_object_mut);
            if let (Some(found), Value::Object(change)) = (found, value) {
                let known = compiled.and_then(|compiled| compiled.maps.get(index));
                self.map(found, change, item, known, &at)?;
                if !found.contains_key(key) {
                    return Err(no_key(key, &at));
                }
            } else {
                self.observer.set(&at, None, value, ChangeCause::Stated);
                live.push(value.clone());
            }
        }
        let order = MergedOrder::new(before, targets);
        if !order.is_as_it_was() {
            *live = order.iter().map(|slot| live[slot].take()).collect();
        }
        Ok(())
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
    fn plain_lists_merge_as_others() {
        let template = Schema::pod_template().unwrap();
        let spec = Schema::of(template.field("spec").unwrap());
        let (_, item) = super::super::list_field(spec, "containers", &LazyLocation::root()).unwrap();
        let items = |keys: &[usize], field: &str| -> Vec<Value> {
            keys.iter().map(|key| json!({"name": format!("c{key}"), field: key})).collect()
        };
        let lists = lists(4);
        for (live, patch) in lists.iter().flat_map(|live| lists.iter().map(move |patch| (live, patch))) {
            let (live, patch) = (items(live, "image"), items(patch, "workingDir"));
            let targets = plain(&live, &patch, "name", None).unwrap();
            let mut quick = live.clone();
            let mut merge = KubernetesMerge { observer: &mut () };
            merge.plain(&mut quick, &patch, &targets, (item, None), "name", &LazyLocation::root()).unwrap();
            let slow = merge.keyed(live, &patch, None, (item, None), "name", &LazyLocation::root()).unwrap();
            assert_eq!(quick, slow.in_order().items, "{patch:?}");
        }
    }
}
