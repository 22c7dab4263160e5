//! [`LayerId`]: the layer that something is attributed to.

use std::{borrow::Cow, fmt, sync::Arc};

use crate::path::FieldPath;

/// The layer that something is attributed to: its name for people, and what it is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerId {
    name: LayerName,
    origin: LayerOrigin,
}

/// The name of a layer. Folds of many layers copy it often, so that copies share it.
#[derive(Debug, Clone)]
enum LayerName {
    Fixed(&'static str),
    Shared(Arc<str>),
}

impl LayerName {
    fn as_str(&self) -> &str {
        match self {
            Self::Fixed(name) => name,
            Self::Shared(name) => name,
        }
    }
}

impl PartialEq for LayerName {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl From<Cow<'static, str>> for LayerName {
    fn from(name: Cow<'static, str>) -> Self {
        match name {
            Cow::Borrowed(name) => Self::Fixed(name),
            Cow::Owned(name) => Self::Shared(name.into()),
        }
    }
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
        Self { name: LayerName::Fixed("base"), origin: LayerOrigin::Base }
    }

    /// A layer made from this field of the object: `workerPodTemplate`, `typed field .spec.image`.
    pub fn field(name: impl Into<Cow<'static, str>>, origin: FieldPath) -> Self {
        Self { name: name.into().into(), origin: LayerOrigin::Field(origin) }
    }

    /// A layer that is an object of its own: `ClusterPodOverlay baseline (defaults)`.
    pub fn other_object(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into().into(), origin: LayerOrigin::OtherObject }
    }

    /// What came out as a whole: `worker pod`.
    pub fn result(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into().into(), origin: LayerOrigin::Result }
    }

    /// The name for people.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.name.as_str()
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
        Self { name: LayerName::Shared(format!("{} ({result})", self.as_str()).into()), ..self }
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
        f.write_str(self.as_str())
    }
}
