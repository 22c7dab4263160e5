//! Which layer set what in the pods of an object: [`Explanation`], and its views.
//!
//! An operator grafts the pods of an object and hands them to [`Explanation::of`]; a [`Filter`] chooses what is told of
//! them, and [`to_text`], [`to_yaml`], [`to_json`] and [`to_html`] tell it.

mod filter;
mod html;
mod json;
mod leaf_history;
mod path_query;
mod protected;
mod reason;
mod text;
mod yaml;

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use serde_json::Value;

use crate::{
    graft::{Grafted, SourcedLayer},
    manifest::Document,
    overlay::Band,
    pod_role::PodRole,
    redaction::{EnvValues, NumberedValues},
};

pub use filter::{Filter, Filtered, FilteredPod};
pub use html::to_html;
pub use json::to_json;
pub use leaf_history::{LeafAttribution, LeafHistory, PreviousLeaf};
pub use path_query::PathQuery;
pub use protected::{ProtectedFieldEntry, protected_to_json, protected_to_text};
pub use reason::Reason;
pub use text::to_text;
pub use yaml::to_yaml;

/// One object: its pods with which layer set what in them, and its diagnostics.
#[derive(Debug)]
pub struct Explanation {
    /// Its kind: `LocustTest`.
    pub kind: String,
    /// `metadata.name`; empty where there is none.
    pub name: String,
    /// `metadata.namespace`, where one is known.
    pub namespace: Option<String>,
    /// Its pods, in the operator's order; none of an object that cannot be read.
    pub pods: Vec<ExplainedPod>,
    /// The errors, warnings and notes of rendering it.
    pub diagnostics: Vec<Diagnostic>,
}

/// One of an object's pods.
#[derive(Debug)]
pub struct ExplainedPod {
    /// Which of them.
    pub role: PodRole,
    /// The merged pod template.
    pub template: Value,
    /// The layers, first to last. The first is the base.
    pub layers: Vec<ExplainedLayer>,
    /// Every leaf, in the template's order.
    pub leaves: Vec<LeafHistory>,
    /// Every leaf that was there once and is gone.
    pub removed: Vec<LeafHistory>,
}

/// A layer, or the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedLayer {
    /// Display name: `base`, `typed field .spec.image`, `ClusterPodOverlay baseline (defaults)`.
    pub name: String,
    /// The group of layers that it belongs to; `None` for the base.
    pub band: Option<Band>,
    /// An overlay's generation, where it comes from a cluster.
    pub generation: Option<i64>,
}

impl Explanation {
    /// What is to be told of the object in `document`: its pods, as they were grafted, and the diagnostics of rendering
    /// it. Kind, name and namespace are the document's.
    #[must_use]
    pub fn of<'a>(
        document: &Document,
        pods: impl IntoIterator<Item = (PodRole, Grafted<'a>)>,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        let text = |pointer: &str| document.value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        Self {
            kind: text("/kind").unwrap_or_else(|| "object".to_owned()),
            name: text("/metadata/name").unwrap_or_default(),
            namespace: text("/metadata/namespace"),
            pods: pods.into_iter().map(|(role, pod)| ExplainedPod::of(role, pod, document)).collect(),
            diagnostics,
        }
    }

    /// The same of an object of which one pod template is made.
    #[must_use]
    pub fn of_pod(document: &Document, pod: Grafted<'_>, diagnostics: Vec<Diagnostic>) -> Self {
        Self::of(document, [(PodRole::ONLY, pod)], diagnostics)
    }

    /// The same without the values of environment variables; equal ones have equal numbers.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        let (mut numbers, root) = (NumberedValues::default(), FieldPath::root());
        let env_values = EnvValues::of(self.pods.iter().map(|pod| &pod.template));
        for pod in &mut self.pods {
            for leaf in pod.leaves.iter_mut().chain(&mut pod.removed) {
                leaf.value = numbers.redacted(&leaf.path, &leaf.value);
                for previous in &mut leaf.shadowed {
                    previous.value = numbers.redacted(&previous.path, &previous.value);
                }
            }
            pod.template = numbers.redacted(&root, &pod.template);
        }
        self.diagnostics =
            self.diagnostics.into_iter().map(|one| env_values.redact_diagnostic(one)).collect();
        self
    }

    /// Whether the object is refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The object's kind, namespace and name, for people.
    #[must_use]
    pub fn title(&self) -> String {
        let name = if self.name.is_empty() { "without a name" } else { &self.name };
        match &self.namespace {
            Some(namespace) => format!("{} {namespace}/{name}", self.kind),
            None => format!("{} {name}", self.kind),
        }
    }
}

impl ExplainedPod {
    fn of(role: PodRole, pod: Grafted<'_>, document: &Document) -> Self {
        let base = ExplainedLayer { name: "base".to_owned(), band: None, generation: None };
        let layer = |layer: &SourcedLayer<'_>| ExplainedLayer {
            name: layer.id.to_string(),
            band: Some(layer.band()),
            generation: layer.overlay().and_then(|layer| layer.overlay.generation),
        };
        let layers = std::iter::once(base).chain(pod.layers.iter().map(layer)).collect();
        let (leaves, removed) = leaf_history::of(&pod, document);
        Self { role, template: pod.template, layers, leaves, removed }
    }

    /// The name of a layer.
    #[must_use]
    pub fn layer_name(&self, layer: usize) -> &str {
        self.layers.get(layer).map_or("", |layer| &layer.name)
    }
}
