//! [`OverlayKind`]: the two kinds of overlay.

use std::fmt;

/// The two kinds of overlay, in the order in which their defaults apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OverlayKind {
    /// `ClusterPodOverlay`: for the objects of every namespace that it selects.
    Cluster,
    /// `PodOverlay`: for the objects of its own namespace.
    Namespaced,
}

impl OverlayKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Cluster, Self::Namespaced];

    /// The kind as objects write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "ClusterPodOverlay",
            Self::Namespaced => "PodOverlay",
        }
    }
}

impl fmt::Display for OverlayKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
