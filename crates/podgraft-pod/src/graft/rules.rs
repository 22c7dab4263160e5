//! The rules that hold for the pods of every operator.

use podgraft_merge::{
    diagnostic::Diagnostic,
    path::{FieldPath, Lookup},
    work::Work,
};

use super::{Grafted, Rule, pod_security::Refusals, repeated_items};
use crate::{
    overlay::{self, JudgedPod, Namespace, Overlay},
    validity::{Workload, validity},
};

/// What the API server would refuse; see [`validity`].
#[derive(Debug, Clone, Copy)]
pub struct Validity<'a> {
    /// What the pod template is for.
    pub workload: Workload,
    /// Counts what is looked at.
    pub work: &'a Work,
}

impl Rule for Validity<'_> {
    fn check(&self, pod: &Grafted<'_>) -> Vec<Diagnostic> {
        validity(&pod.template, self.workload, self.work)
    }

    fn yields_to_earlier(&self) -> bool {
        true
    }
}

/// A warning of each item that is in its list twice, where nothing identifies the items, as in tolerations.
#[derive(Debug, Clone, Copy, Default)]
pub struct RepeatedItems;

impl Rule for RepeatedItems {
    fn check(&self, pod: &Grafted<'_>) -> Vec<Diagnostic> {
        repeated_items::repeated_items(pod)
    }

    fn needs_all_layers(&self) -> bool {
        true
    }
}

/// What the constraints of overlays refuse. What an override of the same overlay or of a later one made so is not
/// judged.
#[derive(Clone, Copy)]
pub struct Constraints<'a> {
    /// The overlays that apply, as their overrides do.
    pub overlays: &'a [&'a Overlay],
    /// The namespace that the pod goes to, where it is known.
    pub namespace: Option<&'a Namespace>,
    /// What to do about a place that no layer set, for the help.
    pub help_of_base: fn(&FieldPath) -> String,
    /// Counts what is looked at.
    pub work: &'a Work,
}

impl Rule for Constraints<'_> {
    fn check(&self, pod: &Grafted<'_>) -> Vec<Diagnostic> {
        let Some(provenance) = pod.authored() else { return Vec::new() };
        let judged = JudgedPod {
            pod: &pod.template,
            namespace: self.namespace,
            overlays: self.overlays,
            work: self.work,
        };
        let lookup = Lookup::default();
        let found = overlay::judge(&judged, |path, rank| {
            let is_later = |layer: Option<usize>| {
                let rank_of = layer.and_then(|layer| pod.layers.get(layer)?.rank());
                rank_of.is_some_and(|overriding| overriding >= rank)
            };
            let inside = provenance.leaves_below(path, &pod.template, &lookup);
            if inside.is_empty() {
                return is_later(provenance.history(path).last_setter());
            }
            // Of a map or list, everything must be as overrides made it.
            inside.iter().all(|leaf| is_later(leaf.history.last_setter()))
        });
        let found = found.into_iter().map(|one| self.with_help_of_base(one, pod));
        let mut refusals = Refusals::new(pod, self.work);
        let demands = self.overlays.iter().flat_map(|overlay| overlay.pod_security_demands());
        found.chain(demands.flat_map(|demand| refusals.of(&demand))).collect()
    }
}

impl Constraints<'_> {
    fn with_help_of_base(&self, found: Diagnostic, pod: &Grafted<'_>) -> Diagnostic {
        match (&found.path, &found.help) {
            (Some(path), Some(help)) if pod.maker_to_blame(path).is_none() => {
                let help = format!("{help}; {}", (self.help_of_base)(path));
                found.help(help)
            }
            _ => found,
        }
    }
}
