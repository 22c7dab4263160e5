//! [`Reason`]: why a value came or went, in the words of those who write templates.

use podgraft_merge::patch::ChangeCause;

use crate::graft::{LayerSource, OperatorReason};

/// Why a value came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The operator made it, before any layer was applied.
    Base,
    /// A typed field of the object says so.
    TypedField,
    /// A template of the object says so.
    Template,
    /// An overlay's defaults say so.
    Default,
    /// An overlay's overrides say so.
    Override,
    /// An overlay's patch for each container says so.
    EachContainer,
    /// `$patch: delete`.
    Deleted,
    /// `$patch: replace`, or what it is in was replaced as a whole.
    Replaced,
    /// `$retainKeys` does not name it.
    RetainKeys,
    /// `$unset` names it.
    Unset,
    /// Another member of its one-of group was set.
    Union,
    /// `$deleteFromPrimitiveList` names it.
    DeleteFromPrimitiveList,
    /// `$prepend` put it first.
    Prepended,
    /// `$append` put it last.
    Appended,
    /// `$setElementOrder` moved it.
    Reordered,
    /// The operator adds it over all others, for this reason.
    Operator(OperatorReason),
}

impl Reason {
    /// What a cause means where this layer is at work; `None` is the base.
    pub(super) fn of(cause: ChangeCause, source: Option<LayerSource<'_>>) -> Self {
        if let Some(LayerSource::Operator(reason)) = source {
            return Self::Operator(reason);
        }
        match cause {
            ChangeCause::Base => Self::Base,
            ChangeCause::Stated => Self::stated(source),
            ChangeCause::EachContainer => Self::EachContainer,
            ChangeCause::Null | ChangeCause::Delete => Self::Deleted,
            ChangeCause::Replace => Self::Replaced,
            ChangeCause::RetainKeys => Self::RetainKeys,
            ChangeCause::Unset => Self::Unset,
            ChangeCause::Union => Self::Union,
            ChangeCause::DeleteFromPrimitiveList => Self::DeleteFromPrimitiveList,
            ChangeCause::Prepend => Self::Prepended,
            ChangeCause::Append => Self::Appended,
            ChangeCause::Order => Self::Reordered,
        }
    }

    /// Why a layer says what it says: because it is what it is.
    pub(super) fn stated(source: Option<LayerSource<'_>>) -> Self {
        match source {
            None => Self::Base,
            Some(LayerSource::TypedField) => Self::TypedField,
            Some(LayerSource::Template) => Self::Template,
            Some(LayerSource::Operator(reason)) => Self::Operator(reason),
            Some(LayerSource::Overlay(layer)) if layer.band.is_override() => Self::Override,
            Some(LayerSource::Overlay(_)) => Self::Default,
        }
    }

    /// The word in JSON. Stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::TypedField => "typedField",
            Self::Template => "template",
            Self::Default => "default",
            Self::Override => "override",
            Self::EachContainer => "eachContainer",
            Self::Deleted => "deleted",
            Self::Replaced => "replaced",
            Self::RetainKeys => "retainKeys",
            Self::Unset => "unset",
            Self::Union => "union",
            Self::DeleteFromPrimitiveList => "deleteFromPrimitiveList",
            Self::Prepended => "prepended",
            Self::Appended => "appended",
            Self::Reordered => "reordered",
            Self::Operator(reason) => reason.cause,
        }
    }

    /// For people; nothing where the layer's name says it all.
    #[must_use]
    pub const fn words(self) -> Option<&'static str> {
        Some(match self {
            Self::Base | Self::TypedField | Self::Template | Self::Default | Self::Override => return None,
            Self::EachContainer => "for each container",
            Self::Deleted => "with $patch: delete",
            Self::Replaced => "replaced as a whole",
            Self::RetainKeys => "not among $retainKeys",
            Self::Unset => "with $unset",
            Self::Union => "another member of its one-of group was set",
            Self::DeleteFromPrimitiveList => "with $deleteFromPrimitiveList",
            Self::Prepended => "prepended",
            Self::Appended => "appended",
            Self::Reordered => "moved with $setElementOrder",
            Self::Operator(reason) => reason.words,
        })
    }
}
