//! What there is to tell of tests and pods, as plain data, and its views.

pub mod against;
mod difference;
pub mod explain;
mod github;
mod live;
mod message;
mod queue;
mod sarif;
mod sequence;

pub use difference::{Difference, differences};
pub use github::github;
pub use live::as_written;
pub use message::{details, message};
pub use queue::{without_admission, without_suspend};
pub use sarif::{Tool, sarif};

use std::collections::HashSet;

use serde_json::Value;

use podgraft_merge::{
    path::Segment,
    schema::{Field, ListKind, MergeKeys, Schema, Type},
};

/// An item of a list, and what it is known by.
type Keyed<'v> = (String, &'v Value);

/// What is known of a list's items: their keys, where they have some, and their schema.
#[derive(Clone, Copy)]
struct Items {
    keys: Option<MergeKeys>,
    schema: Option<Schema>,
}

impl Items {
    /// Of what is no list, or is replaced as a whole.
    const NONE: Self = Self { keys: None, schema: None };

    /// The items by what they are known by, as texts; `None` where one has no keys, or two have the same: then they are
    /// known by their indexes.
    fn by_keys<'v>(&self, items: &'v [Value]) -> Option<Vec<Keyed<'v>>> {
        let mut seen = HashSet::with_capacity(items.len());
        let known =
            items.iter().map(|item| Some((Segment::Key(self.keys?.identify(item)?).to_string(), item)));
        let known: Vec<Keyed<'_>> = known.collect::<Option<_>>()?;
        known.iter().all(|(keys, _)| seen.insert(keys.clone())).then_some(known)
    }
}

/// The schema of a field of an object, and of its items when it is a list.
fn below(schema: Option<Schema>, name: &str) -> (Option<Schema>, Items) {
    if let Some(Type::Map(value)) = schema.map(Schema::ty) {
        return (Some(Schema::new(*value)), Items::NONE);
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
    (field.map(Schema::of), Items { keys, schema: items })
}
