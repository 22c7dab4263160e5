//! Ordered layers: each is a patch with somebody behind it, and they are folded one after another.
//!
//! Two patches are never merged with each other: strategic merge patches are not associative, and
//! only the base says what a directive is about.

mod provenance;

use provenance::Recorder;
pub use provenance::{Change, Event, Provenance};
use serde_json::Value;

use crate::{
    diagnostic::Diagnostic,
    patch::{self, Options},
    schema::Schema,
};

/// One ordered source of change.
#[derive(Debug, Clone)]
pub struct Layer<'p> {
    /// Who says so, for people: `workerPodTemplate`, `typed field .spec.image`.
    pub name: String,
    /// What they say, in the `extended` dialect.
    pub patch: &'p Value,
    /// How strictly.
    pub options: Options,
}

/// A diagnostic, and the layer that it is about, as an index into the layers.
pub type Finding = (usize, Diagnostic);

/// What a fold made of a base and its layers.
#[derive(Debug)]
pub struct Folded {
    /// The result. With an error among the findings, it is what could be made of the rest.
    pub value: Value,
    /// Which layer changed what.
    pub provenance: Provenance,
    /// Errors and warnings in the layers' order.
    pub findings: Vec<Finding>,
}

/// Applies the layers to `base`, first to last: the last wins.
#[must_use]
pub fn fold(base: Value, layers: &[Layer<'_>], schema: Schema) -> Folded {
    let mut folded = Folded { value: base, provenance: Provenance::default(), findings: Vec::new() };
    for (index, layer) in layers.iter().enumerate() {
        let mut recorder = Recorder { layer: index, provenance: &mut folded.provenance };
        let extended = patch::extend(folded.value, layer.patch, schema, layer.options, &mut recorder);
        folded.value = extended.value;
        let findings = extended.diagnostics.into_iter();
        folded.findings.extend(
            findings.map(|finding| (index, Diagnostic { layer: Some(layer.name.clone()), ..finding })),
        );
    }
    folded
}
