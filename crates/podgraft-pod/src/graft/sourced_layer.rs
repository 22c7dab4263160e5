//! [`SourcedLayer`]: a layer's patch, and where somebody wrote it.

use std::borrow::Cow;

use podgraft_merge::{
    diagnostic::{LayerId, LayerOrigin, Position},
    layers::Patch,
    path::{FieldPath, Segment},
};
use serde_json::Value;

use crate::{
    manifest::Document,
    overlay::{Band, OverlayLayer},
};

/// A layer's patch, and where it was written.
#[derive(Debug, Clone)]
pub struct SourcedLayer<'a> {
    /// Which layer it is: `podTemplate`, `typed field .spec.image`, `ClusterPodOverlay baseline (defaults)`.
    pub id: LayerId,
    /// What sort of layer it is.
    pub source: LayerSource<'a>,
    patch: LayerPatch<'a>,
}

#[derive(Debug, Clone)]
enum LayerPatch<'a> {
    /// The operator's, or a template of the object.
    Own(Cow<'a, Value>),
    Overlay(Patch<'a>),
}

/// What sort of layer one is.
#[derive(Debug, Clone, Copy)]
pub enum LayerSource<'a> {
    /// The operator made the patch from a field of the object.
    TypedField,
    /// A template of the object, as its author wrote it.
    Template,
    /// A layer of an overlay.
    Overlay(OverlayLayer<'a>),
    /// The operator's own, over all others, for this reason.
    Operator(OperatorReason),
}

/// Why an operator adds a layer of its own over all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperatorReason {
    /// One word for programs, in camel case: `followsProcesses`. Stable.
    pub cause: &'static str,
    /// The same for people: `follows --processes of the workers`.
    pub words: &'static str,
}

impl<'a> From<OverlayLayer<'a>> for SourcedLayer<'a> {
    fn from(layer: OverlayLayer<'a>) -> Self {
        Self {
            id: layer.id().clone(),
            source: LayerSource::Overlay(layer),
            patch: LayerPatch::Overlay(layer.patch()),
        }
    }
}

impl<'a> SourcedLayer<'a> {
    /// A template of the object, written in this field of it: `.spec.podTemplate`.
    #[must_use]
    pub fn template(name: impl Into<Cow<'static, str>>, origin: FieldPath, patch: Cow<'a, Value>) -> Self {
        Self {
            id: LayerId::field(name, origin),
            source: LayerSource::Template,
            patch: LayerPatch::Own(patch),
        }
    }

    /// A patch of the pod template that is made from this field of the object.
    #[must_use]
    pub fn typed_field(origin: FieldPath, patch: Value) -> Self {
        let name = format!("typed field {origin}");
        Self {
            id: LayerId::field(name, origin),
            source: LayerSource::TypedField,
            patch: LayerPatch::Own(Cow::Owned(patch)),
        }
    }

    /// A patch of the operator's own over all others, which follows from this field of the object; from none of its
    /// fields, where `origin` is the root.
    #[must_use]
    pub fn operator(
        name: impl Into<Cow<'static, str>>,
        reason: OperatorReason,
        origin: FieldPath,
        patch: Value,
    ) -> Self {
        Self {
            id: LayerId::field(name, origin),
            source: LayerSource::Operator(reason),
            patch: LayerPatch::Own(Cow::Owned(patch)),
        }
    }

    /// The overlay's layer, where it is not the object's own.
    #[must_use]
    pub const fn overlay(&self) -> Option<OverlayLayer<'a>> {
        match self.source {
            LayerSource::Overlay(layer) => Some(layer),
            _ => None,
        }
    }

    /// The group of layers that it belongs to.
    #[must_use]
    pub(crate) fn band(&self) -> Band {
        self.overlay().map_or(Band::Object, |layer| layer.band)
    }

    /// For an override, the place of its overlay among those that apply.
    #[must_use]
    pub(crate) fn rank(&self) -> Option<usize> {
        self.overlay()?.rank
    }

    /// The patch, as the engine takes it.
    #[must_use]
    pub fn patch(&self) -> Patch<'_> {
        match &self.patch {
            LayerPatch::Own(patch) => Patch::Template(patch),
            LayerPatch::Overlay(patch) => *patch,
        }
    }

    /// The field that it comes from, in the object or in the overlay; `None` where it follows from the pod, and from
    /// nothing that somebody wrote.
    fn origin(&self) -> Option<FieldPath> {
        match (self.source, self.id.origin()) {
            (LayerSource::Overlay(layer), _) => Some(layer.origin()),
            (_, LayerOrigin::Field(field)) if !field.is_root() => Some(field.clone()),
            _ => None,
        }
    }

    /// Where it says something of `path`, a place in the pod template; `object` is the one that it is a layer of,
    /// where it is no overlay's.
    #[must_use]
    pub fn position(&self, path: Option<&FieldPath>, object: &Document) -> Option<Position> {
        let origin = self.origin()?;
        let document = self.overlay().map_or(object, |layer| layer.overlay.document());
        let is_written = matches!(self.source, LayerSource::Template | LayerSource::Overlay(_));
        let Some(path) = path.filter(|_| is_written) else { return document.position(&origin) };
        if self.patch().is_for_each_container() {
            // The patch starts at the container: .spec.containers[name="app"], or .eachContainer.
            let start =
                if path.segments().first() == Some(&Segment::Field("spec".to_owned())) { 3 } else { 1 };
            let inner = path.segments().get(start..).unwrap_or_default();
            return written(document, &origin, &FieldPath::new(inner.to_vec()));
        }
        written(document, &origin, path)
    }
}

/// Where a template says something of `path`: at the field itself, or at a directive about it.
fn written(document: &Document, origin: &FieldPath, path: &FieldPath) -> Option<Position> {
    let whole = origin.join(path);
    let (steps, found) = document.locate(&whole)?;
    if !found {
        let reached = FieldPath::new(whole.segments()[..steps.len()].to_vec());
        if let (Some(Segment::Field(name)), Some(Value::Object(fields))) = (
            whole.segments().get(steps.len()),
            steps.iter().try_fold(&document.value, |here, step| step.get(here)),
        ) {
            let about = |key: &&String| {
                key.strip_prefix('$')
                    .and_then(|key| key.split_once('/'))
                    .is_some_and(|(_, field)| field == name)
            };
            let names = |key: &str| {
                fields.get(key).is_some_and(|names| {
                    names.as_array().is_some_and(|names| names.iter().any(|n| n == name))
                })
            };
            let directive = fields.keys().find(about).map(String::as_str);
            let directive = directive.or_else(|| {
                ["$unset", "$patch", "$retainKeys"]
                    .into_iter()
                    .find(|key| names(key) || (*key == "$patch" && fields.contains_key(*key)))
            });
            if let Some(directive) = directive {
                return document.position(&reached.field(directive));
            }
        }
    }
    document.position(&whole)
}
