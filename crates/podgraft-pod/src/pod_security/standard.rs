//! [`PodSecurityStandard`]: a level and the version of its policy.

use std::{fmt, str::FromStr, sync::LazyLock};

use podgraft_merge::{diagnostic::did_you_mean, schema::KUBERNETES_VERSION};

/// A level of the Pod Security Standards, from what allows most to what allows least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PodSecurityLevel {
    /// Everything is allowed.
    Privileged,
    /// Known ways to escape from a container are not.
    Baseline,
    /// What hardened pods do not need is not.
    Restricted,
}

impl PodSecurityLevel {
    /// All levels, from what allows most.
    pub const ALL: [Self; 3] = [Self::Privileged, Self::Baseline, Self::Restricted];

    /// How it is written in labels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

impl fmt::Display for PodSecurityLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `api/helpers.go`, `ParseLevel`.
impl FromStr for PodSecurityLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|level| level.as_str() == text).ok_or_else(|| {
            let near = did_you_mean(text, Self::ALL.map(Self::as_str));
            format!("write the level as privileged, baseline or restricted, not as {text:?}{near}")
        })
    }
}

/// The version of a policy: that of a Kubernetes release, or always the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PolicyVersion {
    /// `v1.` and this minor version.
    Minor(u64),
    /// Whatever the API server has as its newest.
    #[default]
    Latest,
}

/// The newest minor version whose policy is known: that of the Kubernetes release that everything here is of.
static NEWEST: LazyLock<u64> = LazyLock::new(|| {
    let minor = KUBERNETES_VERSION.split('.').nth(1);
    minor.and_then(|minor| minor.parse().ok()).unwrap_or_default()
});

impl PolicyVersion {
    /// The newest version that is known; a newer one is judged as this one.
    #[must_use]
    pub fn newest() -> Self {
        Self::Minor(*NEWEST)
    }

    /// Whether the API server may know checks of this version that are not known here.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::Minor(minor) if minor > *NEWEST)
    }

    /// The minor version that is judged.
    pub(super) fn minor(self) -> u64 {
        match self {
            Self::Minor(minor) => minor.min(*NEWEST),
            Self::Latest => *NEWEST,
        }
    }
}

impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minor(minor) => write!(f, "v1.{minor}"),
            Self::Latest => f.write_str("latest"),
        }
    }
}

/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `api/helpers.go`, `ParseVersion`.
impl FromStr for PolicyVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "latest" {
            return Ok(Self::Latest);
        }
        let digits = text.strip_prefix("v1.").filter(|minor| {
            minor.bytes().all(|byte| byte.is_ascii_digit()) && (*minor == "0" || !minor.starts_with('0'))
        });
        // Go reads a signed number.
        let minor = digits.and_then(|minor| minor.parse::<i64>().ok());
        minor.and_then(|minor| u64::try_from(minor).ok()).map(Self::Minor).ok_or_else(|| {
            format!("write the version as \"latest\", or as v1. and a minor version such as v1.30, not as {text:?}")
        })
    }
}

/// A level and the version of its policy, written `restricted:v1.30`; without a version it is the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PodSecurityStandard {
    /// The level.
    pub level: PodSecurityLevel,
    /// The version of the level's policy.
    pub version: PolicyVersion,
}

impl PodSecurityStandard {
    /// The standard by which it is judged: that of the newest version for each that is not known here.
    #[must_use]
    pub fn as_judged(self) -> Self {
        Self { level: self.level, version: PolicyVersion::Minor(self.version.minor()) }
    }
}

impl fmt::Display for PodSecurityStandard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level, self.version)
    }
}

impl FromStr for PodSecurityStandard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (level, version) = match text.split_once(':') {
            Some((level, version)) => (level, version.parse()?),
            None => (text, PolicyVersion::Latest),
        };
        Ok(Self { level: level.parse()?, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standards_are_read_as_labels_are() {
        for text in ["privileged:latest", "baseline:v1.0", "restricted:v1.37", "restricted:v1.4000"] {
            assert_eq!(text.parse::<PodSecurityStandard>().unwrap().to_string(), text);
        }
        assert_eq!("baseline".parse::<PodSecurityStandard>().unwrap().to_string(), "baseline:latest");
        for text in ["", "Baseline", "base", "baseline:", "baseline:1.30", "baseline:v1.030", "baseline:v1."]
        {
            assert!(text.parse::<PodSecurityStandard>().is_err(), "{text}");
        }
        for text in ["baseline:v2.0", "baseline:v1.+1", "baseline:v1.9223372036854775808", ":v1.2"] {
            assert!(text.parse::<PodSecurityStandard>().is_err(), "{text}");
        }
        let error = "restrictd".parse::<PodSecurityStandard>().unwrap_err();
        assert!(error.ends_with("did you mean \"restricted\"?"), "{error}");
    }

    #[test]
    fn a_version_that_is_not_out_is_unknown() {
        let PolicyVersion::Minor(newest) = PolicyVersion::newest() else { panic!("no number") };
        assert!(newest >= 37, "{newest}");
        assert!(!PolicyVersion::Minor(newest).is_unknown() && !PolicyVersion::Latest.is_unknown());
        assert!(PolicyVersion::Minor(newest + 1).is_unknown());
        assert_eq!(PolicyVersion::Minor(newest + 1).minor(), PolicyVersion::Latest.minor());
    }
}
