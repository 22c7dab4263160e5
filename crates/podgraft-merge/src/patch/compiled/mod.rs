//! [`CompiledValue`]: what is known of each value of a patch before any base is there.

mod name_index;

use std::collections::HashSet;

pub(super) use name_index::NameIndex;
use serde_json::{Map, Value};

use crate::{
    patch::{directive, error::MAX_DEPTH, go::list_item},
    schema::{Field, Schema, Type},
};

/// One value of a patch.
#[derive(Debug)]
pub(crate) enum CompiledValue {
    Scalar,
    Map(CompiledMap),
    List(CompiledList),
}

/// A map of a patch.
#[derive(Debug, Default)]
pub(crate) struct CompiledMap {
    /// The field that it is written for; `None` for items of lists, for the patch itself, and where there is none.
    pub(crate) field: Option<&'static Field>,
    /// Whether it has no directive.
    pub(crate) is_plain: bool,
    /// Whether it is added as it is, where nothing is: without nulls and directives, here and below.
    pub(crate) is_as_added: bool,
    /// What is known of its fields, in its order; empty where nothing is.
    pub(crate) fields: Vec<CompiledValue>,
    names: NameIndex,
}

/// A list of a patch.
#[derive(Debug, Default)]
pub(crate) struct CompiledList {
    /// The field that it is written for, and the type of its items; `None` where there is none.
    pub(crate) field: Option<(&'static Field, Schema)>,
    pub(crate) is_as_added: bool,
    /// What is known of its items, where they are plain and merge by a key.
    pub(crate) items: Option<CompiledItems>,
}

/// The items of a list that merges by key: maps, each with another text as its key, none of them a directive.
#[derive(Debug)]
pub(crate) struct CompiledItems {
    pub(crate) key: &'static str,
    /// What is known of each, in the list's order.
    pub(crate) maps: Vec<CompiledMap>,
    pub(crate) names: NameIndex,
}

impl CompiledMap {
    /// Reads a patch against the schema of what it is applied to.
    pub(crate) fn root(patch: &Map<String, Value>, schema: Schema) -> Self {
        map(patch, None, Some(schema), 0)
    }

    /// What is known of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&CompiledValue> {
        self.fields.get(self.names.place(name)?)
    }
}

impl CompiledValue {
    pub(crate) fn is_as_added(&self) -> bool {
        match self {
            Self::Scalar => true,
            Self::Map(map) => map.is_as_added,
            Self::List(list) => list.is_as_added,
        }
    }

    /// Whether it replaces whatever is there, so that only the kind of that counts.
    pub(crate) fn replaces(&self) -> bool {
        match self {
            Self::Scalar => true,
            Self::Map(map) => map.field.is_some_and(|field| field.strategy.replace),
            Self::List(list) => list.field.is_some_and(|(field, _)| !field.strategy.merge),
        }
    }

    /// What is known of a map.
    pub(crate) fn as_map(&self) -> Option<&CompiledMap> {
        match self {
            Self::Map(map) => Some(map),
            Self::Scalar | Self::List(_) => None,
        }
    }

    /// What is known of a list.
    pub(crate) fn as_list(&self) -> Option<&CompiledList> {
        match self {
            Self::List(list) => Some(list),
            Self::Scalar | Self::Map(_) => None,
        }
    }
}

impl CompiledItems {
    /// The place of the item with this name, and what is known of it; quickest where it is `near`.
    pub(crate) fn named(&self, name: &str, near: usize) -> Option<(usize, &CompiledMap)> {
        let place = self.names.place_near(name, near)?;
        Some((place, self.maps.get(place)?))
    }
}

fn value(value: &Value, name: &str, holder: Option<Schema>, depth: usize) -> CompiledValue {
    let field = || holder.and_then(|holder| holder.field_ignoring_case(name).ok());
    match value {
        Value::Object(patch) => {
            let field = field();
            CompiledValue::Map(map(patch, field, field.map(Schema::of), depth))
        }
        Value::Array(patch) => CompiledValue::List(list(patch, field(), depth)),
        _ => CompiledValue::Scalar,
    }
}

fn map(
    patch: &Map<String, Value>,
    field: Option<&'static Field>,
    schema: Option<Schema>,
    depth: usize,
) -> CompiledMap {
    if depth >= MAX_DEPTH {
        return CompiledMap { field, is_plain: !directive::is_in(patch), ..CompiledMap::default() };
    }
    let fields: Vec<CompiledValue> =
        patch.iter().map(|(name, below)| value(below, name, schema, depth + 1)).collect();
    let is_as_added = !patch.contains_key(directive::PATCH)
        && !patch.values().any(Value::is_null)
        && fields.iter().all(CompiledValue::is_as_added);
    let names = NameIndex::of(patch.keys().map(String::as_str));
    CompiledMap { field, is_plain: !directive::is_in(patch), is_as_added, fields, names }
}

fn list(patch: &[Value], field: Option<&'static Field>, depth: usize) -> CompiledList {
    let field = field.and_then(|field| Some((field, list_item(field)?)));
    if depth >= MAX_DEPTH {
        return CompiledList { field, ..CompiledList::default() };
    }
    let items = field.and_then(|(field, item)| items(patch, field, item, depth));
    let is_as_added = match &items {
        Some(items) => items.maps.iter().all(|map| map.is_as_added),
        None => patch.iter().all(|below| value(below, "", None, depth + 1).is_as_added()),
    };
    CompiledList { field, is_as_added, items }
}

fn items(patch: &[Value], field: &'static Field, item: Schema, depth: usize) -> Option<CompiledItems> {
    let key = field.merge_key;
    if !field.strategy.merge || key.is_empty() || !matches!(item.ty(), Type::Struct(_)) {
        return None;
    }
    let mut seen = HashSet::with_capacity(patch.len());
    let is_plain =
        |value: &Value| value.get(directive::PATCH).is_none() && value.get(key).is_some_and(Value::is_string);
    if !patch.iter().all(|value| is_plain(value) && value[key].as_str().is_some_and(|name| seen.insert(name)))
    {
        return None;
    }
    let maps = patch.iter().filter_map(Value::as_object).map(|patch| map(patch, None, Some(item), depth + 1));
    let names = NameIndex::of(patch.iter().filter_map(|value| value[key].as_str()));
    Some(CompiledItems { key, maps: maps.collect(), names })
}
