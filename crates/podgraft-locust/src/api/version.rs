//! [`Version`]: the two versions of a `LocustTest`.

/// The two versions of a `LocustTest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `locust.io/v1`, deprecated.
    V1,
    /// `locust.io/v2`, stored.
    V2,
}

impl Version {
    /// Its name in the CRD.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }

    /// What objects of it have as `apiVersion`.
    #[must_use]
    pub const fn api_version(self) -> &'static str {
        match self {
            Self::V1 => "locust.io/v1",
            Self::V2 => "locust.io/v2",
        }
    }

    /// The version of objects with this `apiVersion`; `None` where a `LocustTest` has no such version.
    #[must_use]
    pub fn of_api_version(api_version: &str) -> Option<Self> {
        [Self::V1, Self::V2].into_iter().find(|version| version.api_version() == api_version)
    }

    /// The other of the two.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::V1 => Self::V2,
            Self::V2 => Self::V1,
        }
    }
}
