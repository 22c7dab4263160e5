//! The one way to write an item of a list, and the children of any value, as path segments.

use std::collections::HashSet;

use serde_json::Value;

use super::{FieldPath, Lookup, PointerToken, Segment};
use crate::schema::{FieldType, ListKind};

impl ListKind {
    /// The path segments of a list's items: their keys, their values or their indexes.
    ///
    /// An item has its index where its keys do not lead to it: without the merge key, or where the keys that it has are
    /// those of an item before it. The API server refuses most such lists, and people write them all the same.
    #[must_use]
    pub fn segments(self, items: &[Value]) -> Vec<Segment> {
        if matches!(self, Self::Atomic) {
            return (0..items.len()).map(Segment::Index).collect();
        }
        let mut seen = HashSet::with_capacity(items.len());
        let mut is_first = |segment: &Segment| match segment {
            Segment::Key(keys) => {
                let whole = keys.len() > 1;
                // A lone merge key also leads to an item that has a secondary key beside it.
                let merge_key = seen.insert(keys.first().map(|(_, value)| value.to_string()));
                if whole { seen.insert(Some(segment.to_string())) } else { merge_key }
            }
            Segment::Item(value) => seen.insert(Some(value.to_string())),
            Segment::Field(_) | Segment::Index(_) => true,
        };
        let segment = |(index, item)| Some(self.segment(index, item)).filter(|segment| is_first(segment));
        let or_index = |(index, segment): (usize, Option<Segment>)| segment.unwrap_or(Segment::Index(index));
        items.iter().enumerate().map(segment).enumerate().map(or_index).collect()
    }

    fn segment(self, index: usize, item: &Value) -> Segment {
        match self {
            Self::Map(keys) => keys.identify(item).map_or(Segment::Index(index), Segment::Key),
            Self::Set => Segment::Item(item.clone()),
            Self::Atomic => Segment::Index(index),
        }
    }
}

impl FieldType {
    /// The type one segment below.
    #[must_use]
    pub fn below(self, segment: &Segment) -> Self {
        match segment {
            Segment::Field(name) => self.field(name).unwrap_or(Self::ANY),
            _ => self.item(),
        }
    }

    /// The type of the place at this path.
    #[must_use]
    pub fn at(self, path: &FieldPath) -> Self {
        path.segments().iter().fold(self, Self::below)
    }

    /// The fields of a map or the items of a list, each with its segment and type; none of a leaf: a scalar, an empty
    /// map or list.
    #[must_use]
    pub fn children(self, value: &Value) -> Vec<(Segment, &Value, Self)> {
        match value {
            Value::Object(fields) => {
                let child = |(name, value): (&String, _)| {
                    let ty = self.field(name).unwrap_or(Self::ANY);
                    (Segment::Field(name.clone()), value, ty)
                };
                fields.iter().map(child).collect()
            }
            Value::Array(items) => {
                let ty = self.item();
                let segments = self.list_kind().segments(items);
                segments.into_iter().zip(items).map(|(segment, item)| (segment, item, ty)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The same place of `value`, which is of this type, as the engine writes paths: items of lists by their keys, with
    /// defaults. What is not there is kept as it is. Many paths of one value share their `lookup`.
    #[must_use]
    pub fn canonical<'v>(self, path: &FieldPath, value: &'v Value, lookup: &Lookup<'v>) -> FieldPath {
        let (mut ty, mut here, mut canonical) = (self, value, FieldPath::root());
        let mut rest = path.segments().iter();
        for token in lookup.reach(path, value) {
            let Some(inner) = token.get(here) else { break };
            let segment = match token {
                PointerToken::Field(name) => Segment::Field(name),
                PointerToken::Index(index) => {
                    let segment = ty.list_kind().segment(index, inner);
                    let list = here.as_array().map_or(&[][..], Vec::as_slice);
                    if lookup.position(list, &segment) == Some(index) {
                        segment
                    } else {
                        Segment::Index(index)
                    }
                }
            };
            rest.next();
            ty = ty.below(&segment);
            here = inner;
            canonical.push(segment);
        }
        rest.cloned().for_each(|segment| canonical.push(segment));
        canonical
    }
}
