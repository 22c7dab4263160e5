//! [`ReadOverlay`]: an overlay that was read, whatever came of it.

use std::sync::Arc;

use super::{
    api::OverlayApi,
    object::{Overlay, UnreadableOverlay},
    reference::OverlayId,
};
use crate::manifest::Document;

/// An overlay that was read, whatever came of it. Its patterns and expressions are compiled; copies share them.
#[derive(Debug, Clone)]
pub enum ReadOverlay {
    /// Without an error.
    Readable(Arc<Overlay>),
    /// Objects that it may be for are refused.
    Unreadable(Arc<UnreadableOverlay>),
}

impl ReadOverlay {
    /// Reads an object; `None` where it is no overlay of this API.
    #[must_use]
    pub fn read(api: &OverlayApi, document: Document) -> Option<Self> {
        let kind = api.kind_of(&document.value)?;
        Some(match Overlay::read(api, kind, document) {
            Ok(overlay) => Self::Readable(Arc::new(overlay)),
            Err(unreadable) => Self::Unreadable(Arc::new(unreadable)),
        })
    }

    /// The overlay of a later version of its object that has the same generation: the API server counts that up with each
    /// change of the spec, so that what was read of it holds.
    #[must_use]
    pub fn with_later_version(&self, api: &OverlayApi, document: Document) -> Option<Self> {
        match self {
            Self::Readable(overlay) => Some(Self::Readable(Arc::new(overlay.with_document(api, document)))),
            Self::Unreadable(_) => Self::read(api, document),
        }
    }

    /// Which one it is.
    #[must_use]
    pub fn reference(&self) -> OverlayId {
        match self {
            Self::Readable(overlay) => overlay.reference(),
            Self::Unreadable(overlay) => overlay.reference(),
        }
    }
}
