//! [`PlainMap`]: a map of a compiled template.

use serde_json::{Map, Value};

use crate::schema::{FieldType, MergeKeys};

/// A map of a template.
#[derive(Debug, Clone)]
pub(crate) struct PlainMap {
    pub(super) fields: Box<[PlainField]>,
    /// What goes because the map sets another member of its one-of group.
    pub(super) cleared: Box<[&'static str]>,
}

/// A field of a template.
#[derive(Debug, Clone)]
pub(super) struct PlainField {
    /// `None` where it is the name of the schema.
    pub(super) name: Option<Box<str>>,
    pub(super) child: FieldType,
    pub(super) value: PlainValue,
}

/// What is merged into a field.
#[derive(Debug, Clone)]
pub(super) enum PlainValue {
    Scalar(Value),
    Map(PlainMap),
    Items(PlainItems),
    /// What is taken as it is written.
    Written(Value),
}

/// The items of a list that merges by one key.
#[derive(Debug, Clone)]
pub(super) struct PlainItems {
    pub(super) keys: MergeKeys,
    pub(super) items: Box<[PlainItem]>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(super) struct PlainItem {
    /// Another text than those of the others.
    pub(super) key: Value,
    pub(super) map: PlainMap,
}

impl PlainMap {
    /// As it was written.
    fn to_map(&self) -> Map<String, Value> {
        self.fields.iter().map(|field| (field.name().to_owned(), field.value.to_value())).collect()
    }
}

impl PlainField {
    pub(super) fn new(name: &str, child: FieldType, value: PlainValue) -> Self {
        let is_known = child.settings().is_some_and(|field| field.name == name);
        Self { name: (!is_known).then(|| name.into()), child, value }
    }

    fn name(&self) -> &str {
        match (&self.name, self.child.settings()) {
            (Some(name), _) => name,
            (None, field) => field.map_or("", |field| field.name),
        }
    }
}

impl PlainValue {
    fn to_value(&self) -> Value {
        match self {
            Self::Scalar(value) | Self::Written(value) => value.clone(),
            Self::Map(map) => Value::Object(map.to_map()),
            Self::Items(items) => Value::Array(items.to_list()),
        }
    }
}

impl PlainItems {
    /// As they were written.
    pub(super) fn to_list(&self) -> Vec<Value> {
        self.items.iter().map(|item| Value::Object(item.map.to_map())).collect()
    }
}
