//! [`At`]: a value of the judged pod together with its path, so that a rule and the place that it
//! complains about cannot come apart.

use serde_json::Value;

use crate::path::{FieldPath, Segment};

/// A value and where it is. A null is as good as absent everywhere, as the API server reads it.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    /// The value.
    pub(super) value: &'a Value,
    /// Where it is, from the pod template.
    pub(super) path: FieldPath,
}

impl<'a> At<'a> {
    /// The pod template itself.
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, path: FieldPath::root() }
    }

    /// The field `name`, unless it is absent or null.
    pub(super) fn get(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Self { value, path: self.path.field(name) })
    }

    /// Whether the field `name` is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some_and(|value| !value.is_null())
    }

    /// The text of the field `name`, when it is a text.
    pub(super) fn str(&self, name: &str) -> Option<&'a str> {
        self.value.get(name).and_then(Value::as_str)
    }

    /// The text of the field `name`, empty when it is absent.
    pub(super) fn text(&self, name: &str) -> &'a str {
        self.str(name).unwrap_or_default()
    }

    /// The number in the field `name`, when it is an integer.
    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.value.get(name).and_then(Value::as_i64)
    }

    /// Whether the field `name` is `true`.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    /// The path of the field `name`, whether it is there or not.
    pub(super) fn field(&self, name: &str) -> FieldPath {
        self.path.field(name)
    }

    /// The items of the list `name`, by index: for lists that are replaced as a whole.
    pub(super) fn list(&self, name: &str) -> Vec<Self> {
        self.items(name, |path, index, _| path.index(index))
    }

    /// The items of the list `name`, by their merge keys. An item without its first key has only
    /// its index; an absent protocol is TCP.
    pub(super) fn keyed(&self, name: &str, keys: &[&str]) -> Vec<Self> {
        self.items(name, |path, index, item| {
            let mut pairs = Vec::with_capacity(keys.len());
            for key in keys {
                match item.get(*key).filter(|value| !value.is_null()) {
                    Some(value) => pairs.push(((*key).to_owned(), value.clone())),
                    None if *key == "protocol" => pairs.push(((*key).to_owned(), Value::from("TCP"))),
                    None if pairs.is_empty() => return path.index(index),
                    None => {}
                }
            }
            path.with(Segment::Key(pairs))
        })
    }

    fn items(&self, name: &str, path: impl Fn(&FieldPath, usize, &Value) -> FieldPath) -> Vec<Self> {
        let list = self.value.get(name).and_then(Value::as_array);
        let below = self.path.field(name);
        let item = |(index, value)| Self { value, path: path(&below, index, value) };
        list.into_iter().flatten().enumerate().map(item).collect()
    }

    /// The entries of the map `name`: key and value.
    pub(super) fn entries(&self, name: &str) -> Vec<(&'a str, Self)> {
        let map = self.value.get(name).and_then(Value::as_object);
        let below = self.path.field(name);
        map.into_iter()
            .flatten()
            .map(|(key, value)| (key.as_str(), Self { value, path: below.field(key) }))
            .collect()
    }

    /// The names of the fields of this object that are set.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let map = self.value.as_object();
        map.into_iter().flatten().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.as_str()).collect()
    }
}
