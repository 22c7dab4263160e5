//! Ordered layers: each is a patch with a name, and they are folded one after another.
//!
//! Two patches are never merged with each other: strategic merge patches are not associative, and
//! only the base tells what a directive refers to.

mod arena;
mod change_log;
mod changes;
mod event_index;
mod field_history;
mod fold;
mod history;
mod leaf;
mod name;
mod provenance;
mod recorder;
mod removed;
mod replay;
mod tree;

pub use field_history::{FieldHistory, PreviousValue};
pub use fold::{Folded, LayerDiagnostic, fold, fold_observed, fold_without_provenance};
pub use leaf::Leaf;
pub use provenance::{Blame, Provenance};
use serde_json::Value;

use crate::{
    diagnostic::LayerId,
    patch::{CompiledTemplate, Options},
};

/// A layer's patch, in the `extended` dialect.
#[derive(Debug, Clone, Copy)]
pub enum Patch<'p> {
    /// A patch of the whole object.
    Template(&'p Value),
    /// A container patch without a name. It goes onto each container and init container that is there, and
    /// under each one that a later layer adds: the new item is applied to what these patches make of
    /// an empty container. Whether the new item is complete is judged on the item alone.
    EachContainer(&'p Value),
    /// One of the two, compiled for many objects.
    Compiled(&'p CompiledTemplate),
}

impl Patch<'_> {
    /// Whether it is for each container, and no template.
    #[must_use]
    pub const fn is_for_each_container(self) -> bool {
        match self {
            Self::Template(_) => false,
            Self::EachContainer(_) => true,
            Self::Compiled(patch) => patch.is_for_each_container(),
        }
    }
}

/// One ordered source of change.
#[derive(Debug, Clone)]
pub struct Layer<'p> {
    /// Which layer it is: what diagnostics about it name.
    pub id: LayerId,
    /// The patch.
    pub patch: Patch<'p>,
    /// Strictness of unknown fields and missing targets.
    pub options: Options,
}
