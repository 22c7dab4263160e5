//! Overlays: what a platform team says of the pods that operators make.
//!
//! [`Overlays`] are read and checked once; [`Overlays::applying`] says which of them apply to an object, in
//! which order, and [`SelectedOverlays::layers`] which patches they put into which [`Band`] of a role's pod.
//! What must be true of the final pods is in [`constraint`].

pub mod api;
mod conflict;
pub mod constraint;
mod judge;
mod kind;
mod layer;
mod namespace;
mod object;
mod patch;
mod read;
mod read_overlay;
mod reference;
mod select;
mod selection;
mod selector;
mod set;

pub use api::{OverlayApi, OverlayReference, SpecSchema};
pub use conflict::{Conflict, Overlap, OverlapRecorder, conflicts};
pub use judge::{JudgedPod, judge};
pub use kind::OverlayKind;
pub use layer::{Band, OverlayLayer};
pub use namespace::{NAME_LABEL, Namespace};
pub use object::{Overlay, UnreadableOverlay};
pub use read_overlay::ReadOverlay;
pub use reference::OverlayId;
pub use select::{OverlayHost, SelectedOverlays, labels_of};
pub use selection::{Match, Selection};
pub use selector::Selector;
pub use set::Overlays;
