//! [`Band`]s, and the layers that overlays put into them.

use std::{borrow::Cow, fmt};

use super::{
    kind::OverlayKind,
    object::Overlay,
    patch::{EACH_CONTAINER, OverlayPatch},
    select::SelectedOverlays,
};
use podgraft_merge::{diagnostic::LayerId, layers::Patch, path::FieldPath};

/// A group of layers: everything of a later band wins over everything of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Cluster overlays' defaults.
    ClusterDefaults,
    /// The defaults of the namespace's overlays.
    NamespaceDefaults,
    /// The defaults of the overlays that the object lists, in its order.
    OptedInDefaults,
    /// What the object itself says, in its fields and templates.
    Object,
    /// The overrides of the namespace's overlays.
    NamespaceOverrides,
    /// Cluster overlays' overrides.
    ClusterOverrides,
}

impl Band {
    /// Whether the author's own layers lie under it.
    #[must_use]
    pub const fn is_override(self) -> bool {
        matches!(self, Self::NamespaceOverrides | Self::ClusterOverrides)
    }

    /// Whether priority orders its layers, so that two of one priority can be in conflict.
    #[must_use]
    pub(crate) const fn is_by_priority(self) -> bool {
        !matches!(self, Self::OptedInDefaults | Self::Object)
    }
}

impl Band {
    /// The band in words, where an object whose pods are changed is called so.
    #[must_use]
    pub fn describe(self, noun: &str) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::ClusterDefaults => "defaults of cluster overlays",
            Self::NamespaceDefaults => "defaults of namespace overlays",
            Self::OptedInDefaults => "defaults of opted-in overlays",
            Self::Object => return Cow::Owned(format!("the {noun}")),
            Self::NamespaceOverrides => "overrides of namespace overlays",
            Self::ClusterOverrides => "overrides of cluster overlays",
        })
    }
}

/// One patch of an overlay for one role's pod.
#[derive(Debug, Clone, Copy)]
pub struct OverlayLayer<'o> {
    /// Whose.
    pub overlay: &'o Overlay,
    /// Where in the order of things.
    pub band: Band,
    /// For an override, its overlay's place in [`SelectedOverlays::in_order_of_overrides`].
    pub rank: Option<usize>,
    /// The field that holds the patch: `eachContainer`, `podTemplate`, `workerPodTemplate`.
    pub field: &'static str,
    patch: &'o OverlayPatch,
}

impl<'o> OverlayLayer<'o> {
    /// The patch, as the engine takes it.
    #[must_use]
    pub const fn patch(&self) -> Patch<'o> {
        self.patch.patch()
    }

    /// `defaults` or `overrides`.
    #[must_use]
    pub const fn part(&self) -> &'static str {
        if self.band.is_override() { "overrides" } else { "defaults" }
    }

    /// Where in the overlay the patch is.
    #[must_use]
    pub fn origin(&self) -> FieldPath {
        FieldPath::fields(["spec", self.part(), self.field])
    }

    /// Which layer it is: `ClusterPodOverlay baseline (defaults)`.
    #[must_use]
    pub fn id(&self) -> &'o LayerId {
        let [defaults, overrides] = &self.overlay.layer_ids;
        if self.band.is_override() { overrides } else { defaults }
    }
}

impl fmt::Display for OverlayLayer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id().fmt(f)
    }
}

impl<'o> SelectedOverlays<'o> {
    /// The patches for a pod, first to last, without those of the object itself, whose place is [`Band::Object`]:
    /// those of `eachContainer`, then of these fields, in this order.
    #[must_use]
    pub fn layers(&self, templates: &[&'static str]) -> Vec<OverlayLayer<'o>> {
        let defaults =
            |kind: OverlayKind| self.automatic.iter().copied().filter(move |overlay| overlay.kind == kind);
        let mut layers = Vec::new();
        for overlay in defaults(OverlayKind::Cluster) {
            layers.extend(patches(overlay, Band::ClusterDefaults, None, templates));
        }
        for overlay in defaults(OverlayKind::Namespaced) {
            layers.extend(patches(overlay, Band::NamespaceDefaults, None, templates));
        }
        for overlay in &self.opted_in {
            layers.extend(patches(overlay, Band::OptedInDefaults, None, templates));
        }
        for (rank, overlay) in self.in_order_of_overrides().into_iter().enumerate() {
            let of_namespace = overlay.kind == OverlayKind::Namespaced;
            let band = if of_namespace { Band::NamespaceOverrides } else { Band::ClusterOverrides };
            layers.extend(patches(overlay, band, Some(rank), templates));
        }
        layers
    }
}

/// An overlay's patches of one part in the order in which they apply.
fn patches<'o>(
    overlay: &'o Overlay,
    band: Band,
    rank: Option<usize>,
    fields: &[&'static str],
) -> impl Iterator<Item = OverlayLayer<'o>> {
    let [defaults, overrides] = &overlay.patches;
    let patches = if band.is_override() { overrides } else { defaults };
    std::iter::once(EACH_CONTAINER).chain(fields.iter().copied()).filter_map(move |field| {
        let patch = patches.iter().find(|patch| patch.field == field)?;
        Some(OverlayLayer { overlay, band, rank, field, patch })
    })
}
