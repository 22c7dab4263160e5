//! The project's own kinds, as the API server knows them.

use kube::api::ApiResource;

use podgraft_pod::overlay::OverlayKind;

/// `locust.io/v2` `LocustTest`.
pub(crate) fn locust_test_resource() -> ApiResource {
    ApiResource {
        group: "locust.io".into(),
        version: "v2".into(),
        api_version: "locust.io/v2".into(),
        kind: "LocustTest".into(),
        plural: "locusttests".into(),
    }
}

/// A kind of overlay.
pub(crate) fn overlay_resource(kind: OverlayKind) -> ApiResource {
    ApiResource {
        group: "locust.io".into(),
        version: "v1alpha1".into(),
        api_version: "locust.io/v1alpha1".into(),
        kind: kind.as_str().into(),
        plural: format!("{}s", kind.as_str().to_lowercase()),
    }
}
