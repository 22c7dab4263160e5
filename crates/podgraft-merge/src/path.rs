//! [`FieldPath`]: where in an object a value is, written as server-side apply writes it.
//!
//! `.spec.containers[name="locust"].args[0]`: fields by name, items of keyed lists by their merge
//! keys, items of sets by their value, items of atomic lists by index.

mod item;
pub mod lookup;
mod parse;
mod pattern;

use std::fmt;

pub use lookup::Lookup;
pub use pattern::PathPattern;
use serde_json::Value;

use crate::schema::key_default;

/// One segment of a [`FieldPath`].
#[derive(Debug, Clone, PartialEq)]
pub enum Segment {
    /// A field of an object.
    Field(String),
    /// The item of a list with these merge keys: `[containerPort=80,protocol="TCP"]`.
    Key(Vec<(String, Value)>),
    /// The item of a set of scalars: `[="kubernetes.io/pvc-protection"]`.
    Item(Value),
    /// The item of an atomic list.
    Index(usize),
}

/// A place in an object; the empty path is the object itself and is written `.`. [`Self::parse`] reads it back.
///
/// # Source
/// structured-merge-diff v6, `fieldpath/element.go`, `PathElement.String`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldPath(Vec<Segment>);

impl FieldPath {
    /// The object itself.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The path with these segments, outermost first.
    #[must_use]
    pub const fn new(segments: Vec<Segment>) -> Self {
        Self(segments)
    }

    /// The path of nested fields, outermost first: `FieldPath::fields(["spec", "volumes"])`.
    pub fn fields<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(|name| Segment::Field(name.to_owned())).collect())
    }

    /// The segments, outermost first.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether this is the object itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a segment at the inner end.
    pub fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    /// This path with a field below it.
    #[must_use]
    pub fn field(&self, name: impl Into<String>) -> Self {
        self.with(Segment::Field(name.into()))
    }

    /// This path with the item of a keyed list below it, by one merge key.
    #[must_use]
    pub fn item(&self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(Segment::Key(vec![(key.into(), value.into())]))
    }

    /// This path with the item of an atomic list below it.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// This path with one more segment.
    #[must_use]
    pub fn with(&self, segment: Segment) -> Self {
        let mut segments = Vec::with_capacity(self.0.len() + 1);
        segments.extend_from_slice(&self.0);
        segments.push(segment);
        Self(segments)
    }

    /// This path with all of `inner` below it.
    #[must_use]
    pub fn join(&self, inner: &Self) -> Self {
        Self(self.0.iter().chain(&inner.0).cloned().collect())
    }

    /// Whether `inner` is this place or one below it.
    #[must_use]
    pub fn contains(&self, inner: &Self) -> bool {
        inner.0.starts_with(&self.0)
    }

    /// Follows the path in `value` and returns the list indexes and field names that lead to the
    /// deepest place that exists, and whether that is the whole path.
    ///
    /// Items of keyed lists are found by comparing the keys. Where no item has them all, as a template that
    /// leaves the protocol of a port out, a key that an item does not have matches, but for the first.
    #[must_use]
    pub fn locate(&self, value: &Value) -> (Vec<PointerToken>, bool) {
        let mut steps = Vec::with_capacity(self.0.len());
        let mut here = value;
        for segment in &self.0 {
            let next = match (segment, here) {
                (Segment::Field(name), Value::Object(map)) => {
                    map.get(name).map(|inner| (PointerToken::Field(name.clone()), inner))
                }
                (Segment::Index(index), Value::Array(list)) => {
                    list.get(*index).map(|inner| (PointerToken::Index(*index), inner))
                }
                (Segment::Key(keys), Value::Array(list)) => position(list, |item| has_keys(item, keys))
                    .or_else(|| position(list, |item| may_have_keys(item, keys))),
                (Segment::Item(wanted), Value::Array(list)) => position(list, |item| item == wanted),
                _ => None,
            };
            let Some((step, inner)) = next else { return (steps, false) };
            steps.push(step);
            here = inner;
        }
        (steps, true)
    }

    /// The value at this place of `value`, if there is one. A port without a protocol is a TCP port.
    #[must_use]
    pub fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |here, segment| match (segment, here) {
            (Segment::Field(name), Value::Object(map)) => map.get(name),
            (Segment::Index(index), Value::Array(list)) => list.get(*index),
            (Segment::Key(keys), Value::Array(list)) => list.iter().find(|item| has_keys(item, keys)),
            (Segment::Item(wanted), Value::Array(list)) => list.iter().find(|item| *item == wanted),
            _ => None,
        })
    }
}

/// One token of the way to a value that exists, as in a JSON pointer: what indexes a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PointerToken {
    /// A field of an object.
    Field(String),
    /// An item of a list.
    Index(usize),
}

impl PointerToken {
    /// The field or item that this leads to.
    #[must_use]
    pub fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Field(name) => value.get(name),
            Self::Index(index) => value.get(index),
        }
    }
}

fn position(list: &[Value], matches: impl Fn(&Value) -> bool) -> Option<(PointerToken, &Value)> {
    list.iter()
        .enumerate()
        .find(|(_, item)| matches(item))
        .map(|(index, item)| (PointerToken::Index(index), item))
}

fn has_keys(item: &Value, keys: &[(String, Value)]) -> bool {
    keys.iter().all(|(key, wanted)| match item.get(key) {
        Some(value) => value == wanted,
        None => key_default(key).is_some_and(|default| wanted == default),
    })
}

fn may_have_keys(item: &Value, keys: &[(String, Value)]) -> bool {
    keys.iter().enumerate().all(|(rank, (key, wanted))| match item.get(key) {
        Some(value) => value == wanted,
        None => rank > 0,
    })
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(".");
        }
        self.0.iter().try_for_each(|segment| write!(f, "{segment}"))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, ".{name}"),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Item(value) => write!(f, "[={value}]"),
            Self::Key(keys) => {
                f.write_str("[")?;
                for (rank, (key, value)) in keys.iter().enumerate() {
                    let comma = if rank == 0 { "" } else { "," };
                    write!(f, "{comma}{key}={value}")?;
                }
                f.write_str("]")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn writes_paths_as_server_side_apply_does() {
        let path = FieldPath::fields(["spec", "containers"])
            .item("name", "locust")
            .field("ports")
            .with(Segment::Key(vec![("containerPort".into(), json!(80)), ("protocol".into(), json!("TCP"))]));
        assert_eq!(
            path.to_string(),
            r#".spec.containers[name="locust"].ports[containerPort=80,protocol="TCP"]"#
        );
        assert_eq!(FieldPath::root().to_string(), ".");
        assert_eq!(FieldPath::fields(["a"]).index(2).to_string(), ".a[2]");
        assert_eq!(FieldPath::fields(["a"]).with(Segment::Item(json!("x"))).to_string(), r#".a[="x"]"#);
    }

    #[test]
    fn an_absent_protocol_is_tcp() {
        let value =
            json!({"ports": [{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP", "name": "u"}]});
        let port = |number: u16, protocol: &str| {
            let keys = vec![("containerPort".into(), json!(number)), ("protocol".into(), json!(protocol))];
            FieldPath::fields(["ports"]).with(Segment::Key(keys))
        };
        assert_eq!(port(80, "TCP").find(&value), Some(&value["ports"][0]));
        assert_eq!(port(80, "UDP").find(&value), Some(&value["ports"][1]));
        assert_eq!(port(80, "SCTP").find(&value), None);
        let last = |path: FieldPath| path.locate(&value).0.pop();
        assert_eq!(last(port(80, "UDP")), Some(PointerToken::Index(1)));
        assert_eq!(last(port(80, "SCTP")), Some(PointerToken::Index(0)), "a template may leave it out");
    }

    #[test]
    fn locates_items_by_key_and_stops_at_the_deepest_place() {
        let value = json!({"spec": {"containers": [{"name": "a"}, {"name": "b", "image": "x"}]}});
        let item = FieldPath::fields(["spec", "containers"]).item("name", "b");
        assert_eq!(item.field("image").find(&value), Some(&json!("x")));
        let (steps, whole) = item.field("args").locate(&value);
        assert!(!whole);
        assert_eq!(steps.last(), Some(&PointerToken::Index(1)));
    }
}
