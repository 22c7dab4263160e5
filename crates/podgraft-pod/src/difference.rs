//! [`differences`]: leaf by leaf, items known by their merge keys, or by their order where they have none.

mod sequence;

use std::{collections::HashMap, fmt};

use serde_json::Value;

use crate::{
    list_items::{Keyed, ListItems, below},
    redaction::redacted,
};
use podgraft_merge::{
    path::{FieldPath, Segment},
    schema::{MergeKeys, Schema},
};
use sequence::{Edit, edits};

/// A field that two objects do not agree on.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where in the first object; of what only the second has, where in that.
    pub path: FieldPath,
    /// Where in the second object; of what only the first has, where in that. Indexes differ from those of `path` where
    /// items before it came or went.
    pub path_after: FieldPath,
    /// What the first object has there; `None` for nothing.
    pub before: Option<Value>,
    /// What the second object has there; `None` for nothing.
    pub after: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{}: {before} -> {after}", self.path),
            (Some(before), None) => write!(f, "{}: {before} -> nothing", self.path),
            (None, Some(after)) => write!(f, "{}: nothing -> {after}", self.path),
            (None, None) => write!(f, "{}", self.path),
        }
    }
}

impl Difference {
    /// A difference in a place that is the same in both objects.
    #[must_use]
    pub fn at(path: FieldPath, before: Option<Value>, after: Option<Value>) -> Self {
        Self { path_after: path.clone(), path, before, after }
    }

    /// The same difference without the values of environment variables.
    #[must_use]
    pub fn redacted(self) -> Self {
        let before = self.before.as_ref().map(|value| redacted(&self.path, value));
        let after = self.after.as_ref().map(|value| redacted(&self.path_after, value));
        Self { before, after, ..self }
    }

    /// The same difference of objects that are fields of others.
    #[must_use]
    pub fn below(self, parent: &FieldPath) -> Self {
        Self { path: parent.join(&self.path), path_after: parent.join(&self.path_after), ..self }
    }
}

/// What changes from `before` to `after`: the topmost places that only one has, and the leaves that
/// differ. `schema` says which lists are known by key; of all others a longest common subsequence stays, so that an
/// item that goes or comes is one difference.
#[must_use]
pub fn differences(before: &Value, after: &Value, schema: Option<Schema>) -> Vec<Difference> {
    let mut found = Vec::new();
    let root = FieldPath::root();
    compare(Some(before), Some(after), schema, &ListItems::NONE, (&root, &root), &mut found);
    found
}

fn compare(
    before: Option<&Value>,
    after: Option<&Value>,
    schema: Option<Schema>,
    items: &ListItems,
    (path, path_after): (&FieldPath, &FieldPath),
    found: &mut Vec<Difference>,
) {
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let added = new.keys().filter(|name| !old.contains_key(*name));
            for name in old.keys().chain(added) {
                let (schema, items) = below(schema, name);
                let paths = (&path.field(name), &path_after.field(name));
                compare(old.get(name), new.get(name), schema, &items, paths, found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            match (items.by_keys(old), items.by_keys(new), items.keys) {
                (Some(old), Some(new), Some(keys)) => {
                    by_keys((&old, &new), keys, items.schema, (path, path_after), found);
                }
                _ => by_order((old, new), items.schema, (path, path_after), found),
            }
        }
        (before, after) if before == after => {}
        (before, after) => {
            let (path, path_after) = (path.clone(), path_after.clone());
            found.push(Difference { path, path_after, before: before.cloned(), after: after.cloned() });
        }
    }
}

/// The items of the first list in its order, then those that only the second has.
fn by_keys(
    (old, new): (&[Keyed<'_>], &[Keyed<'_>]),
    keys: MergeKeys,
    schema: Option<Schema>,
    (path, path_after): (&FieldPath, &FieldPath),
    found: &mut Vec<Difference>,
) {
    let (was, is): (HashMap<&String, &Value>, HashMap<&String, &Value>) = (
        old.iter().map(|(known, item)| (known, *item)).collect(),
        new.iter().map(|(known, item)| (known, *item)).collect(),
    );
    for (known, item) in old.iter().chain(new.iter().filter(|(known, _)| !was.contains_key(known))) {
        let key = || Segment::Key(keys.identify(item).unwrap_or_default());
        let (old, new) = (was.get(known).copied(), is.get(known).copied());
        compare(old, new, schema, &ListItems::NONE, (&path.with(key()), &path_after.with(key())), found);
    }
}

/// The items that have changed, gone and come, in their order.
fn by_order(
    (old, new): (&[Value], &[Value]),
    schema: Option<Schema>,
    (path, path_after): (&FieldPath, &FieldPath),
    found: &mut Vec<Difference>,
) {
    for edit in edits(old, new) {
        let (from, to) = match edit {
            Edit::Changed(from, to) => (Some(from), Some(to)),
            Edit::Removed(from) => (Some(from), None),
            Edit::Added(to) => (None, Some(to)),
        };
        let at = |path: &FieldPath, index: Option<usize>| index.map(|index| path.index(index));
        let (old_path, new_path) = (at(path, from), at(path_after, to));
        let (Some(one), Some(other)) =
            (old_path.as_ref().or(new_path.as_ref()), new_path.as_ref().or(old_path.as_ref()))
        else {
            continue;
        };
        let (old, new) = (from.and_then(|from| old.get(from)), to.and_then(|to| new.get(to)));
        compare(old, new, schema, &ListItems::NONE, (one, other), found);
    }
}

#[cfg(test)]
mod tests;
