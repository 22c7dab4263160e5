//! [`PodSecurity`]: Pod Security Standards as a rule of a graft.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use podgraft_merge::{
    diagnostic::{Diagnostic, Severity},
    work::{MADE, Work},
};
use serde_json::{Value, json};

use super::{Grafted, Rule};
use crate::{
    codes, manifest,
    overlay::Overlay,
    pod_security::{
        OffendingField, PodSecurityDemand, PodSecurityStandard, PodSecurityViolation, unknown_version,
        violations,
    },
};

/// The pod must be of every standard that somebody demands, beside those that overlays do: these are
/// [`Constraints`](super::Constraints), and what they refuse is not said again.
#[derive(Clone, Copy)]
pub struct PodSecurity<'a> {
    /// Who demands which.
    pub demands: &'a [PodSecurityDemand],
    /// The overlays that apply.
    pub overlays: &'a [&'a Overlay],
    /// Counts what is looked at.
    pub work: &'a Work,
}

impl Rule for PodSecurity<'_> {
    fn check(&self, pod: &Grafted<'_>) -> Vec<Diagnostic> {
        let mut demands: Vec<&PodSecurityDemand> = self.demands.iter().collect();
        demands.sort_by_key(|demand| demand.severity);
        let mut refusals = Refusals::new(pod, self.work);
        for overlay in self.overlays {
            overlay.pod_security_demands().for_each(|demand| drop(refusals.of(&demand)));
        }
        demands.into_iter().flat_map(|demand| refusals.of(demand)).collect()
    }
}

/// What is refused of one pod. What one demand refuses is not said again for another.
pub(super) struct Refusals<'a> {
    pod: &'a Grafted<'a>,
    template: Cow<'a, Value>,
    work: &'a Work,
    judged: HashSet<PodSecurityStandard>,
    said: HashSet<(&'static str, String)>,
}

impl<'a> Refusals<'a> {
    pub(super) fn new(pod: &'a Grafted<'a>, work: &'a Work) -> Self {
        Self { pod, template: as_stored(&pod.template), work, judged: HashSet::new(), said: HashSet::new() }
    }

    /// What a demand refuses, beside what was refused before.
    pub(super) fn of(&mut self, demand: &PodSecurityDemand) -> Vec<Diagnostic> {
        let of_version = unknown_version(demand.standard);
        let of_version =
            of_version.map(|one| one.help(demand.reason.clone()).positioned(demand.position.clone()));
        let mut found = Vec::from_iter(of_version);
        if self.work.is_spent() || !self.judged.insert(demand.standard.as_judged()) {
            return found;
        }
        for violation in violations(&self.template, demand.standard, self.work) {
            // A path and its words.
            self.work.spend(violation.fields.len() * 2 * MADE);
            let is_new = |field: &OffendingField| self.said.insert((violation.check, field.path.to_string()));
            let fields = violation.fields.into_iter().filter(is_new).collect();
            for fields in by_layer(fields, self.pod) {
                found.push(refusal(&PodSecurityViolation { check: violation.check, fields }, demand));
            }
        }
        found
    }
}

/// The template with what the API server fills in before it judges: a volume without a source is an emptyDir.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/v1/defaults.go`, `SetDefaults_Volume`.
fn as_stored(template: &Value) -> Cow<'_, Value> {
    const VOLUMES: &str = "/spec/volumes";
    let has_no_source = |volume: &Value| {
        volume.as_object().is_some_and(|of| of.iter().all(|(name, value)| name == "name" || value.is_null()))
    };
    let volumes = template.pointer(VOLUMES).and_then(Value::as_array);
    if !volumes.is_some_and(|volumes| volumes.iter().any(has_no_source)) {
        return Cow::Borrowed(template);
    }
    let mut stored = template.clone();
    let volumes = stored.pointer_mut(VOLUMES).and_then(Value::as_array_mut);
    for volume in volumes.into_iter().flatten().filter(|volume| has_no_source(volume)) {
        volume["emptyDir"] = json!({});
    }
    Cow::Owned(stored)
}

/// The fields of each layer that is to blame, first to last, so that everybody is told of their own.
fn by_layer(fields: Vec<OffendingField>, pod: &Grafted<'_>) -> impl Iterator<Item = Vec<OffendingField>> {
    let mut layers: BTreeMap<Option<usize>, Vec<OffendingField>> = BTreeMap::new();
    for field in fields {
        layers.entry(pod.layer_to_blame(&field.path)).or_default().push(field);
    }
    layers.into_values()
}

/// That a pod violates a check.
fn refusal(violation: &PodSecurityViolation, demand: &PodSecurityDemand) -> Diagnostic {
    let message = format!(
        "{}: Pod Security {} demands it (check {})",
        violation.message(),
        demand.standard,
        violation.check
    );
    let help = match template_piece(violation) {
        Some(piece) => format!("{}; as a piece of a template: {piece}", demand.reason),
        None => demand.reason.clone(),
    };
    let refusal = match demand.severity {
        Severity::Error => Diagnostic::error(codes::POD_SECURITY, message),
        Severity::Warning => Diagnostic::warning(codes::POD_SECURITY, message),
        Severity::Note => Diagnostic::note(codes::POD_SECURITY, message),
    };
    refusal.help(help).at(violation.path()).positioned(demand.position.clone())
}

/// The remedy as a piece of a template, on one line; of many fields, that of the first.
fn template_piece(violation: &PodSecurityViolation) -> Option<String> {
    const FIELDS: usize = 4;
    let many = violation.fields.len() > FIELDS;
    let shown = if many { 1 } else { violation.fields.len() };
    let fields = violation.fields.get(..shown)?.to_vec();
    let piece = PodSecurityViolation { fields, ..*violation }.template_piece()?;
    if piece.as_object().is_none_or(serde_json::Map::is_empty) {
        return None;
    }
    let text = manifest::to_json_line(&piece);
    Some(if many { format!("{text}, and the others likewise") } else { text })
}
