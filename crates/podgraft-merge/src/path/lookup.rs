//! [`Lookup`]: finding many places of one value.

use std::{
    cell::RefCell,
    collections::{HashMap, hash_map::Entry},
    fmt::Write,
    marker::PhantomData,
};

use serde_json::Value;

use super::{FieldPath, PointerToken, Segment, has_keys, may_have_keys};
use crate::schema::key_default;

/// Lists up to this length are searched from their beginning.
const SHORT: usize = 8;

/// Finds many places of values that do not change meanwhile: a long list is read once for all its items, where
/// [`FieldPath::find`] reads it for each.
#[derive(Debug, Default)]
pub struct Lookup<'v> {
    /// By the address of a list, which lives and stays as it is for `'v`.
    tables: RefCell<HashMap<usize, Tables>>,
    values: PhantomData<&'v Value>,
}

/// The tables of one list: one for each choice of keys that somebody looked for.
#[derive(Debug, Default)]
pub struct Tables(Vec<(Vec<String>, Table)>);

/// The items of a list by what its items are known by, as text; of equal ones the first.
type Table = HashMap<String, usize>;

impl<'v> Lookup<'v> {
    /// The value at a path of `value`, if there is one, as [`FieldPath::find`] does.
    #[must_use]
    pub fn find(&self, path: &FieldPath, value: &'v Value) -> Option<&'v Value> {
        self.find_segments(path.segments(), value)
    }

    /// [`Self::find`] for a part of a path.
    pub fn find_segments(&self, segments: &[Segment], value: &'v Value) -> Option<&'v Value> {
        segments.iter().try_fold(value, |here, segment| match (segment, here) {
            (Segment::Field(name), Value::Object(map)) => map.get(name),
            (Segment::Index(index), Value::Array(list)) => list.get(*index),
            (segment, Value::Array(list)) => list.get(self.search(list, segment, false)?),
            _ => None,
        })
    }

    /// The steps to the deepest place that exists, and whether that is the whole path, as [`FieldPath::locate`].
    #[must_use]
    pub fn locate(&self, path: &FieldPath, value: &'v Value) -> (Vec<PointerToken>, bool) {
        let steps = self.steps(path, value, true);
        let is_whole = steps.len() == path.segments().len();
        (steps, is_whole)
    }

    /// The steps to the deepest place that exists, where no item may leave keys out.
    #[must_use]
    pub fn reach(&self, path: &FieldPath, value: &'v Value) -> Vec<PointerToken> {
        self.steps(path, value, false)
    }

    fn steps(&self, path: &FieldPath, value: &'v Value, nearly: bool) -> Vec<PointerToken> {
        let mut steps = Vec::with_capacity(path.segments().len());
        let mut here = value;
        for segment in path.segments() {
            let next = match (segment, here) {
                (Segment::Field(name), Value::Object(map)) => {
                    map.get(name).map(|inner| (PointerToken::Field(name.clone()), inner))
                }
                (Segment::Index(index), Value::Array(list)) => {
                    list.get(*index).map(|inner| (PointerToken::Index(*index), inner))
                }
                (segment, Value::Array(list)) => self
                    .search(list, segment, nearly)
                    .and_then(|index| Some((PointerToken::Index(index), list.get(index)?))),
                _ => None,
            };
            let Some((step, inner)) = next else { break };
            steps.push(step);
            here = inner;
        }
        steps
    }

    /// Where in a list the item is that a segment leads to; the first of several.
    #[must_use]
    pub fn position(&self, list: &'v [Value], segment: &Segment) -> Option<usize> {
        match segment {
            Segment::Index(index) => Some(*index).filter(|index| *index < list.len()),
            segment => self.search(list, segment, false),
        }
    }

    fn search(&self, list: &'v [Value], segment: &Segment, nearly: bool) -> Option<usize> {
        if list.len() <= SHORT {
            return search(list, segment, nearly);
        }
        self.tables.borrow_mut().entry(list.as_ptr().addr()).or_default().position(list, segment, nearly)
    }
}

impl Tables {
    /// Where in `list`, which must be the same at each call, the item is that a step leads to; `nearly` takes one
    /// that leaves keys out, where none has them all.
    pub fn position(&mut self, list: &[Value], segment: &Segment, nearly: bool) -> Option<usize> {
        if list.len() <= SHORT {
            return search(list, segment, nearly);
        }
        match segment {
            Segment::Key(keys) => {
                let names: Vec<&str> = keys.iter().map(|(name, _)| name.as_str()).collect();
                let wanted = text(keys.iter().map(|(_, value)| Some(value)))?;
                if let Some(index) = self.table(list, &names).get(&wanted) {
                    return Some(*index);
                }
                let (first, value) = keys.first().filter(|_| nearly && keys.len() > 1)?;
                // No item has them all: one of those with the first may leave the others out.
                let wanted = text([Some(value)])?;
                let start = *self.table(list, &[first.as_str()]).get(&wanted)?;
                let rest = list.get(start..)?.iter().position(|item| may_have_keys(item, keys));
                rest.map(|offset| start + offset)
            }
            Segment::Item(value) => self.table(list, &[]).get(&value.to_string()).copied(),
            Segment::Field(_) | Segment::Index(_) => None,
        }
    }

    fn table(&mut self, list: &[Value], names: &[&str]) -> &Table {
        let known =
            self.0.iter().position(|(known, _)| known.iter().map(String::as_str).eq(names.iter().copied()));
        let index = known.unwrap_or(self.0.len());
        if known.is_none() {
            self.0.push((names.iter().map(|name| (*name).to_owned()).collect(), table(list, names)));
        }
        &self.0[index].1
    }
}

fn search(list: &[Value], segment: &Segment, nearly: bool) -> Option<usize> {
    match segment {
        Segment::Key(keys) => list.iter().position(|item| has_keys(item, keys)).or_else(|| {
            let near = || list.iter().position(|item| may_have_keys(item, keys));
            if nearly { near() } else { None }
        }),
        Segment::Item(wanted) => list.iter().position(|item| item == wanted),
        Segment::Field(_) | Segment::Index(_) => None,
    }
}

/// The items of a list by their values of these keys; without keys, by what they are.
fn table(list: &[Value], names: &[&str]) -> Table {
    let defaults: Vec<Option<Value>> = names.iter().map(|name| key_default(name).map(Value::from)).collect();
    let mut table = Table::with_capacity(list.len());
    for (index, item) in list.iter().enumerate() {
        let known_by = match names {
            [] => Some(item.to_string()),
            names => {
                let keys = names.iter().zip(&defaults);
                text(keys.map(|(name, default)| item.get(*name).or(default.as_ref())))
            }
        };
        if let Some(known_by) = known_by
            && let Entry::Vacant(entry) = table.entry(known_by)
        {
            entry.insert(index);
        }
    }
    table
}

/// Values as one text, equal only where all of them are; `None` where one is missing.
fn text<'v>(values: impl IntoIterator<Item = Option<&'v Value>>) -> Option<String> {
    let mut text = String::new();
    for value in values {
        // JSON has no line break of its own in a compact value.
        writeln!(text, "{}", value?).ok()?;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Lists of all lengths about the limit, with items that leave keys out and items of one key.
    fn lists() -> Vec<Value> {
        let port = |n: usize| match n % 5 {
            0 => json!({ "containerPort": n / 2 }),
            1 => json!({ "containerPort": n / 2, "protocol": "UDP" }),
            2 => json!({ "containerPort": n / 3, "protocol": "TCP", "name": format!("p{n}") }),
            3 => json!({ "name": "no port" }),
            _ => json!(n % 7),
        };
        (0..40).map(|size| (0..size).map(port).collect()).collect()
    }

    #[test]
    fn finds_what_a_search_finds() {
        let segment = |n: usize, protocol: Option<&str>| {
            let protocol = protocol.map(|protocol| ("protocol".to_owned(), json!(protocol)));
            Segment::Key([("containerPort".to_owned(), json!(n))].into_iter().chain(protocol).collect())
        };
        let mut found = 0;
        for list in lists() {
            let lookup = Lookup::default();
            for n in 0..45 {
                let keyed =
                    [None, Some("TCP"), Some("UDP"), Some("SCTP")].map(|protocol| segment(n, protocol));
                for segment in keyed.into_iter().chain([Segment::Item(json!(n)), Segment::Index(n)]) {
                    let path = FieldPath::new(vec![segment, Segment::Field("name".to_owned())]);
                    assert_eq!(lookup.find(&path, &list), path.find(&list), "{path} of {list}");
                    assert_eq!(lookup.locate(&path, &list), path.locate(&list), "{path} of {list}");
                    found += usize::from(path.find(&list).is_some());
                }
            }
        }
        assert!(found > 300, "{found}");
    }
}
