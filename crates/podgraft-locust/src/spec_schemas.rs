//! The schemas of the specs of `LocustTests` and overlays, as they are checked offline.

use std::sync::LazyLock;

use podgraft_merge::path::{FieldPath, Segment};
use podgraft_pod::overlay::SpecSchema;
use serde_json::Value;

/// The schemas as [`api::offline_schemas`](crate::api::offline_schemas) makes them: generating them takes longer than
/// all the rest of a render.
const SCHEMAS: &str = include_str!("api/offline.schema.json");

/// The spec of a `LocustTest` of v1.
pub(crate) static V1: LazyLock<SpecSchema> = LazyLock::new(|| spec_schema("v1"));
/// The spec of a `LocustTest` of v2.
pub(crate) static V2: LazyLock<SpecSchema> = LazyLock::new(|| spec_schema("v2"));
/// The spec of an overlay for the whole cluster.
pub(crate) static CLUSTER_OVERLAY: LazyLock<SpecSchema> = LazyLock::new(|| spec_schema("ClusterPodOverlay"));
/// The spec of an overlay of a namespace.
pub(crate) static OVERLAY: LazyLock<SpecSchema> = LazyLock::new(|| spec_schema("PodOverlay"));

/// Whether v2 has a field of this name at `path`, a part of the spec.
pub(crate) fn is_field_of_v2(path: &FieldPath, name: &str) -> bool {
    let mut schema = &V2.schema;
    for segment in path.segments().iter().skip(1) {
        let inner = match segment {
            Segment::Field(field) => schema.get("properties").and_then(|fields| fields.get(field)),
            _ => schema.get("items"),
        };
        let Some(inner) = inner else { return false };
        schema = inner;
    }
    schema.get("properties").is_some_and(|fields| fields.get(name).is_some())
}

/// The schema of the spec of this version or kind.
fn spec_schema(name: &str) -> SpecSchema {
    let schemas: Value = serde_json::from_str(SCHEMAS).unwrap_or_default();
    SpecSchema::new(schemas.get(name).cloned().unwrap_or_default())
}
