//! What a map or list holds, each part with its path segment and what is known of it.

use std::borrow::Cow;

use serde_json::Value;

use super::{keys::Second, lists::Way};
use crate::{
    path::Segment,
    schema::{Field, Scalar, Schema, Type},
};

/// What is known of one field of a map, or of one item of a list.
#[derive(Debug, Clone, Copy)]
pub struct Child {
    pub(super) field: Option<&'static Field>,
    pub(super) ty: Type,
}

impl Child {
    /// A value of which nothing is known.
    pub(super) const ANY: Self = Self { field: None, ty: Type::Scalar(Scalar::Any) };

    /// A whole object.
    #[must_use]
    pub fn root(schema: Schema) -> Self {
        Self { field: None, ty: schema.ty() }
    }

    /// The field of a map; `None` when the map has known fields, and this is none of them.
    pub(super) fn of(map: Schema, name: &str) -> Option<Self> {
        match map.ty() {
            Type::Map(value) => Some(Self { field: None, ty: *value }),
            Type::Scalar(_) | Type::Custom(..) | Type::List(_) => Some(Self::ANY),
            Type::Struct(_) => map.field(name).ok().map(|field| Self { field: Some(field), ty: field.ty }),
        }
    }

    /// What is known of the place one step below.
    #[must_use]
    pub fn below(self, segment: &Segment) -> Self {
        match segment {
            Segment::Field(name) => Self::of(Schema::new(self.ty), name).unwrap_or(Self::ANY),
            _ => Self { field: None, ty: self.list().1 },
        }
    }

    /// The segment of the place whose name is known: a field, a merge key or an item of a set.
    #[must_use]
    pub fn segment(self, name: &str) -> Segment {
        let is_list = matches!(self.ty, Type::List(_));
        match self.list().0 {
            Way::Keyed(keys) if is_list => {
                let (first, second) = read_name(name);
                let mut segment = vec![(keys.first.to_owned(), first)];
                segment
                    .extend(keys.second.zip(second).map(|(key, value)| (key.name.to_owned(), value.into())));
                Segment::Key(segment)
            }
            Way::Set if is_list => Segment::Item(read_name(name).0),
            _ => Segment::Field(name.to_owned()),
        }
    }

    /// The parts of a map or list; none of a leaf: a scalar, an empty map or list.
    #[must_use]
    pub fn parts<'v>(self, value: &'v Value) -> Vec<(Segment, &'v Value, Self)> {
        match value {
            Value::Object(fields) => {
                let part = |(name, value): (&String, &'v Value)| {
                    let segment = Segment::Field(name.clone());
                    let child = self.below(&segment);
                    (segment, value, child)
                };
                fields.iter().map(part).collect()
            }
            Value::Array(items) => {
                let (way, item) = self.list();
                let child = Self { field: None, ty: item };
                let part = |(index, value)| (segment(way, index, value), value, child);
                items.iter().enumerate().map(part).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// How a path calls an item of a list.
fn segment(way: Way, index: usize, item: &Value) -> Segment {
    match way {
        Way::Keyed(keys) => match item.get(keys.first) {
            Some(first) => {
                let mut segment = vec![(keys.first.to_owned(), first.clone())];
                let second = keys.second_of(item);
                let second = second.as_ref().map(Second::parts);
                segment.extend(second.map(|(key, value)| (key.to_owned(), value.into())));
                Segment::Key(segment)
            }
            None => Segment::Index(index),
        },
        Way::Set => Segment::Item(item.clone()),
        Way::Atomic => Segment::Index(index),
    }
}

/// What sets a name that is no plain text apart.
const MARK: char = '\0';

/// One text for an item's merge keys, or for an item of a set: most are plain texts already.
#[must_use]
pub fn name_of<'v>(first: &'v Value, second: Option<&str>) -> Cow<'v, str> {
    match (first, second) {
        (Value::String(text), None) if !text.starts_with(MARK) => Cow::Borrowed(text),
        (first, None) => Cow::Owned(format!("{MARK}{first}")),
        (first, Some(second)) => Cow::Owned(format!("{MARK}{first}{MARK}{second}")),
    }
}

/// What [`name_of`] was made of.
fn read_name(name: &str) -> (Value, Option<&str>) {
    let Some(marked) = name.strip_prefix(MARK) else { return (name.into(), None) };
    // JSON writes no such character as it is.
    let (first, second) =
        marked.split_once(MARK).map_or((marked, None), |(first, second)| (first, Some(second)));
    (serde_json::from_str(first).unwrap_or_default(), second)
}
