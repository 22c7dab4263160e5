//! [`order`]: in which order variables are listed, each once, so that a kubelet makes of them what it would make of
//! the whole list as it is written.
//!
//! A kubelet goes through the list: a value may refer to what stands before it, and of two variables with one name
//! the later counts from there on. A merge keeps one item of each name, so that its place decides what others see.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::locust_command::{Part, Parts};

/// Where a written variable goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Placement {
    /// To the lower variable of its name, merged with it.
    Merged,
    /// Behind all lower variables.
    Behind,
    /// Behind all others, and the lower variable of its name goes.
    Moved,
}

/// The order of written variables over lower ones.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// The written variables that stay, by their index, in the order in which they are applied.
    pub(super) places: Vec<(usize, Placement)>,
    /// Variables that become something else than in the whole list, with a variable that they refer to and that is
    /// there once only.
    pub(super) changed: Vec<(String, String)>,
}

/// Orders `written`, variables as in a container, over `lower`, in which each name is once. Of several with one name
/// the last stays, at the place of the first where that makes no difference.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/kubelet/kubelet_pods.go`, `makeEnvironmentVariables`.
pub(super) fn order(lower: &[Value], written: &[Value]) -> Order {
    let lower: Vec<&Value> = lower.iter().collect();
    let names: BTreeMap<&str, usize> =
        lower.iter().enumerate().map(|(index, variable)| (name(variable), index)).collect();
    let mut values = ValueTable::default();
    let mut whole = Whole::default();
    for variable in &lower {
        values.add(variable, &mut whole.env);
    }
    for (index, variable) in written.iter().enumerate() {
        whole.add(index, variable, &names, &mut values);
    }
    let in_order: Vec<Key> = whole.keys.values().copied().collect();
    let first = |key: &Key| Key { is_lower: key.overrides, at: key.first, ..*key };
    let in_place: Vec<Key> = in_order.iter().map(first).collect();
    let mut compare = |keys: &[Key]| {
        let list = listed(&lower, &names, written, keys);
        let mut env = BTreeMap::new();
        for variable in &list {
            values.add(variable, &mut env);
        }
        changed(&whole, &env, &list)
    };
    // In the order as it is written, nothing changes but for names that are there twice.
    let (changed_in_order, changed_in_place) = (compare(&in_order), compare(&in_place));
    let is_better = changed_in_place.count <= changed_in_order.count && !changed_in_place.is_unexplained;
    let (mut keys, changed) =
        if is_better { (in_place, changed_in_place) } else { (in_order, changed_in_order) };
    keys.sort_by_key(|key| key.at);
    let place = |key: &Key| match (key.is_lower, key.overrides) {
        (true, _) => Placement::Merged,
        (false, true) => Placement::Moved,
        (false, false) => Placement::Behind,
    };
    Order { places: keys.iter().map(|key| (key.last, place(key))).collect(), changed: changed.causes }
}

/// Where the last variable of a name goes.
#[derive(Debug, Clone, Copy)]
struct Key {
    /// The first written variable of this name.
    first: usize,
    /// The last one.
    last: usize,
    /// The written variable at whose place it stands.
    at: usize,
    /// Whether it stands at the place of the lower variable.
    is_lower: bool,
    /// Whether there is a lower variable of its name.
    overrides: bool,
}

/// The whole list, lower and written variables with all that are there twice.
#[derive(Default)]
struct Whole<'v> {
    env: BTreeMap<&'v str, Id>,
    keys: BTreeMap<&'v str, Key>,
    /// For each name, how many variables have it.
    count: BTreeMap<&'v str, usize>,
}

impl<'v> Whole<'v> {
    fn add(
        &mut self,
        index: usize,
        variable: &'v Value,
        lower: &BTreeMap<&str, usize>,
        values: &mut ValueTable<'v>,
    ) {
        let name = name(variable);
        let overrides = lower.contains_key(name);
        let before = self.env.get(name).copied();
        let previous = self.keys.get(name).copied();
        // Over a lower variable, a name alone changes nothing.
        let is_silent = overrides && variable.as_object().is_some_and(|fields| fields.len() == 1);
        if is_silent && previous.is_some() {
            return;
        }
        if !is_silent {
            values.add(variable, &mut self.env);
        }
        let is_same = before.is_some() && before == self.env.get(name).copied();
        let first = previous.map_or(index, |key| key.first);
        let key = match previous {
            Some(key) if is_same => Key { last: index, ..key },
            None if is_same => Key { first, last: index, at: index, is_lower: true, overrides },
            _ => Key { first, last: index, at: index, is_lower: false, overrides },
        };
        self.keys.insert(name, key);
        *self.count.entry(name).or_insert(usize::from(overrides)) += 1;
    }
}

/// What a variable's value is made of: equal numbers stand for equal values.
type Id = usize;

/// The values seen so far. They are not expanded: a few variables that refer to one another can stand for gigabytes.
#[derive(Default)]
struct ValueTable<'v>(HashMap<(ValueSource<'v>, Vec<Option<Id>>), Id>);

#[derive(PartialEq, Eq, Hash)]
enum ValueSource<'v> {
    Text(&'v str),
    Elsewhere(String),
}

impl<'v> ValueTable<'v> {
    /// Adds the next variable of a list to what the list makes.
    fn add(&mut self, variable: &'v Value, env: &mut BTreeMap<&'v str, Id>) {
        let text = variable.get("value").and_then(Value::as_str).unwrap_or_default();
        let elsewhere = variable.get("valueFrom").filter(|_| text.is_empty());
        let key = match elsewhere {
            Some(source) => (ValueSource::Elsewhere(source.to_string()), Vec::new()),
            None => (
                ValueSource::Text(text),
                references(text).map(|name| env.get(name).copied()).collect::<Vec<_>>(),
            ),
        };
        let next = self.0.len();
        let id = *self.0.entry(key).or_insert(next);
        env.insert(name(variable), id);
    }
}

/// The list with each name once.
fn listed<'v>(
    lower: &[&'v Value],
    lower_names: &BTreeMap<&str, usize>,
    written: &'v [Value],
    keys: &[Key],
) -> Vec<&'v Value> {
    let mut list: Vec<Option<&Value>> = lower.iter().copied().map(Some).collect();
    let mut behind = Vec::new();
    for key in keys {
        let Some(variable) = written.get(key.last) else { continue };
        let below = lower_names.get(name(variable)).and_then(|place| list.get_mut(*place));
        match below {
            // A name alone keeps what is there.
            Some(below) if key.is_lower => {
                if variable.as_object().is_some_and(|fields| fields.len() > 1) {
                    *below = Some(variable);
                }
            }
            below => {
                if let Some(below) = below {
                    *below = None;
                }
                behind.push((key.at, variable));
            }
        }
    }
    behind.sort_by_key(|(at, _)| *at);
    list.into_iter().flatten().chain(behind.into_iter().map(|(_, variable)| variable)).collect()
}

/// What an order changes.
#[derive(Default)]
struct Changed {
    /// How many variables are not what the whole list makes of them.
    count: usize,
    /// Those of them that refer to a variable of which the whole list has several, with that one.
    causes: Vec<(String, String)>,
    /// Whether one of them refers neither to such a variable nor to a changed one.
    is_unexplained: bool,
}

/// Compares the variables of `list` with what the whole list makes of them.
fn changed<'v>(whole: &Whole<'v>, env: &BTreeMap<&'v str, Id>, list: &[&'v Value]) -> Changed {
    let is_changed = |name: &str| env.get(name) != whole.env.get(name);
    let mut changed = Changed::default();
    for variable in list.iter().filter(|variable| is_changed(name(variable))) {
        changed.count += 1;
        let text = variable.get("value").and_then(Value::as_str).unwrap_or_default();
        let several = references(text).find(|name| whole.count.get(name).is_some_and(|count| *count > 1));
        if let Some(other) = several {
            changed.causes.push((name(variable).to_owned(), other.to_owned()));
        } else if !references(text).any(is_changed) {
            changed.is_unexplained = true;
        }
    }
    changed
}

fn name(variable: &Value) -> &str {
    variable.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// The variables that a text refers to.
fn references(text: &str) -> impl Iterator<Item = &str> {
    Parts::of(text).filter_map(|part| match part {
        Part::Reference(name) => Some(name),
        Part::Literal(_) => None,
    })
}

#[cfg(test)]
mod tests;
