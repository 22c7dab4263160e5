//! Validity: what the API server would refuse of a workload with this pod, and of the pod itself.
//!
//! First the structure by Kubernetes' own schema, then the rules that no schema states. A field
//! whose structure is wrong is not judged a second time.

mod affinity;
mod annotations;
mod claim_template;
mod container;
mod dns;
mod environment;
mod findings;
mod formats;
mod handler;
mod metadata;
mod mounts;
mod pod;
mod ports;
mod projected;
mod quantity;
mod remote_disk;
mod resources;
mod security_context;
mod selector;
mod service;
mod spread;
mod structure;
#[cfg(test)]
mod tests;
mod tolerations;
mod volume_items;
mod volume_source;
mod volumes;
mod windows;
mod workload;

use std::collections::HashSet;

use serde_json::Value;

use self::findings::Findings;
pub use self::{quantity::Quantity, workload::Workload};
use crate::cursor::Cursor;
use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath, work::Work};

/// Judges whether the API server would accept the final pod, in a workload of this sort: an error
/// `invalid-structure` for each field of a wrong type and `invalid-field` for each broken rule.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`, `ValidatePodTemplateSpec` and
/// `ValidatePodCreate`; `pkg/apis/batch/validation/validation.go`, `ValidateJobSpec`.
#[must_use]
pub fn validity(template: &Value, workload: Workload, work: &Work) -> Vec<Diagnostic> {
    let mut found = structure::judge(template);
    let pod = Cursor::root(template).counted(work);
    let mut rules = Findings::default();
    metadata::judge(&pod, &mut rules);
    annotations::judge(&pod, &mut rules);
    pod::judge(&pod, workload, &mut rules);
    let said: HashSet<String> = found.iter().filter_map(|one| Some(one.path.as_ref()?.to_string())).collect();
    // Nothing is said again below a place of which something is said.
    let is_below = |path: &FieldPath| {
        let segments = path.segments();
        (0..=segments.len())
            .any(|depth| said.contains(&FieldPath::new(segments[..depth].to_vec()).to_string()))
    };
    let is_new = |one: &Diagnostic| said.is_empty() || !one.path.as_ref().is_some_and(is_below);
    found.extend(rules.into_diagnostics().into_iter().filter(is_new));
    found
}

/// What the API server could not even decode in a pod template: an error `invalid-structure` for each value of a wrong
/// type. What is missing is none of them.
#[must_use]
pub fn undecodable(template: &Value) -> Vec<Diagnostic> {
    structure::undecodable(template)
}

/// Whether an object of most kinds can be called so: as a DNS subdomain.
#[must_use]
pub fn is_object_name(name: &str) -> bool {
    (formats::SUBDOMAIN.holds)(name)
}

/// Judges a label selector that stands alone; paths are rooted at it.
#[must_use]
pub fn label_selector(value: &Value) -> Vec<Diagnostic> {
    let mut found = Findings::default();
    selector::labels(&Cursor::root(value), &mut found);
    found.into_diagnostics()
}

/// Judges what an author says of a Service (`labels`, `annotations`, `type`, `ports`); paths are rooted at it.
#[must_use]
pub fn service_settings(value: &Value) -> Vec<Diagnostic> {
    let mut found = Findings::default();
    service::judge(&Cursor::root(value), &mut found);
    found.into_diagnostics()
}

/// Whether two quantities are the same amount: `1000m` and `1`, `1Gi` and `1024Mi`. False when either is
/// no quantity.
#[must_use]
pub(crate) fn are_same_quantity(one: &Value, other: &Value) -> bool {
    let amounts = (Quantity::read(one), Quantity::read(other));
    matches!(amounts, (Some(one), Some(other)) if one == other)
}
