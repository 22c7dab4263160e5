//! What there is to tell of tests and pods, as plain data, and its views.

pub mod against;
mod difference;
pub mod explain;
mod github;
mod live;
mod message;
mod sarif;

pub use difference::{Difference, differences};
pub use github::github;
pub use live::as_written;
pub use message::{details, message};
pub use sarif::{Tool, sarif};

use serde_json::Value;

use crate::schema::{Schema, Type};

/// What is known of a list's items: their merge key, empty for lists that are replaced as a whole, and
/// their schema.
struct Items {
    merge_key: &'static str,
    schema: Option<Schema>,
}

/// The schema of a field of an object, and of its items when it is a list.
fn below(schema: Option<Schema>, name: &str) -> (Option<Schema>, Items) {
    if let Some(Type::Map(value)) = schema.map(Schema::ty) {
        return (Some(Schema::new(*value)), Items { merge_key: "", schema: None });
    }
    let field = schema.and_then(|schema| schema.field(name).ok());
    let items = match field.map(|field| field.ty) {
        Some(Type::List(item)) => Some(Schema::new(*item)),
        _ => None,
    };
    let merge_key = field.filter(|field| field.strategy.merge).map_or("", |field| field.merge_key);
    (field.map(Schema::of), Items { merge_key, schema: items })
}

/// Whether every item has a merge key of its own: then items are known by it.
fn are_keyed(items: &[Value], merge_key: &str) -> bool {
    !merge_key.is_empty()
        && items.iter().enumerate().all(|(index, item)| {
            let key = item.get(merge_key);
            key.is_some() && items[..index].iter().all(|before| before.get(merge_key) != key)
        })
}
