//! [`Writes`]: what one overlay does to a pod.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use serde_json::Value;

use podgraft_merge::path::{FieldPath, PathPattern, Segment};

/// What one overlay does to a pod; paths as the texts of their steps, so that they can be sorted.
#[derive(Debug, Clone, Default)]
pub(super) struct Writes {
    /// The values that it sets.
    pub(super) leaves: BTreeMap<Vec<String>, Value>,
    /// The places of which it removes or replaces everything.
    pub(super) overwritten: BTreeSet<Vec<String>>,
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

/// A path as the texts of its steps.
pub(super) fn texts(path: &FieldPath) -> Vec<String> {
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
