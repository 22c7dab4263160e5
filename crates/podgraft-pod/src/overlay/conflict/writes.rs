//! [`Writes`]: what one overlay does to a pod.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use serde_json::Value;

use crate::cursor;
use podgraft_merge::{
    patch::{ChangeCause, LazyLocation, Observer},
    path::{FieldPath, PathPattern, Segment},
};

/// What one overlay does to a pod; paths as the texts of their steps, so that they can be sorted.
#[derive(Debug, Clone, Default)]
pub(super) struct Writes {
    /// The values that it sets.
    pub(super) leaves: BTreeMap<Vec<String>, Value>,
    /// The places of which it removes or replaces everything.
    pub(super) swept: BTreeSet<Vec<String>>,
}

impl Writes {
    /// The values that it sets at a place or below, and where, as one text.
    pub(super) fn text_below(&self, path: &[String]) -> String {
        let mut text = String::new();
        let here = self.leaves.range::<[String], _>((Bound::Included(path), Bound::Unbounded));
        for (inner, value) in here.take_while(|(inner, _)| inner.starts_with(path)) {
            for step in &inner[path.len()..] {
                text.push_str(step);
                text.push('\0');
            }
            text.push_str(&value.to_string());
            text.push('\0');
        }
        text
    }
}

/// Writes down what a patch does.
pub(super) struct Recorder<'w> {
    pub(super) writes: &'w mut Writes,
}

impl Observer for Recorder<'_> {
    fn set(&mut self, location: &LazyLocation<'_>, _: Option<Value>, value: &Value, cause: ChangeCause) {
        let adds = matches!(cause, ChangeCause::Append | ChangeCause::Prepend);
        cursor::leaves(&location.path(), value, &mut |path, value| {
            let steps = texts(&path);
            // A list without keys is stated as a whole, unless items are added to it.
            let item = path.segments().iter().position(|step| matches!(step, Segment::Index(_)));
            let list = if value.is_array() { Some(steps.len()) } else { item };
            if let Some(list) = list.filter(|_| !adds) {
                self.writes.swept.insert(steps[..list].to_vec());
            }
            self.writes.leaves.insert(steps, value.clone());
        });
    }

    fn delete(&mut self, location: &LazyLocation<'_>, _: Option<Value>, _: ChangeCause) {
        self.writes.swept.insert(texts(&location.path()));
    }

    fn clear(&mut self, location: &LazyLocation<'_>, _: Option<Value>, cause: ChangeCause) {
        // A new order removes nothing.
        if cause != ChangeCause::Order {
            self.writes.swept.insert(texts(&location.path()));
        }
    }
}

fn texts(path: &FieldPath) -> Vec<String> {
    path.segments().iter().map(ToString::to_string).collect()
}

/// The path behind the texts of its steps.
pub(super) fn path(texts: &[String]) -> FieldPath {
    let segment = |text: &String| {
        let field = text.strip_prefix('.').map(|name| Segment::Field(name.to_owned()));
        field.or_else(|| {
            let item = text.parse::<PathPattern>().ok()?.exact()?;
            item.segments().first().cloned()
        })
    };
    FieldPath::new(texts.iter().filter_map(segment).collect())
}
