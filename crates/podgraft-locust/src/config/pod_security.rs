//! [`PodSecuritySettings`]: what becomes of tests whose pods their namespace would refuse.

use podgraft_merge::diagnostic::Severity;
use serde::{Deserialize, Serialize};

/// What becomes of tests whose pods the Pod Security level of their namespace would refuse.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodSecuritySettings {
    /// What follows from the label `pod-security.kubernetes.io/enforce` of a test's namespace.
    pub on_enforce: OnEnforce,
    /// What the API server is configured to exempt.
    pub exemptions: PodSecurityExemptions,
}

/// What the API server is configured to exempt: the same as in its `PodSecurityConfiguration`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodSecurityExemptions {
    /// Namespaces whose labels do not count.
    pub namespaces: Vec<String>,
    /// Runtime classes of pods that are not judged.
    pub runtime_classes: Vec<String>,
}

/// What follows from the level that a namespace enforces. The API server may exempt the pods or be configured otherwise,
/// and a mutating webhook may mend them, so that what is found need not come true.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnEnforce {
    /// The author is warned.
    #[default]
    Warn,
    /// The test is refused.
    Refuse,
    /// Nothing.
    Off,
}

impl OnEnforce {
    /// How much a pod matters that would be refused; `None` where nobody asks.
    #[must_use]
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Warn => Some(Severity::Warning),
            Self::Refuse => Some(Severity::Error),
            Self::Off => None,
        }
    }
}
