//! [`graft`]: an operator's base pod with everybody's layers folded onto it, and judged by rules.
//!
//! An operator makes a base pod template, gathers [`SourcedLayer`]s (its own typed fields, templates, the layers of
//! overlays), grafts them, and has the result judged by [`Rule`]s: [`Validity`], [`Constraints`], and those that it
//! states itself about the fields that it needs.

mod consequences;
mod origins;
mod pod_security;
mod repeated_items;
mod rule;
mod rules;
mod sourced_layer;

use podgraft_merge::{
    diagnostic::{Diagnostic, LayerId},
    layers::{self, Layer, LayerDiagnostic, Leaf, Provenance},
    patch::{MissingTarget, Options, UnknownFields},
    path::{FieldPath, Segment},
    schema::Schema,
    work::Work,
};
use serde_json::Value;

pub use origins::Origins;
pub use pod_security::PodSecurity;
pub use rule::Rule;
pub use rules::{Constraints, RepeatedItems, Validity};
pub use sourced_layer::{LayerSource, OperatorReason, SourcedLayer};

use crate::{
    codes,
    manifest::Document,
    overlay::{Band, Overlap, OverlapRecorder, OverlayId, SelectedOverlays},
};
use consequences::Consequences;

/// How a graft is made, beside its base and layers.
#[derive(Debug, Clone, Copy)]
pub struct GraftOptions<'a> {
    /// What happens to fields that Kubernetes does not know.
    pub unknown_fields: UnknownFields,
    /// Counts what is done.
    pub work: &'a Work,
}

/// A base pod template with layers folded onto it.
#[derive(Debug)]
pub struct Grafted<'a> {
    /// The pod template as the operator makes it, before any layer is applied.
    pub base: Value,
    /// The pod template that came out.
    pub template: Value,
    /// The layers, first to last; those that the operator itself adds over all others are the last.
    pub layers: Vec<SourcedLayer<'a>>,
    /// What the layers' patches are refused for, or warned of.
    pub diagnostics: Vec<LayerDiagnostic>,
    /// What overlays of one priority write differently.
    pub overlaps: Vec<Overlap>,
    /// Which layer set what. `None` where nothing could be folded.
    provenance: Option<Provenance>,
    /// The same without the operator's own last layers, which are nobody's fault.
    authored: Option<Provenance>,
}

/// Folds the layers onto `base`, a pod template (`metadata` and `spec`), first to last.
#[must_use]
pub fn graft<'a>(base: Value, layers: Vec<SourcedLayer<'a>>, options: GraftOptions<'_>) -> Grafted<'a> {
    let Some(schema) = Schema::pod_template() else { return Grafted::without_schema(base, layers) };
    let folding = folding(&layers, options);
    let mut recorder = OverlapRecorder::new(layers.iter().map(SourcedLayer::overlay));
    let folded = layers::fold_observed(base.clone(), &folding, schema, options.work, &mut recorder);
    let overlaps = recorder.overlaps();
    Grafted {
        base,
        template: folded.value,
        layers,
        diagnostics: folded.diagnostics,
        overlaps,
        provenance: Some(folded.provenance),
        authored: None,
    }
}

/// The layers of an object and of the overlays that apply to it, first to last: their defaults, the object's `own`,
/// their overrides. `templates` are the fields of overlays that hold templates of this pod.
#[must_use]
pub fn layers_around<'a>(
    overlays: &SelectedOverlays<'a>,
    templates: &[&'static str],
    own: impl IntoIterator<Item = SourcedLayer<'a>>,
) -> Vec<SourcedLayer<'a>> {
    let of_overlays = overlays.layers(templates);
    let (defaults, overrides) =
        of_overlays.split_at(of_overlays.partition_point(|layer| layer.band < Band::Object));
    let mut layers: Vec<SourcedLayer<'a>> = defaults.iter().copied().map(SourcedLayer::from).collect();
    layers.extend(own);
    layers.extend(overrides.iter().copied().map(SourcedLayer::from));
    layers
}

/// The layers as the engine folds them. An overlay meets objects of all sorts: what it aims at may be missing in
/// this one.
fn folding<'s>(layers: &'s [SourcedLayer<'_>], options: GraftOptions<'_>) -> Vec<Layer<'s>> {
    let missing_target = |layer: &SourcedLayer<'_>| {
        if layer.overlay().is_some() { MissingTarget::Skip } else { MissingTarget::Refuse }
    };
    layers
        .iter()
        .map(|layer| Layer {
            id: layer.id.clone(),
            patch: layer.patch(),
            options: Options {
                unknown_fields: options.unknown_fields,
                missing_target: missing_target(layer),
            },
        })
        .collect()
}

/// What the layers make of `base`, where nobody needs to know which layer set what.
#[must_use]
pub fn preview(base: Value, layers: &[SourcedLayer<'_>], options: GraftOptions<'_>) -> Value {
    match Schema::pod_template() {
        Some(schema) => layers::fold(base, &folding(layers, options), schema, options.work).value,
        None => base,
    }
}

impl<'a> Grafted<'a> {
    /// A broken build: the base as it is.
    fn without_schema(base: Value, layers: Vec<SourcedLayer<'a>>) -> Self {
        let message = "rebuild podgraft: its schema has no PodTemplateSpec";
        Self {
            template: base.clone(),
            base,
            layers,
            diagnostics: vec![(usize::MAX, Diagnostic::error(codes::NO_SCHEMA, message))],
            overlaps: Vec::new(),
            provenance: None,
            authored: None,
        }
    }

    /// Adds a layer of the operator's own over all others. Whoever set a place below it is still to blame for what is
    /// wrong there.
    pub fn add_operator_layer(&mut self, layer: SourcedLayer<'a>, options: GraftOptions<'_>) {
        self.layers.push(layer);
        let Some(schema) = Schema::pod_template() else { return };
        let folded = layers::fold(self.base.clone(), &folding(&self.layers, options), schema, options.work);
        self.template = folded.value;
        let before = self.provenance.replace(folded.provenance);
        self.authored = self.authored.take().or(before);
    }

    /// Which layer set what, the operator's own last ones too. `None` where nothing could be folded.
    #[must_use]
    pub fn provenance(&self) -> Option<&Provenance> {
        self.provenance.as_ref()
    }

    /// Which layer set what, as if the operator had added none of its own over all others.
    #[must_use]
    pub(crate) fn authored(&self) -> Option<&Provenance> {
        self.authored.as_ref().or(self.provenance.as_ref())
    }

    /// Every leaf of the template, with its history: for each the name of the layer that set it is at hand by
    /// [`Self::layer_name`].
    #[must_use]
    pub fn leaves(&self) -> Vec<Leaf> {
        self.provenance().map_or_else(Vec::new, |provenance| provenance.leaves(&self.template))
    }

    /// What people call a layer; `None` is the base.
    #[must_use]
    pub fn layer_name(&self, layer: Option<usize>) -> &str {
        layer.and_then(|layer| self.layers.get(layer)).map_or("base", |layer| layer.id.as_str())
    }

    /// The base, and which layer set what: what is left to tell when the template is taken.
    #[must_use]
    pub(crate) fn into_base_and_provenance(self) -> (Value, Option<Provenance>) {
        (self.base, self.provenance)
    }

    /// What overlays aim at and is not there.
    #[must_use]
    pub fn missing_targets(&self) -> Vec<(OverlayId, Diagnostic)> {
        let missing = self.diagnostics.iter().filter(|(_, one)| one.code == codes::UNKNOWN_TARGET);
        let of_overlay = |(layer, one): &(usize, Diagnostic)| {
            Some((self.layers.get(*layer)?.overlay()?.overlay.reference(), one.clone()))
        };
        missing.filter_map(of_overlay).collect()
    }

    /// What the layers' patches are refused for, or warned of, with the places where they are written: `object` is the
    /// one whose fields and templates the layers are.
    #[must_use]
    pub fn layer_diagnostics(&self, object: &Document) -> Vec<Diagnostic> {
        let placed =
            |(layer, one): &(usize, Diagnostic)| placed(one.clone(), self.layers.get(*layer), object);
        self.diagnostics.iter().map(placed).collect()
    }

    /// What the rules find, each with the layer that is to blame and the place where that is written. What is wrong
    /// only because a part of a layer was refused is left out.
    #[must_use]
    pub fn judge(&self, rules: &[&dyn Rule], object: &Document) -> Vec<Diagnostic> {
        let refused = Consequences::of(&self.diagnostics);
        let path_of = |one: &Diagnostic| one.path.as_ref().map(ToString::to_string);
        let mut found: Vec<Diagnostic> = Vec::new();
        for rule in rules.iter().filter(|rule| refused.is_empty() || !rule.needs_all_layers()) {
            let mut of_rule = rule.check(self);
            if rule.yields_to_earlier() && !found.is_empty() {
                let said: std::collections::HashSet<_> = found.iter().map(path_of).collect();
                of_rule.retain(|one| !said.contains(&path_of(one)));
            }
            found.extend(of_rule);
        }
        found.retain(|one| !refused.explain(one));
        found.into_iter().map(|one| self.blamed(one, object)).collect()
    }

    /// The layer to blame for what is at a path, as an index into [`Self::layers`]; `None` is the base.
    #[must_use]
    pub(crate) fn layer_to_blame(&self, path: &FieldPath) -> Option<usize> {
        self.authored()?.last_change(path)
    }

    /// The layer to blame for an item of a list as a whole: who made it, not who changed something in it last.
    #[must_use]
    pub(crate) fn maker_to_blame(&self, path: &FieldPath) -> Option<usize> {
        match path.segments().last() {
            Some(Segment::Key(_)) => self.layer_to_blame(&path.field("name")),
            _ => self.layer_to_blame(path),
        }
    }

    /// A diagnostic about the final pod, with the layer that last changed the place.
    fn blamed(&self, found: Diagnostic, object: &Document) -> Diagnostic {
        let Some(path) = &found.path else { return found };
        let layer = if found.code == codes::CONSTRAINT {
            self.maker_to_blame(path)
        } else {
            self.layer_to_blame(path)
        };
        let layer = layer.and_then(|layer| self.layers.get(layer));
        let id = layer.map_or_else(LayerId::base, |layer| layer.id.clone());
        placed(Diagnostic { layer: Some(id), ..found }, layer, object)
    }
}

/// A diagnostic with the place where its layer was written, where that is known.
fn placed(found: Diagnostic, layer: Option<&SourcedLayer<'_>>, object: &Document) -> Diagnostic {
    let position = layer.and_then(|layer| layer.position(found.path.as_ref(), object));
    let position = position.or_else(|| found.position.clone());
    found.positioned(position)
}
