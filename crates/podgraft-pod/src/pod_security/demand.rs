//! [`PodSecurityDemand`]: who wants pods to be of which standard, and how strictly.

use podgraft_merge::diagnostic::{Position, Severity};

use super::standard::PodSecurityStandard;

/// Who wants pods to be of which standard, and how strictly.
#[derive(Debug, Clone, PartialEq)]
pub struct PodSecurityDemand {
    /// The standard.
    pub standard: PodSecurityStandard,
    /// An error refuses the pod.
    pub severity: Severity,
    /// Who demands it, as the end of a sentence: `namespace team-a enforces it`.
    pub reason: String,
    /// Where that is written.
    pub position: Option<Position>,
}
