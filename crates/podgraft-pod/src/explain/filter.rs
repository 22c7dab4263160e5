//! [`Filter`]: which leaves to tell of.

use podgraft_merge::diagnostic::did_you_mean;

use super::{ExplainedPod, Explanation, LeafHistory, PathQuery};
use crate::pod_role::PodRole;

/// Which leaves to tell of; all of them unless it says otherwise.
#[derive(Debug, Default)]
pub struct Filter {
    /// Only those of this pod.
    pub role: Option<PodRole>,
    /// Only those set, or removed, by layers with this in their names.
    pub layer: Option<String>,
    /// Only those that are not as the base made them.
    pub changed_only: bool,
    /// Only those at or below these places.
    pub asked: Vec<PathQuery>,
}

/// What is told of an object.
#[derive(Debug)]
pub struct Filtered<'e> {
    /// The object.
    pub explanation: &'e Explanation,
    /// The chosen pods.
    pub pods: Vec<FilteredPod<'e>>,
    /// The places that were asked about where nothing is, nor was, in any of these pods.
    pub nothing: Vec<String>,
}

/// What is told of a pod.
#[derive(Debug)]
pub struct FilteredPod<'e> {
    /// The pod.
    pub pod: &'e ExplainedPod,
    /// The chosen leaves, in the template's order.
    pub leaves: Vec<&'e LeafHistory>,
    /// The chosen ones of those that are gone.
    pub removed: Vec<&'e LeafHistory>,
}

impl Filter {
    /// What is told of an object.
    #[must_use]
    pub fn of<'e>(&self, explanation: &'e Explanation) -> Filtered<'e> {
        let pods =
            explanation.pods.iter().filter(|pod| self.role.as_ref().is_none_or(|role| *role == pod.role));
        let chosen = |pod: &'e ExplainedPod| {
            let asked: Vec<_> = self.asked.iter().map(|asked| asked.in_pod(pod)).collect();
            let wanted = |told: &&LeafHistory| {
                let layer = pod.layer_name(told.setter.layer);
                self.layer.as_ref().is_none_or(|part| layer.contains(part.as_str()))
                    && (asked.is_empty() || asked.iter().any(|asked| asked.covers(&told.path)))
            };
            let changed = |told: &&LeafHistory| !self.changed_only || told.setter.layer > 0;
            FilteredPod {
                pod,
                leaves: pod.leaves.iter().filter(changed).filter(wanted).collect(),
                removed: pod.removed.iter().filter(wanted).collect(),
            }
        };
        let pods: Vec<FilteredPod<'e>> = pods.map(chosen).collect();
        let told = |asked: &&PathQuery| pods.iter().any(|chosen| asked.is_told_in(chosen.pod));
        let nothing =
            self.asked.iter().filter(|asked| !told(asked)).map(|asked| asked.text.clone()).collect();
        Filtered { explanation, pods, nothing }
    }

    /// What to correct in the choice, if it can mean nothing in any of these objects.
    ///
    /// # Errors
    /// One line for a person.
    pub fn check(&self, explanations: &[Explanation]) -> Result<(), String> {
        let pods: Vec<&ExplainedPod> =
            explanations.iter().flat_map(|explanation| &explanation.pods).collect();
        if pods.is_empty() {
            // Nothing could be read: that is said already.
            return Ok(());
        }
        self.asked.iter().try_for_each(|asked| asked.check(&pods))?;
        let Some(part) = &self.layer else { return Ok(()) };
        let mut names: Vec<&str> =
            pods.iter().flat_map(|pod| &pod.layers).map(|layer| layer.name.as_str()).collect();
        if names.iter().any(|name| name.contains(part.as_str())) {
            return Ok(());
        }
        names.sort_unstable();
        names.dedup();
        // Mostly it is an overlay's name that was meant.
        let words = names.iter().flat_map(|name| name.split([' ', '/', '(', ')']));
        let near = did_you_mean(part, words);
        let known = if near.is_empty() { format!(": there is {}", names.join(", ")) } else { near };
        Err(format!("no layer has \"{part}\" in its name{known}"))
    }
}
