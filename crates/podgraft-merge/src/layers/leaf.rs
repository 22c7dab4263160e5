//! [`Leaf`]: a scalar, an empty map or an empty list of a folded value.

use serde_json::Value;

use super::field_history::FieldHistory;
use crate::{path::FieldPath, schema::FieldType};

/// A leaf, now or once: a scalar, an empty map or an empty list.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// Where, with items of keyed lists by their merge keys.
    pub path: FieldPath,
    /// What is there; of a removed leaf, what was there last.
    pub value: Value,
    /// How it came to be so.
    pub history: FieldHistory,
}

/// Calls `visit` with each leaf of `value`, which is of type `ty` and at `path`.
pub(super) fn visit_leaves<'v>(
    value: &'v Value,
    ty: FieldType,
    path: &FieldPath,
    visit: &mut impl FnMut(&FieldPath, &'v Value),
) {
    let children = ty.children(value);
    if children.is_empty() {
        visit(path, value);
    }
    for (segment, value, ty) in children {
        visit_leaves(value, ty, &path.with(segment), visit);
    }
}
