//! [`Overlays`]: all overlays that there are, in the order in which they apply.

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};

use super::api::OverlayApi;
use super::object::{Overlay, UnreadableOverlay};
use crate::{codes, manifest::Document};

/// All overlays that there are. Which of them apply to an object is for [`Overlays::applying`] to say.
#[derive(Debug, Clone, Default)]
pub struct Overlays {
    /// By kind, then ascending priority, then name.
    pub(super) readable: Vec<Overlay>,
    pub(super) unreadable: Vec<UnreadableOverlay>,
}

impl Overlays {
    /// No overlays.
    #[must_use]
    pub const fn none() -> Self {
        Self { readable: Vec::new(), unreadable: Vec::new() }
    }

    /// Reads those of the objects that are overlays of this API; the order of the objects means nothing.
    #[must_use]
    pub fn read(api: &OverlayApi, documents: impl IntoIterator<Item = Document>) -> Self {
        let mut overlays = Self::default();
        for document in documents {
            let Some(kind) = api.kind_of(&document.value) else { continue };
            match Overlay::read(api, kind, document) {
                Ok(overlay) => overlays.readable.push(overlay),
                Err(unreadable) => overlays.unreadable.push(unreadable),
            }
        }
        // The namespace last: overlays of two namespaces never meet, but the order is to be the same on every run.
        overlays.readable.sort_by(|a, b| {
            let key = |overlay: &Overlay| (overlay.kind, overlay.priority);
            key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name)).then_with(|| a.namespace.cmp(&b.namespace))
        });
        overlays
    }

    /// Those that could be read, by kind, then ascending priority, then name.
    #[must_use]
    pub fn readable(&self) -> &[Overlay] {
        &self.readable
    }

    /// Those that could not be read.
    #[must_use]
    pub fn unreadable(&self) -> &[UnreadableOverlay] {
        &self.unreadable
    }

    /// Whether there is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.readable.is_empty() && self.unreadable.is_empty()
    }

    /// What is wrong with the overlays themselves: those that could not be read, and those of which there
    /// is a second one with the same name.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> =
            self.unreadable.iter().flat_map(|overlay| overlay.diagnostics.iter().cloned()).collect();
        let mut seen = std::collections::BTreeMap::new();
        for overlay in &self.readable {
            let Some(first) = seen.insert((overlay.kind, &overlay.namespace, &overlay.name), overlay) else {
                continue;
            };
            let path = FieldPath::fields(["metadata", "name"]);
            let place = first.position(&path).map_or_else(String::new, |position| format!(" at {position}"));
            let message = format!("rename or remove one: there is another {overlay}{place}");
            found.push(overlay.say(Diagnostic::error(codes::DUPLICATE_OVERLAY, message).at(path)));
        }
        found
    }
}
