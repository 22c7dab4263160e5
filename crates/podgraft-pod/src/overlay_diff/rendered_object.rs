//! [`RenderedObject`]: what an operator makes of one object, as far as two sets of overlays are compared by it.

use podgraft_merge::{
    diagnostic::{Diagnostic, LayerId},
    layers::Blame,
    path::FieldPath,
    schema::Schema,
};
use serde_json::Value;

use crate::{
    graft::{Grafted, Origins},
    pod_role::PodRole,
};

/// What an operator makes of one object with one set of overlays.
#[derive(Clone)]
pub struct RenderedObject<'a> {
    /// Its pods, in the operator's order.
    pub pods: Vec<RenderedPod<'a>>,
    /// What else is made of it and may follow from its pods: a Service.
    pub others: Vec<OtherObject<'a>>,
    /// Errors, warnings and notes; with an error, the object is refused.
    pub diagnostics: &'a [Diagnostic],
}

/// One of its pods.
#[derive(Clone)]
pub struct RenderedPod<'a> {
    /// Which of them.
    pub role: PodRole,
    /// The merged pod template.
    pub template: &'a Value,
    /// Which layer set what in it.
    pub setters: &'a dyn FieldSetters,
}

/// Another object than a pod.
#[derive(Clone)]
pub struct OtherObject<'a> {
    /// Its kind, for people; in lower case, for programs: `Service`.
    pub kind: &'static str,
    /// The object.
    pub value: &'a Value,
    /// The schema of its kind, where there is one.
    pub schema: Option<Schema>,
}

/// Which layer set what in a pod.
pub trait FieldSetters {
    /// The layer that set the field at this path of `template`, the merged pod template; `None` where nothing is there.
    fn layer_of(&self, path: &FieldPath, template: &Value) -> Option<LayerId>;
}

impl FieldSetters for Grafted<'_> {
    fn layer_of(&self, path: &FieldPath, template: &Value) -> Option<LayerId> {
        let blame = self.provenance().map_or(Blame::Base, |provenance| provenance.blame(path, template));
        match blame {
            Blame::Base => Some(LayerId::base()),
            Blame::Layer(layer) => self.layers.get(layer).map(|layer| layer.id.clone()),
            Blame::Absent(_) => None,
        }
    }
}

impl FieldSetters for Origins {
    fn layer_of(&self, path: &FieldPath, template: &Value) -> Option<LayerId> {
        Self::layer_of(self, path, template).cloned()
    }
}

impl<'a> RenderedObject<'a> {
    /// An object of which one pod template is made, and nothing else that overlays change.
    #[must_use]
    pub fn of_pod(pod: &'a Grafted<'_>, diagnostics: &'a [Diagnostic]) -> Self {
        let pod = RenderedPod { role: PodRole::ONLY, template: &pod.template, setters: pod };
        Self { pods: vec![pod], others: Vec::new(), diagnostics }
    }

    /// Whether the object is refused.
    pub(super) fn is_refused(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}
