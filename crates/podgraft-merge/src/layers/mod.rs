//! Ordered layers: each is a patch with somebody behind it, and they are folded one after another.
//!
//! Two patches are never merged with each other: strategic merge patches are not associative, and
//! only the base says what a directive is about.

mod name;
mod provenance;
mod recorder;
mod removed;
mod shadow;
mod story;
mod tree;

pub use provenance::{Leaf, Provenance};
use recorder::Recorder;
use serde_json::Value;
pub use story::{Shadowed, Story};

use crate::{
    diagnostic::Diagnostic,
    patch::{self, EachContainerPatch, Extended, Observer, Options, Shared},
    schema::Schema,
    work::Work,
};

/// What a layer says, in the `extended` dialect.
#[derive(Debug, Clone, Copy)]
pub enum Patch<'p> {
    /// A patch of the whole object.
    Template(&'p Value),
    /// A container patch without a name. It goes onto each container and init container that is there, and
    /// under each one that a later layer adds: the new item is applied to what these patches make of
    /// an empty container. Whether the new item is complete is judged on the item alone.
    EachContainer(&'p Value),
}

/// One ordered source of change.
#[derive(Debug, Clone)]
pub struct Layer<'p> {
    /// Who says so, for people: `workerPodTemplate`, `typed field .spec.image`.
    pub name: String,
    /// What they say.
    pub patch: Patch<'p>,
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
    /// Who set what, and what was there before.
    pub provenance: Provenance,
    /// Errors and warnings in the layers' order.
    pub findings: Vec<Finding>,
}

/// Applies the layers to `base`, first to last: the last wins. Stops with what there is when the work is spent.
#[must_use]
pub fn fold(base: Value, layers: &[Layer<'_>], schema: Schema, work: &Work) -> Folded {
    let mut provenance = Provenance::new(schema);
    let mut fold = Fold { value: base, schema, shared: Shared::of(work), findings: Vec::new() };
    let mut each_container = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        if work.is_spent() {
            break;
        }
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        let each = matches!(layer.patch, Patch::EachContainer(_));
        fold.layer(index, layer, &mut Recorder::new(provenance.root(), number, each, &each_container));
        if fold.shared.each_container.len() > each_container.len() {
            each_container.push(number);
        }
    }
    Folded { value: fold.value, provenance, findings: fold.findings }
}

/// [`fold`] for those who do not ask who set what.
#[must_use]
pub fn fold_without_provenance(base: Value, layers: &[Layer<'_>], schema: Schema) -> (Value, Vec<Finding>) {
    let work = Work::unlimited();
    let mut fold = Fold { value: base, schema, shared: Shared::of(&work), findings: Vec::new() };
    for (index, layer) in layers.iter().enumerate() {
        fold.layer(index, layer, &mut ());
    }
    (fold.value, fold.findings)
}

/// A fold in progress.
struct Fold<'p> {
    value: Value,
    schema: Schema,
    /// The patches for each container so far, and what else the layers share.
    shared: Shared<'p>,
    findings: Vec<Finding>,
}

impl<'p> Fold<'p> {
    fn layer(&mut self, index: usize, layer: &Layer<'p>, observer: &mut impl Observer) {
        let (value, options) = (self.value.take(), layer.options);
        let Extended { value, diagnostics } = match layer.patch {
            Patch::Template(patch) => {
                patch::extend_seeded(value, patch, self.schema, options, &mut self.shared, observer)
            }
            Patch::EachContainer(patch) => {
                let (extended, usable) = patch::extend_each_container(
                    value,
                    patch,
                    self.schema,
                    options,
                    &mut self.shared,
                    observer,
                );
                self.shared.each_container.extend(usable.then_some(EachContainerPatch { patch, options }));
                extended
            }
        };
        self.value = value;
        let named = |finding| (index, Diagnostic { layer: Some(layer.name.clone()), ..finding });
        self.findings.extend(diagnostics.into_iter().map(named));
    }
}
