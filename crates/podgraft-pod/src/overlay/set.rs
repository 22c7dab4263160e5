//! [`Overlays`]: all overlays that there are, in the order in which they apply.

use std::{collections::BTreeMap, sync::Arc};

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};

use super::api::OverlayApi;
use super::namespace::Namespace;
use super::object::{Overlay, UnreadableOverlay};
use super::read_overlay::ReadOverlay;
use super::reference::OverlayId;
use crate::{codes, manifest::Document};

/// All overlays that there are. Which of them apply to an object is for [`Overlays::applying`] to say.
#[derive(Debug, Clone, Default)]
pub struct Overlays {
    /// By kind, then ascending priority, then name.
    readable: Vec<Arc<Overlay>>,
    unreadable: Vec<Arc<UnreadableOverlay>>,
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
        Self::of(documents.into_iter().filter_map(|document| ReadOverlay::read(api, document)))
    }

    /// Overlays that were read one by one; their order means nothing.
    #[must_use]
    pub fn of(overlays: impl IntoIterator<Item = ReadOverlay>) -> Self {
        let mut all = Self::default();
        all.extend(overlays);
        all
    }

    fn extend(&mut self, overlays: impl IntoIterator<Item = ReadOverlay>) {
        for overlay in overlays {
            match overlay {
                ReadOverlay::Readable(overlay) => self.readable.push(overlay),
                ReadOverlay::Unreadable(overlay) => self.unreadable.push(overlay),
            }
        }
        self.sort();
    }

    fn sort(&mut self) {
        // The namespace last: overlays of two namespaces never meet, but the order is to be the same on every run.
        self.readable.sort_by(|a, b| {
            let key = |overlay: &Overlay| (overlay.kind, overlay.priority);
            key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name)).then_with(|| a.namespace.cmp(&b.namespace))
        });
    }

    /// The same overlays without this one.
    #[must_use]
    pub fn without(&self, overlay: &OverlayId) -> Self {
        let mut others = self.clone();
        others.readable.retain(|other| other.reference() != *overlay);
        others.unreadable.retain(|other| other.reference() != *overlay);
        others
    }

    /// The same overlays with this one, in the place of the one of its kind and name where there is one.
    #[must_use]
    pub fn replacing(&self, api: &OverlayApi, document: Document) -> Self {
        let Some(read) = ReadOverlay::read(api, document) else { return self.clone() };
        let mut overlays = self.without(&read.reference());
        overlays.extend([read]);
        overlays
    }

    /// Those that could be read, by kind, then ascending priority, then name.
    pub fn readable(&self) -> impl Iterator<Item = &Overlay> {
        self.readable.iter().map(Arc::as_ref)
    }

    /// Those that could not be read.
    pub fn unreadable(&self) -> impl Iterator<Item = &UnreadableOverlay> {
        self.unreadable.iter().map(Arc::as_ref)
    }

    /// Whether there is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.readable.is_empty() && self.unreadable.is_empty()
    }

    /// Whether objects of this namespace with these labels and with those are chosen by the same overlays, opt-in
    /// aside.
    #[must_use]
    pub fn select_alike(
        &self,
        one: &BTreeMap<String, String>,
        other: &BTreeMap<String, String>,
        namespace: &Namespace,
    ) -> bool {
        let readable = self.readable().map(|overlay| &overlay.selection);
        let unreadable = self.unreadable().filter_map(|overlay| overlay.selection.as_ref());
        readable.chain(unreadable).all(|selection| {
            selection.matches(one, Some(namespace)) == selection.matches(other, Some(namespace))
        })
    }

    /// What is wrong with the overlays themselves: those that could not be read, and those of which there
    /// is a second one with the same name.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> =
            self.unreadable().flat_map(|overlay| overlay.diagnostics.iter().cloned()).collect();
        let mut seen = BTreeMap::new();
        for overlay in self.readable() {
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
