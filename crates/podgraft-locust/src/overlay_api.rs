//! The overlays of the `locust.io` API: how they are read.

use podgraft_pod::{
    manifest::Document,
    noun::Noun,
    overlay::{OverlayApi, OverlayKind, Overlays, SpecSchema},
};
use serde_json::Value;

use crate::{
    field_advice::OverlayAdvice,
    spec_schemas::{CLUSTER_OVERLAY, OVERLAY},
};

/// What a LocustTest is called in messages and reports.
pub const NOUN: Noun = Noun { one: "test", many: "tests" };

/// The overlays of the `locust.io` API.
pub static OVERLAY_API: OverlayApi =
    OverlayApi { group: "locust.io", version: "v1alpha1", noun: NOUN.one, spec, advice: &OverlayAdvice };

fn spec(kind: OverlayKind) -> &'static SpecSchema {
    if kind == OverlayKind::Cluster { &CLUSTER_OVERLAY } else { &OVERLAY }
}

/// Reads those of the objects that are overlays of the `locust.io` API; their order means nothing.
#[must_use]
pub fn read_overlays(documents: impl IntoIterator<Item = Document>) -> Overlays {
    Overlays::read(&OVERLAY_API, documents)
}

/// The kind of overlay that an object is, if it is one of the `locust.io` API.
#[must_use]
pub fn overlay_kind(value: &Value) -> Option<OverlayKind> {
    OVERLAY_API.kind_of(value)
}
