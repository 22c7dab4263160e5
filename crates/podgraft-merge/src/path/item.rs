//! The one way to write an item of a list, and the children of any value, as path segments.

use serde_json::Value;

use super::{FieldPath, Lookup, PointerToken, Segment};
use crate::schema::{FieldType, ListKind};

impl ListKind {
    /// The path segment of the item that is at this index: its keys, its value or its index. An item without its merge
    /// key has only its index.
    #[must_use]
    pub fn segment(self, index: usize, item: &Value) -> Segment {
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
                let (kind, ty) = (self.list_kind(), self.item());
                let child = |(index, item)| (kind.segment(index, item), item, ty);
                items.iter().enumerate().map(child).collect()
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
                PointerToken::Index(index) => ty.list_kind().segment(index, inner),
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
