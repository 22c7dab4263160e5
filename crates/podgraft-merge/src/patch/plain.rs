//! Plain items, of lists that merge by one key: no directive, no key twice, and each key a text. Nearly all lists and their
//! patches are like that, and what each item of the patch is about is found at once.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{
    directive,
    item_index::{FEW, ItemIndex, plain_key},
};

/// Where in a list the items of a patch are.
pub(crate) enum Targets {
    Few(usize, [Option<usize>; FEW]),
    Many(Vec<Option<usize>>),
}

/// What to make of items of the list that have one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EqualItems {
    /// The first of them is meant.
    First,
    /// Such a list is not plain.
    NotPlain,
}

impl Targets {
    fn new(len: usize) -> Self {
        if len <= FEW { Self::Few(len, [None; FEW]) } else { Self::Many(vec![None; len]) }
    }

    /// For each item of the patch, where it is in the list; `None` for a new one.
    pub(crate) fn as_slice(&self) -> &[Option<usize>] {
        match self {
            Self::Few(len, targets) => &targets[..*len],
            Self::Many(targets) => targets,
        }
    }

    /// Says where an item is; false where that was said of another one.
    fn find(&mut self, place: usize, slot: usize) -> bool {
        let targets = match self {
            Self::Few(_, targets) => targets.as_mut_slice(),
            Self::Many(targets) => targets,
        };
        match targets.get_mut(place) {
            Some(target @ None) => {
                *target = Some(slot);
                true
            }
            _ => false,
        }
    }
}

/// What each item of a patch is about; `None` unless all of them are plain, and all items of the list have a text as
/// their key. `index` is that of the patch, where it is known to be plain.
pub(crate) fn targets(
    live: &[Value],
    patch: &[Value],
    key: &str,
    index: Option<&ItemIndex>,
    equal: EqualItems,
) -> Option<Targets> {
    match index {
        Some(index) => {
            let mut last = 0;
            scan(live, patch.len(), key, equal, |name| {
                let place = index.place(patch, key, name, last)?;
                last = place + 1;
                Some(place)
            })
        }
        None if patch.len() <= FEW => few(live, patch, key, equal),
        None => many(live, patch, key, equal),
    }
}

fn few(live: &[Value], patch: &[Value], key: &str, equal: EqualItems) -> Option<Targets> {
    let mut names = [""; FEW];
    for (index, item) in patch.iter().enumerate() {
        let name = plain_key(item, key)?;
        if names[..index].contains(&name) {
            return None;
        }
        names[index] = name;
    }
    let names = &names[..patch.len()];
    scan(live, patch.len(), key, equal, |name| names.iter().position(|other| *other == name))
}

fn many(live: &[Value], patch: &[Value], key: &str, equal: EqualItems) -> Option<Targets> {
    let mut places = HashMap::with_capacity(patch.len());
    for (place, item) in patch.iter().enumerate() {
        if places.insert(plain_key(item, key)?, place).is_some() {
            return None;
        }
    }
    scan(live, patch.len(), key, equal, |name| places.get(name).copied())
}

/// Looks for the items of the list among those of the patch, by `place`.
pub(super) fn scan(
    live: &[Value],
    count: usize,
    key: &str,
    equal: EqualItems,
    mut place: impl FnMut(&str) -> Option<usize>,
) -> Option<Targets> {
    let mut targets = Targets::new(count);
    let mut others = OtherNames::default();
    for (slot, item) in live.iter().enumerate() {
        let name = item.get(key)?.as_str()?;
        let is_new = match place(name) {
            Some(place) => targets.find(place, slot),
            None => equal == EqualItems::First || others.insert(name),
        };
        let is_plain = equal == EqualItems::First || is_new && item.get(directive::PATCH).is_none();
        if !is_plain {
            return None;
        }
    }
    Some(targets)
}

/// The names of the list that are not in the patch.
#[derive(Default)]
pub(crate) struct OtherNames<'v> {
    few: [&'v str; FEW],
    count: usize,
    many: HashSet<&'v str>,
}

impl<'v> OtherNames<'v> {
    /// Whether it is a new one.
    pub(crate) fn insert(&mut self, name: &'v str) -> bool {
        if self.count < FEW {
            let is_new = !self.few[..self.count].contains(&name);
            self.few[self.count] = name;
            self.count += 1;
            return is_new;
        }
        if self.many.is_empty() {
            self.many.extend(self.few);
        }
        self.many.insert(name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(live: &Value, patch: &Value, equal: EqualItems) -> Option<Vec<Option<usize>>> {
        let (live, patch) = (live.as_array().unwrap(), patch.as_array().unwrap());
        let slots = |targets: Option<Targets>| targets.map(|targets| targets.as_slice().to_vec());
        let few = slots(targets(live, patch, "name", None, equal));
        assert_eq!(few, slots(many(live, patch, "name", equal)));
        if few.is_some() {
            let index = ItemIndex::of(patch, "name").unwrap();
            assert_eq!(few, slots(targets(live, patch, "name", Some(&index), equal)));
        }
        few
    }

    #[test]
    fn few_and_many_and_known_ones_are_found_alike() {
        let live = json!([{"name": "a"}, {"name": "b"}, {"name": "b"}, {"name": "d"}]);
        let new_and_old = json!([{"name": "b"}, {"name": "c"}, {"name": "a"}]);
        assert_eq!(found(&live, &new_and_old, EqualItems::First), Some(vec![Some(1), None, Some(0)]));
        assert_eq!(found(&live, &new_and_old, EqualItems::NotPlain), None);
        assert_eq!(found(&live, &json!([{"name": "a"}]), EqualItems::NotPlain), None);
        assert_eq!(found(&live, &json!([]), EqualItems::First), Some(vec![]));
        for general in [
            json!([{"name": "a"}, {"name": "a"}]),
            json!([{"name": "a", "$patch": "delete"}]),
            json!([{"name": 1}]),
            json!([{"image": "a"}]),
            json!(["a"]),
            json!([{"$patch": "replace"}]),
        ] {
            assert_eq!(found(&live, &general, EqualItems::First), None, "{general}");
        }
        assert_eq!(found(&json!([{"name": 1}]), &new_and_old, EqualItems::First), None);
        assert_eq!(found(&json!([{}]), &json!([]), EqualItems::First), None);
        let leaked = json!([{"name": "x", "$patch": "delete"}]);
        assert_eq!(found(&leaked, &new_and_old, EqualItems::NotPlain), None);
        assert_eq!(found(&leaked, &new_and_old, EqualItems::First), Some(vec![None, None, None]));
    }

    #[test]
    fn equal_ones_among_many_are_seen() {
        let names = (0..40).map(|number| json!({"name": format!("n{}", number % 39)}));
        let live = Value::Array(names.collect());
        assert_eq!(found(&live, &json!([{"name": "x"}]), EqualItems::NotPlain), None);
        let names = (0..40).map(|number| json!({"name": format!("n{number}")}));
        let live = Value::Array(names.collect());
        assert_eq!(found(&live, &json!([{"name": "n39"}]), EqualItems::NotPlain), Some(vec![Some(39)]));
    }
}
