//! [`OverlayId`]: which overlay is meant.

use std::fmt;

use super::kind::OverlayKind;

/// Which overlay is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OverlayId {
    /// Its kind.
    pub kind: OverlayKind,
    /// Its namespace, where one is known; `None` for a cluster overlay.
    pub namespace: Option<String>,
    /// Its name; empty where it has none.
    pub name: String,
}

impl fmt::Display for OverlayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "without a name" } else { &self.name };
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{name}", self.kind),
            None => write!(f, "{} {name}", self.kind),
        }
    }
}
