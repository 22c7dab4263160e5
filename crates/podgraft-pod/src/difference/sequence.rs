//! [`edits`]: what happens to the items of a list that have no keys.

use std::collections::HashMap;

use serde_json::Value;

/// What happens to an item, by its index in the first list or in the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    /// This item of the first list has become that of the second.
    Changed(usize, usize),
    /// This item of the first list is gone.
    Removed(usize),
    /// This item of the second list is new.
    Added(usize),
}

/// The most pairs of items that are compared. Of longer lists, what lies between the items that are equal at
/// both ends is taken as changed one by one.
const MOST_PAIRS: usize = 1_000_000;

/// What makes the second list of the first, in their order: a longest common subsequence stays.
pub(super) fn edits(old: &[Value], new: &[Value]) -> Vec<Edit> {
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (rest, new_rest) = (&old[start..], &new[start..]);
    let end = rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let (rest, new_rest) = (&rest[..rest.len() - end], &new_rest[..new_rest.len() - end]);
    let mut known: HashMap<&Value, usize> = HashMap::new();
    // Comparing numbers instead of items costs the same however large the items are.
    let mut number = |item| {
        let next = known.len();
        *known.entry(item).or_insert(next)
    };
    let olds: Vec<usize> = rest.iter().map(&mut number).collect();
    let news: Vec<usize> = new_rest.iter().map(&mut number).collect();
    let kept = common(olds.len(), news.len(), |old, new| olds[old] == news[new]);
    let mut found = Vec::new();
    between(&kept, (rest.len(), new_rest.len()), |(old, old_end), (new, new_end)| {
        gap((&rest[old..old_end], start + old), (&new_rest[new..new_end], start + new), &mut found);
    });
    found
}

/// What lies between two items that stay: items that are kin have changed, and between these, one by one in order.
fn gap((old, at): (&[Value], usize), (new, new_at): (&[Value], usize), found: &mut Vec<Edit>) {
    let kin = common(old.len(), new.len(), |from, to| are_kin(&old[from], &new[to]));
    let mut last = 0;
    between(&kin, (old.len(), new.len()), |(from, end), (to, new_end)| {
        let pairs = (end - from).min(new_end - to);
        found.extend((0..pairs).map(|pair| Edit::Changed(at + from + pair, new_at + to + pair)));
        found.extend((from + pairs..end).map(|index| Edit::Removed(at + index)));
        found.extend((to + pairs..new_end).map(|index| Edit::Added(new_at + index)));
        if let Some((from, to)) = kin.get(last) {
            found.push(Edit::Changed(at + from, new_at + to));
        }
        last += 1;
    });
}

/// Calls with the ranges before, between and after pairs of indexes.
fn between(
    pairs: &[(usize, usize)],
    (old_end, new_end): (usize, usize),
    mut with: impl FnMut((usize, usize), (usize, usize)),
) {
    let (mut old, mut new) = (0, 0);
    for (old_index, new_index) in pairs.iter().copied().chain([(old_end, new_end)]) {
        with((old, old_index), (new, new_index));
        (old, new) = (old_index + 1, new_index + 1);
    }
}

/// Whether two items are likely to be one that has changed: the same flag, or objects that agree on a field.
fn are_kin(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::String(old), Value::String(new)) => {
            let flag = |text: &str| text.split_once('=').map(|(name, _)| name.to_owned());
            flag(old).is_some_and(|name| Some(name) == flag(new))
        }
        (Value::Object(old), Value::Object(new)) => {
            old.iter().any(|(name, value)| new.get(name) == Some(value))
        }
        _ => false,
    }
}

/// The pairs of indexes of a longest common subsequence, in order; none where there is too much to compare.
fn common(old: usize, new: usize, same: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    if old.saturating_mul(new) > MOST_PAIRS {
        return pairs;
    }
    let width = new + 1;
    // How long the longest is of what follows a pair of indexes.
    let mut longest = vec![0_u32; (old + 1) * width];
    for from in (0..old).rev() {
        for to in (0..new).rev() {
            let (down, right) = (longest[(from + 1) * width + to], longest[from * width + to + 1]);
            let across = longest[(from + 1) * width + to + 1];
            longest[from * width + to] = if same(from, to) { across + 1 } else { down.max(right) };
        }
    }
    let (mut from, mut to) = (0, 0);
    while from < old && to < new {
        if same(from, to) {
            pairs.push((from, to));
            (from, to) = (from + 1, to + 1);
        } else if longest[(from + 1) * width + to] >= longest[from * width + to + 1] {
            from += 1;
        } else {
            to += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(old: &Value, new: &Value) -> Vec<Edit> {
        edits(old.as_array().unwrap(), new.as_array().unwrap())
    }

    #[test]
    fn an_item_that_goes_or_comes_is_one_edit() {
        let all = json!(["--headless", "--users=10", "--run-time=1m", "--loglevel=INFO", "--only-summary"]);
        for index in 0..5 {
            let mut fewer = all.clone();
            fewer.as_array_mut().unwrap().remove(index);
            assert_eq!(of(&all, &fewer), [Edit::Removed(index)]);
            assert_eq!(of(&fewer, &all), [Edit::Added(index)]);
        }
    }

    #[test]
    fn a_flag_with_another_value_has_changed() {
        let before = json!(["--headless", "--users=10", "--tags", "a"]);
        let after = json!(["--users=20", "--tags", "b", "c"]);
        assert_eq!(
            of(&before, &after),
            [Edit::Removed(0), Edit::Changed(1, 0), Edit::Changed(3, 2), Edit::Added(3)]
        );
    }

    #[test]
    fn objects_that_agree_on_a_field_are_one() {
        let before = json!([{"key": "spot"}, {"key": "gpu", "effect": "NoSchedule"}]);
        let after = json!([{"key": "gpu", "effect": "NoExecute"}]);
        assert_eq!(of(&before, &after), [Edit::Removed(0), Edit::Changed(1, 0)]);
    }

    #[test]
    fn long_lists_are_compared_by_what_they_have_in_common() {
        let list = |from: usize| Value::from((from..from + 60_000).collect::<Vec<_>>());
        assert_eq!(of(&list(0), &list(1)).len(), 60_000);
        let mut one_less = list(0);
        one_less.as_array_mut().unwrap().remove(30_000);
        assert_eq!(of(&list(0), &one_less), [Edit::Removed(30_000)]);
    }
}
