//! [`Template`]: a map that is merged into another one.

use serde_json::{Map, Value};

use super::plain::PlainMap;
use crate::patch::directive;

/// A map of a template: as it is written, or compiled.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Template<'p> {
    Written(&'p Map<String, Value>),
    Plain(&'p PlainMap),
}

impl Template<'_> {
    /// Whether nothing is in it.
    pub(super) fn is_empty(self) -> bool {
        match self {
            Self::Written(map) => map.is_empty(),
            Self::Plain(map) => map.fields.is_empty(),
        }
    }

    /// Whether it replaces all that is there.
    pub(super) fn is_replace(self) -> bool {
        match self {
            Self::Written(map) => map.get(directive::PATCH).is_some_and(|verb| verb == "replace"),
            Self::Plain(_) => false,
        }
    }
}
