//! What expressions may cost, in the API server's units.
//!
//! # Source
//! Kubernetes 1.37.2, apiserver `pkg/apis/cel/config.go`.

/// What one expression may cost: `PerCallLimit`.
pub(super) const PER_EXPRESSION: u64 = 1_000_000;
/// What all expressions together may cost for one pod: `RuntimeCELCostBudget`.
pub(super) const PER_POD: u64 = 10_000_000;
