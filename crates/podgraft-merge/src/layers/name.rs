//! [`Name`]: a field, merge keys or an item of a set as one text, by which the history of a place is found.

use std::{borrow::Cow, ops::Deref};

use serde_json::Value;

use crate::{
    patch::LocationSegment,
    path::Segment,
    schema::{FieldType, ListKind, SecondaryKey},
};

/// What sets a name apart that is more than a plain text.
const MARK: char = '\0';

/// The name of a place among those beside it.
pub(super) enum Name<'a> {
    /// A name from the schema, which is kept without a copy.
    Known(&'static str),
    Other(Cow<'a, str>),
}

impl<'a> Name<'a> {
    /// The name of the innermost segment of a location; `None` for an index, and for the object itself.
    pub(super) fn of_location(segment: LocationSegment<'a>) -> Option<Self> {
        Some(match segment {
            LocationSegment::Known(name) => Self::Known(name),
            LocationSegment::Field(name) => Self::Other(Cow::Borrowed(name)),
            LocationSegment::Key(_, first, secondary) => {
                Self::Other(written(first, secondary.map(Secondary::of_key)))
            }
            LocationSegment::Item(value) => Self::Other(written(value, None)),
            LocationSegment::Root | LocationSegment::Index(_) => return None,
        })
    }

    /// The name of a segment of a path; `None` for an index.
    pub(super) fn of_segment(segment: &'a Segment) -> Option<Self> {
        Some(Self::Other(match segment {
            Segment::Field(name) => Cow::Borrowed(name),
            Segment::Key(keys) => {
                let (_, first) = keys.first()?;
                written(first, keys.get(1).map(|(_, value)| Secondary::of_value(value)))
            }
            Segment::Item(value) => written(value, None),
            Segment::Index(_) => return None,
        }))
    }
}

impl Deref for Name<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Known(name) => name,
            Self::Other(name) => name,
        }
    }
}

/// The value of a secondary key: a text as it is, anything else as JSON.
enum Secondary<'v> {
    Text(&'v str),
    Json(Cow<'v, str>),
}

impl<'v> Secondary<'v> {
    fn of_key(key: &'v SecondaryKey) -> Self {
        match key.text() {
            text if !key.is_string() => Self::Json(Cow::Borrowed(text)),
            text if text.starts_with(MARK) => Self::Json(Cow::Owned(Value::from(text).to_string())),
            text => Self::Text(text),
        }
    }

    fn of_value(value: &'v Value) -> Self {
        match value {
            Value::String(text) if !text.starts_with(MARK) => Self::Text(text),
            other => Self::Json(Cow::Owned(other.to_string())),
        }
    }
}

/// One text for merge keys, or for an item of a set: most are plain texts already.
fn written<'v>(first: &'v Value, secondary: Option<Secondary<'_>>) -> Cow<'v, str> {
    match (first, secondary) {
        (Value::String(text), None) if !text.starts_with(MARK) => Cow::Borrowed(text),
        (first, None) => Cow::Owned(format!("{MARK}{first}")),
        (first, Some(Secondary::Text(text))) => Cow::Owned(format!("{MARK}{first}{MARK}{text}")),
        (first, Some(Secondary::Json(json))) => Cow::Owned(format!("{MARK}{first}{MARK}{MARK}{json}")),
    }
}

/// The name of an item that is known by this value alone: a merge key, or an item of a set.
pub(super) fn of_value(value: &Value) -> Cow<'_, str> {
    written(value, None)
}

/// The name without the secondary key, where it has one.
pub(super) fn first(name: &str) -> Cow<'_, str> {
    match name.strip_prefix(MARK) {
        Some(marked) if marked.contains(MARK) => Cow::Owned(of_value(&read(name).0).into_owned()),
        _ => Cow::Borrowed(name),
    }
}

/// What a name is of: the merge key or item, and the secondary key.
fn read(name: &str) -> (Value, Option<Value>) {
    let Some(marked) = name.strip_prefix(MARK) else { return (name.into(), None) };
    let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
    // JSON writes no such character as it is.
    match marked.split_once(MARK) {
        None => (json(marked), None),
        Some((first, secondary)) => {
            let secondary = secondary.strip_prefix(MARK).map_or_else(|| secondary.into(), json);
            (json(first), Some(secondary))
        }
    }
}

/// The segment of the place with this name in a map or list of this type: a field, merge keys or an item of a set.
pub(super) fn segment(ty: FieldType, name: &str) -> Segment {
    match ty.list_kind() {
        ListKind::Map(keys) => {
            let (first, secondary) = read(name);
            let mut segment = vec![(keys.merge_key().to_owned(), first)];
            segment.extend(keys.secondary().zip(secondary).map(|(key, value)| (key.name.to_owned(), value)));
            Segment::Key(segment)
        }
        ListKind::Set => Segment::Item(read(name).0),
        ListKind::Atomic => Segment::Field(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_tells_what_it_is_of() {
        for first in [json!("a"), json!("\0a"), json!(80), json!("80"), json!(true)] {
            let secondaries = [json!("TCP"), json!("\0"), json!(5), json!("5"), json!({"a": 1})];
            for secondary in secondaries.into_iter().map(Some).chain([None]) {
                let keys = [("first".to_owned(), first.clone())].into_iter();
                let keys = keys.chain(secondary.clone().map(|value| ("second".to_owned(), value)));
                let segment = Segment::Key(keys.collect());
                let name = Name::of_segment(&segment).unwrap();
                assert_eq!(read(&name), (first.clone(), secondary));
            }
        }
    }
}
