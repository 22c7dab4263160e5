//! [`fold`]: applies ordered layers to a base.

use serde_json::Value;

use super::{Layer, Patch, Provenance, change_log::ChangeLog, recorder::ProvenanceRecorder};
use crate::{
    diagnostic::Diagnostic,
    patch::{self, Extended, Observer, Shared},
    schema::Schema,
    work::Work,
};

/// A diagnostic, and the layer that it is about, as an index into the layers.
pub type LayerDiagnostic = (usize, Diagnostic);

/// What a fold made of a base and its layers.
#[derive(Debug)]
pub struct Folded {
    /// The result. With an error among the diagnostics, it is what could be made of the rest.
    pub value: Value,
    /// Which layer set what, and what was there before.
    pub provenance: Provenance,
    /// Errors and warnings in the layers' order.
    pub diagnostics: Vec<LayerDiagnostic>,
}

/// Applies the layers to `base`, first to last: the last wins. Stops with what there is when the work is spent.
#[must_use]
pub fn fold(base: Value, layers: &[Layer<'_>], schema: Schema, work: &Work) -> Folded {
    fold_observed(base, layers, schema, work, &mut ())
}

/// [`fold`], where an observer sees every change as well. [`Observer::layer`] tells it which layer is at work.
#[must_use]
pub fn fold_observed<O: Observer>(
    base: Value,
    layers: &[Layer<'_>],
    schema: Schema,
    work: &Work,
    observer: &mut O,
) -> Folded {
    let mut log = ChangeLog::new();
    let mut fold = Fold { value: base, schema, shared: Shared::of(work), diagnostics: Vec::new() };
    let mut each_container = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        if work.is_spent() {
            break;
        }
        observer.layer(index);
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        let each = layer.patch.is_for_each_container();
        let recorder = ProvenanceRecorder::new(&mut log, number, each, &each_container);
        fold.layer(index, layer, &mut (recorder, &mut *observer));
        if fold.shared.each_container.len() > each_container.len() {
            each_container.push(number);
        }
    }
    Folded { value: fold.value, provenance: Provenance::of_log(log, schema), diagnostics: fold.diagnostics }
}

/// [`fold`] for callers that do not need the provenance.
#[must_use]
pub fn fold_without_provenance(
    base: Value,
    layers: &[Layer<'_>],
    schema: Schema,
) -> (Value, Vec<LayerDiagnostic>) {
    let work = Work::unlimited();
    let mut fold = Fold { value: base, schema, shared: Shared::of(&work), diagnostics: Vec::new() };
    for (index, layer) in layers.iter().enumerate() {
        fold.layer(index, layer, &mut ());
    }
    (fold.value, fold.diagnostics)
}

/// A fold in progress.
struct Fold<'p> {
    value: Value,
    schema: Schema,
    /// The `eachContainer` patches so far, and what else the layers share.
    shared: Shared<'p>,
    diagnostics: Vec<LayerDiagnostic>,
}

impl<'p> Fold<'p> {
    fn layer(&mut self, index: usize, layer: &Layer<'p>, observer: &mut impl Observer) {
        let (value, schema, options) = (self.value.take(), self.schema, layer.options);
        let shared = &mut self.shared;
        let (extended, each_container) = match layer.patch {
            Patch::Template(patch) => {
                (patch::extend_seeded(value, patch, schema, options, shared, observer), None)
            }
            Patch::EachContainer(patch) => {
                patch::extend_each_container(value, patch, schema, options, shared, observer)
            }
            Patch::Compiled(patch) => patch::extend_compiled(value, patch, schema, options, shared, observer),
        };
        let Extended { value, diagnostics } = extended;
        self.shared.each_container.extend(each_container);
        self.value = value;
        let of_layer = |diagnostic| (index, Diagnostic { layer: Some(layer.id.clone()), ..diagnostic });
        self.diagnostics.extend(diagnostics.into_iter().map(of_layer));
    }
}
