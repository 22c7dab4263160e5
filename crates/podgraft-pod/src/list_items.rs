//! [`ListItems`]: what is known of a list's items.

use std::collections::HashSet;

use podgraft_merge::{
    path::Segment,
    schema::{Field, ListKind, MergeKeys, Schema, Type},
};
use serde_json::Value;

/// An item of a list, and what it is known by.
pub(crate) type Keyed<'v> = (String, &'v Value);

/// What is known of a list's items: their keys, where they have some, and their schema.
#[derive(Clone, Copy)]
pub(crate) struct ListItems {
    pub(crate) keys: Option<MergeKeys>,
    pub(crate) schema: Option<Schema>,
}

impl ListItems {
    /// Of what is no list, or is replaced as a whole.
    pub(crate) const NONE: Self = Self { keys: None, schema: None };

    /// The items by what they are known by, as texts; `None` where one has no keys, or two have the same: then they are
    /// known by their indexes.
    pub(crate) fn by_keys<'v>(&self, items: &'v [Value]) -> Option<Vec<Keyed<'v>>> {
        let mut seen = HashSet::with_capacity(items.len());
        let known =
            items.iter().map(|item| Some((Segment::Key(self.keys?.identify(item)?).to_string(), item)));
        let known: Vec<Keyed<'_>> = known.collect::<Option<_>>()?;
        known.iter().all(|(keys, _)| seen.insert(keys.clone())).then_some(known)
    }
}

/// The schema of a field of an object, and of its items when it is a list.
pub(crate) fn below(schema: Option<Schema>, name: &str) -> (Option<Schema>, ListItems) {
    if let Some(Type::Map(value)) = schema.map(Schema::ty) {
        return (Some(Schema::new(*value)), ListItems::NONE);
    }
    let field = schema.and_then(|schema| schema.field(name).ok());
    let items = match field.map(|field| field.ty) {
        Some(Type::List(item)) => Some(Schema::new(*item)),
        _ => None,
    };
    let keys = match field.map(Field::list_kind) {
        Some(ListKind::Map(keys)) => Some(keys),
        _ => None,
    };
    (field.map(Schema::of), ListItems { keys, schema: items })
}
