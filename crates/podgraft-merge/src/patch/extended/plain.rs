//! Plain items, of lists with one key: no directive, no key twice, and each key a text. Nearly all patches are like that,
//! and what each of their items is about is found at once.

use std::{collections::HashMap, iter};

use serde_json::Value;

use crate::patch::directive;

/// Up to this many items of the patch, comparing is quicker than hashing.
const FEW: usize = 8;

/// Where in a list the items of a patch are.
pub(super) enum Targets {
    Few(usize, [Option<usize>; FEW]),
    Many(Vec<Option<usize>>),
}

impl Targets {
    /// For each item of the patch, where it is in the list; `None` for a new one.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<usize>> {
        match self {
            Self::Few(len, targets) => targets[..*len].iter().copied(),
            Self::Many(targets) => targets.iter().copied(),
        }
    }
}

/// What each item of a patch is about; `None` unless all of them are plain, and all items of the list have a text as
/// their key. Of equal items of the list, the first is meant.
pub(super) fn targets(live: &[Value], patch: &[Value], key: &str) -> Option<Targets> {
    if patch.len() <= FEW { few(live, patch, key) } else { many(live, patch, key).map(Targets::Many) }
}

fn few(live: &[Value], patch: &[Value], key: &str) -> Option<Targets> {
    let (mut names, mut targets) = ([""; FEW], [None; FEW]);
    for (index, item) in patch.iter().enumerate() {
        let name = plain_key(item, key)?;
        if names[..index].contains(&name) {
            return None;
        }
        names[index] = name;
    }
    let names = &names[..patch.len()];
    for (slot, item) in live.iter().enumerate() {
        let name = item.get(key)?.as_str()?;
        if let Some(found) = names.iter().position(|other| *other == name) {
            targets[found].get_or_insert(slot);
        }
    }
    Some(Targets::Few(patch.len(), targets))
}

fn many(live: &[Value], patch: &[Value], key: &str) -> Option<Vec<Option<usize>>> {
    let mut places = HashMap::with_capacity(patch.len());
    for (place, item) in patch.iter().enumerate() {
        if places.insert(plain_key(item, key)?, place).is_some() {
            return None;
        }
    }
    let mut targets: Vec<Option<usize>> = iter::repeat_n(None, patch.len()).collect();
    for (slot, item) in live.iter().enumerate() {
        if let Some(place) = places.get(item.get(key)?.as_str()?) {
            targets[*place].get_or_insert(slot);
        }
    }
    Some(targets)
}

/// The key of a plain item.
fn plain_key<'v>(item: &'v Value, key: &str) -> Option<&'v str> {
    item.get(key)?.as_str().filter(|_| item.get(directive::PATCH).is_none())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(live: &Value, patch: &Value) -> Option<Vec<Option<usize>>> {
        let (live, patch) = (live.as_array().unwrap(), patch.as_array().unwrap());
        let few = targets(live, patch, "name").map(|targets| targets.iter().collect());
        assert_eq!(few, many(live, patch, "name"));
        few
    }

    #[test]
    fn few_and_many_are_found_alike() {
        let live = json!([{"name": "a"}, {"name": "b"}, {"name": "b"}]);
        let new_and_old = json!([{"name": "b"}, {"name": "c"}, {"name": "a"}]);
        assert_eq!(found(&live, &new_and_old), Some(vec![Some(1), None, Some(0)]));
        assert_eq!(found(&live, &json!([])), Some(vec![]));
        for general in [
            json!([{"name": "a"}, {"name": "a"}]),
            json!([{"name": "a", "$patch": "delete"}]),
            json!([{"name": 1}]),
            json!([{"image": "a"}]),
            json!(["a"]),
            json!([{"$patch": "replace"}]),
        ] {
            assert_eq!(found(&live, &general), None, "{general}");
        }
        assert_eq!(found(&json!([{"name": 1}]), &new_and_old), None);
        assert_eq!(found(&json!([{}]), &json!([])), None);
    }
}
