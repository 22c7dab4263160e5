//! Who set what in the pods of a test: [`Explanation`], and its views.

mod filter;
mod html;
mod json;
mod leaf_history;
mod path_query;
mod protected;
mod reason;
mod text;
mod yaml;

pub use filter::{Filter, Filtered, FilteredPod};
pub use html::to_html;
pub use json::to_json;
pub use leaf_history::{LeafAttribution, LeafHistory, PreviousLeaf};
pub use path_query::PathQuery;
use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::{graft::SourcedLayer, manifest::Document, overlay::Band};
pub use protected::{protected_to_json, protected_to_text};
pub use reason::Reason;
use serde_json::Value;

use crate::{ClusterContext, ExplainedPod, config::Config, role::Role};

pub use text::to_text;
pub use yaml::to_yaml;

/// One test: its pods with who set what in them, and everything that there is to say of it.
#[derive(Debug)]
pub struct Explanation {
    /// `metadata.name`; empty where there is none.
    pub name: String,
    /// `metadata.namespace`, where one is known.
    pub namespace: Option<String>,
    /// The master's pod and the worker's; none of a test that cannot be read.
    pub pods: Vec<Pod>,
    /// What `podgraft render` says of it.
    pub diagnostics: Vec<Diagnostic>,
}

/// One role's pod.
#[derive(Debug)]
pub struct Pod {
    /// Whose pod it is.
    pub role: Role,
    /// The merged pod template.
    pub template: Value,
    /// Everybody who had a say, first to last. The first is the base.
    pub layers: Vec<Layer>,
    /// Every leaf, in the template's order.
    pub leaves: Vec<LeafHistory>,
    /// Every leaf that was there once and is gone.
    pub removed: Vec<LeafHistory>,
}

/// Somebody who had a say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// For people: `base`, `typed field .spec.image`, `ClusterPodOverlay baseline (defaults)`.
    pub name: String,
    /// Where in the order of things; `None` for the base.
    pub band: Option<Band>,
    /// An overlay's generation, where it comes from a cluster.
    pub generation: Option<i64>,
}

impl Explanation {
    /// Renders the test in `document`, and tells who set what.
    #[must_use]
    pub fn of(document: &Document, surroundings: &ClusterContext<'_>, config: &Config) -> Self {
        let (explained, diagnostics) = crate::explain(document, surroundings, config);
        let metadata = |field: &str| {
            document.value.get("metadata").and_then(|metadata| metadata.get(field)).and_then(Value::as_str)
        };
        Self {
            name: crate::name_of(&document.value).unwrap_or_default(),
            namespace: metadata("namespace")
                .or(surroundings.namespace.map(|namespace| namespace.name.as_str()))
                .map(str::to_owned),
            pods: explained.into_iter().map(Pod::of).collect(),
            diagnostics,
        }
    }

    /// Whether the test is refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The test's kind, namespace and name, for people.
    #[must_use]
    pub fn title(&self) -> String {
        let name = if self.name.is_empty() { "without a name" } else { &self.name };
        match &self.namespace {
            Some(namespace) => format!("LocustTest {namespace}/{name}"),
            None => format!("LocustTest {name}"),
        }
    }
}

impl Pod {
    fn of(explained: ExplainedPod<'_>) -> Self {
        let base = Layer { name: "base".to_owned(), band: None, generation: None };
        let layer = |layer: &SourcedLayer<'_>| Layer {
            name: layer.id.to_string(),
            band: Some(layer.band()),
            generation: layer.overlay().and_then(|layer| layer.overlay.generation),
        };
        let layers = std::iter::once(base).chain(explained.pod.layers.iter().map(layer)).collect();
        let (leaves, removed) = leaf_history::of(&explained);
        Self { role: explained.role, template: explained.pod.template, layers, leaves, removed }
    }

    /// The name of a layer.
    #[must_use]
    pub fn layer_name(&self, layer: usize) -> &str {
        self.layers.get(layer).map_or("", |layer| &layer.name)
    }
}
