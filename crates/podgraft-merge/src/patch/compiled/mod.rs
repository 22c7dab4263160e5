//! [`CompiledValue`]: what is known of each value of a patch before any base is there.

mod field_index;

use field_index::FieldIndex;
use serde_json::{Map, Value};

use crate::{
    patch::{directive, error::MAX_DEPTH, go::list_item, item_index::ItemIndex},
    schema::{Field, Schema, Type},
};

/// One value of a patch. Long lists have tens of thousands of them, one behind the other in memory: what few need is
/// boxed.
#[derive(Debug)]
pub(crate) enum CompiledValue {
    Scalar,
    Map(CompiledMap),
    List(CompiledList),
}

/// A map of a patch.
#[derive(Debug)]
pub(crate) struct CompiledMap {
    /// The field that it is written for; `None` for items of lists, for the patch itself, and where there is none.
    pub(crate) field: Option<&'static Field>,
    /// Whether it has no directive.
    pub(crate) is_plain: bool,
    /// Whether it is added as it is, where nothing is: without nulls and directives, here and below.
    pub(crate) is_as_added: bool,
    /// What is known of its fields, in its order; empty where all are scalars.
    fields: Box<[CompiledValue]>,
    index: FieldIndex,
}

/// A list of a patch.
#[derive(Debug)]
pub(crate) struct CompiledList {
    /// The field that it is written for, and the type of its items; `None` where there is none.
    pub(crate) field: Option<(&'static Field, Schema)>,
    pub(crate) is_as_added: bool,
    /// What is known of its items, where they are plain and merge by a key.
    pub(crate) items: Option<Box<CompiledItems>>,
}

/// The items of a list that merges by key: maps, each with another text as its key, none of them a directive.
#[derive(Debug)]
pub(crate) struct CompiledItems {
    pub(crate) key: &'static str,
    /// What is known of each, in the list's order.
    pub(crate) maps: Vec<CompiledMap>,
    pub(crate) index: ItemIndex,
}

impl CompiledMap {
    /// Reads a patch against the schema of what it is applied to; `None` where it is nested more than [`MAX_DEPTH`] deep.
    pub(crate) fn root(patch: &Map<String, Value>, schema: Schema) -> Option<Self> {
        map(patch, None, Some(schema), 0)
    }

    /// What the patch has for a field, what is known of that, and its place in the patch, which this was made of.
    pub(crate) fn field<'p>(
        &'p self,
        patch: &'p Map<String, Value>,
        name: &str,
    ) -> Option<(usize, &'p Value, &'p CompiledValue)> {
        let (place, value) = self.index.field(patch, name)?;
        Some((place, value, self.value(place)))
    }

    /// What is known of the field at a place of the patch.
    pub(crate) fn value(&self, place: usize) -> &CompiledValue {
        self.fields.get(place).unwrap_or(&CompiledValue::Scalar)
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

fn value(value: &Value, name: &str, holder: Option<Schema>, depth: usize) -> Option<CompiledValue> {
    let field = || holder.and_then(|holder| holder.field_ignoring_case(name).ok());
    Some(match value {
        Value::Object(patch) => {
            let field = field();
            CompiledValue::Map(map(patch, field, field.map(Schema::of), depth)?)
        }
        Value::Array(patch) => CompiledValue::List(list(patch, field(), depth)?),
        _ => CompiledValue::Scalar,
    })
}

fn map(
    patch: &Map<String, Value>,
    field: Option<&'static Field>,
    schema: Option<Schema>,
    depth: usize,
) -> Option<CompiledMap> {
    if depth > MAX_DEPTH {
        return None;
    }
    let are_scalars = !patch.values().any(|value| value.is_object() || value.is_array());
    let below = |(name, below): (&String, &Value)| value(below, name, schema, depth + 1);
    let fields: Box<[CompiledValue]> =
        if are_scalars { Box::default() } else { patch.iter().map(below).collect::<Option<_>>()? };
    let is_as_added = !patch.contains_key(directive::PATCH)
        && !patch.values().any(Value::is_null)
        && fields.iter().all(CompiledValue::is_as_added);
    let (is_plain, index) = (!directive::is_in(patch), FieldIndex::of(patch));
    Some(CompiledMap { field, is_plain, is_as_added, fields, index })
}

fn list(patch: &[Value], field: Option<&'static Field>, depth: usize) -> Option<CompiledList> {
    if depth > MAX_DEPTH {
        return None;
    }
    let field = field.and_then(|field| Some((field, list_item(field)?)));
    if let Some((of, item)) = field
        && let Some(index) = index(patch, of, item)
    {
        let maps = patch.iter().filter_map(Value::as_object);
        let maps: Vec<CompiledMap> =
            maps.map(|patch| map(patch, None, Some(item), depth + 1)).collect::<Option<_>>()?;
        let is_as_added = maps.iter().all(|map| map.is_as_added);
        let items = Box::new(CompiledItems { key: of.merge_key, maps, index });
        return Some(CompiledList { field, is_as_added, items: Some(items) });
    }
    let mut is_as_added = true;
    for below in patch {
        is_as_added &= value(below, "", None, depth + 1)?.is_as_added();
    }
    Some(CompiledList { field, is_as_added, items: None })
}

/// Where the items are of a list that merges by a key; `None` unless they are plain.
fn index(patch: &[Value], of: &'static Field, item: Schema) -> Option<ItemIndex> {
    let merges = of.strategy.merge && !of.merge_key.is_empty() && matches!(item.ty(), Type::Struct(_));
    if merges { ItemIndex::of(patch, of.merge_key) } else { None }
}
