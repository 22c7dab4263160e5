//! [`LayerId`]: the layer that something is attributed to.

use std::{borrow::Cow, fmt};

use crate::path::FieldPath;

/// The layer that something is attributed to: its name for people, and what it is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerId {
    name: Cow<'static, str>,
    origin: LayerOrigin,
}

/// What a layer is made from.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerOrigin {
    /// What is there before any layer is applied.
    Base,
    /// This field of the object whose layers are applied; the root where it follows from no single field.
    Field(FieldPath),
    /// An object of its own, such as an overlay.
    OtherObject,
    /// No single layer: what came out as a whole.
    Result,
}

impl LayerId {
    /// What is there before any layer is applied: `base`.
    #[must_use]
    pub const fn base() -> Self {
        Self { name: Cow::Borrowed("base"), origin: LayerOrigin::Base }
    }

    /// A layer made from this field of the object: `workerPodTemplate`, `typed field .spec.image`.
    pub fn field(name: impl Into<Cow<'static, str>>, origin: FieldPath) -> Self {
        Self { name: name.into(), origin: LayerOrigin::Field(origin) }
    }

    /// A layer that is an object of its own: `ClusterPodOverlay baseline (defaults)`.
    pub fn other_object(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), origin: LayerOrigin::OtherObject }
    }

    /// What came out as a whole: `worker pod`.
    pub fn result(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), origin: LayerOrigin::Result }
    }

    /// The name for people.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// What the layer is made from.
    #[must_use]
    pub const fn origin(&self) -> &LayerOrigin {
        &self.origin
    }

    /// Whether it is what is there before any layer is applied.
    #[must_use]
    pub const fn is_base(&self) -> bool {
        matches!(self.origin, LayerOrigin::Base)
    }

    /// Whether it is an object of its own, such as an overlay.
    #[must_use]
    pub const fn is_other_object(&self) -> bool {
        matches!(self.origin, LayerOrigin::OtherObject)
    }

    /// The same layer, as one of those of a certain result where it is a layer of several: `base (worker pod)`.
    #[must_use]
    pub fn in_result(self, result: &str) -> Self {
        Self { name: format!("{} ({result})", self.name).into(), ..self }
    }
}

/// A layer that follows from no single field.
impl From<&'static str> for LayerId {
    fn from(name: &'static str) -> Self {
        Self::field(name, FieldPath::root())
    }
}

/// A layer that follows from no single field.
impl From<String> for LayerId {
    fn from(name: String) -> Self {
        Self::field(name, FieldPath::root())
    }
}

impl fmt::Display for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
