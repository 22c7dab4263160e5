//! [`Enforcement`]: what a namespace's labels make the API server enforce.

use std::collections::BTreeMap;

use super::standard::{PodSecurityLevel, PodSecurityStandard, PolicyVersion};

/// The label with the level that a namespace enforces.
pub const ENFORCE_LABEL: &str = "pod-security.kubernetes.io/enforce";

/// The label with the version of that level's policy.
pub const ENFORCE_VERSION_LABEL: &str = "pod-security.kubernetes.io/enforce-version";

/// What a namespace's labels make the API server enforce, unless it is configured otherwise: its configuration can state
/// another default, and exempt namespaces, users and runtime classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Enforcement {
    /// The standard; privileged where no label states a level.
    pub standard: PodSecurityStandard,
    /// The labels that cannot be read, which makes the API server enforce what is strictest.
    pub invalid: Vec<InvalidLabel>,
}

/// A label whose value cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidLabel {
    /// The label.
    pub label: &'static str,
    /// What to write, in words.
    pub message: String,
}

impl Enforcement {
    /// What these labels of a namespace mean.
    ///
    /// # Source
    /// `k8s.io/pod-security-admission` v0.37.2, `api/helpers.go`, `PolicyToEvaluate`.
    #[must_use]
    pub fn from_labels(labels: &BTreeMap<String, String>) -> Self {
        let mut invalid = Vec::new();
        let level = labels.get(ENFORCE_LABEL).map_or(PodSecurityLevel::Privileged, |text| {
            text.parse().unwrap_or_else(|message| {
                invalid.push(InvalidLabel { label: ENFORCE_LABEL, message });
                PodSecurityLevel::Restricted
            })
        });
        let version = labels.get(ENFORCE_VERSION_LABEL).map_or(PolicyVersion::Latest, |text| {
            text.parse().unwrap_or_else(|message| {
                invalid.push(InvalidLabel { label: ENFORCE_VERSION_LABEL, message });
                PolicyVersion::Latest
            })
        });
        Self { standard: PodSecurityStandard { level, version }, invalid }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(labels: &[(&str, &str)]) -> (String, usize) {
        let labels = labels.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned()));
        let enforcement = Enforcement::from_labels(&labels.collect());
        (enforcement.standard.to_string(), enforcement.invalid.len())
    }

    #[test]
    fn labels_that_cannot_be_read_are_the_strictest() {
        assert_eq!(of(&[]), ("privileged:latest".to_owned(), 0));
        assert_eq!(of(&[(ENFORCE_VERSION_LABEL, "v1.20")]), ("privileged:v1.20".to_owned(), 0));
        assert_eq!(of(&[(ENFORCE_LABEL, "baseline")]), ("baseline:latest".to_owned(), 0));
        let both = [(ENFORCE_LABEL, "restricted"), (ENFORCE_VERSION_LABEL, "v1.25")];
        assert_eq!(of(&both), ("restricted:v1.25".to_owned(), 0));
        assert_eq!(of(&[(ENFORCE_LABEL, "Baseline")]), ("restricted:latest".to_owned(), 1));
        let wrong = [(ENFORCE_LABEL, "base"), (ENFORCE_VERSION_LABEL, "1.25")];
        assert_eq!(of(&wrong), ("restricted:latest".to_owned(), 2));
    }
}
