//! [`Options`]: how strict the dialect is.

/// What happens to an item of a patch that matches nothing in the base and is not complete by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingTarget {
    /// An error: the author of a template meant an item that exists.
    #[default]
    Refuse,
    /// A warning, and the item is left out: an overlay meets pods of all kinds.
    Skip,
}

/// What happens to fields that Kubernetes does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownFields {
    /// An error.
    #[default]
    Refuse,
    /// A warning; below such a field maps merge and lists are replaced. For clusters that are newer
    /// than [`KUBERNETES_VERSION`](crate::schema::KUBERNETES_VERSION).
    Warn,
}

/// How strict [`extend`](super::extend) is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Items that match nothing.
    pub missing_target: MissingTarget,
    /// Fields that are not in the schema.
    pub unknown_fields: UnknownFields,
}
