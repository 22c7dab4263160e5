//! [`Wish`]: a layer's patch, and where somebody wrote it.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::{
    locust::{
        base,
        config::{Config, UnknownFields},
        test::Test,
        typed_fields::{self, Lower},
    },
    role::Role,
};
use podgraft_merge::{
    diagnostic::{Diagnostic, Position},
    layers::{self, Layer, Patch},
    patch::{self, MissingTarget, Options},
    path::{FieldPath, Segment},
    schema::Schema,
    work::Work,
};
use podgraft_pod::{
    manifest::Document,
    overlay::{Band, OverlayLayer, SelectedOverlays},
};

/// A layer's patch, and where it was written.
pub(super) struct Wish<'a> {
    pub(super) name: String,
    origin: FieldPath,
    patch: Cow<'a, Value>,
    /// Whether the patch is written at `origin` as it is, rather than made from what is there.
    verbatim: bool,
    /// Whether it is the operator's own, over all others.
    pub(super) is_of_operator: bool,
    /// The overlay's layer, where it is not the test's own.
    pub(super) overlay: Option<OverlayLayer<'a>>,
}

impl<'a> From<OverlayLayer<'a>> for Wish<'a> {
    fn from(layer: OverlayLayer<'a>) -> Self {
        Self {
            name: layer.to_string(),
            origin: layer.origin(),
            patch: Cow::Borrowed(layer.patch),
            verbatim: true,
            is_of_operator: false,
            overlay: Some(layer),
        }
    }
}

impl Wish<'_> {
    /// The operator's own last layer of a master whose workers run several processes each: the arguments with the
    /// number of workers that there will be.
    pub(super) fn expecting(test: &Test, arguments: &[Value]) -> Self {
        let container = json!({ "name": base::LOCUST, "args": arguments });
        Self {
            name: "operator (workers times their processes)".to_owned(),
            origin: test.origin(&FieldPath::fields(["spec", "worker", "replicas"])),
            patch: Cow::Owned(json!({ "spec": { "containers": [container] } })),
            verbatim: false,
            is_of_operator: true,
            overlay: None,
        }
    }

    /// What it says.
    pub(super) fn patch(&self) -> Patch<'_> {
        if self.is_for_each_container() {
            Patch::EachContainer(&self.patch)
        } else {
            Patch::Template(&self.patch)
        }
    }

    fn is_for_each_container(&self) -> bool {
        self.overlay.is_some_and(|layer| layer.is_for_each_container())
    }

    /// Where something is said of `path`, a place in the pod template.
    pub(super) fn position(&self, path: Option<&FieldPath>, test: &Document) -> Option<Position> {
        let document = self.overlay.map_or(test, |layer| layer.overlay.document());
        let Some(path) = path.filter(|_| self.verbatim) else { return document.position(&self.origin) };
        if self.is_for_each_container() {
            // The patch starts at the container: .spec.containers[name="locust"], or .eachContainer.
            let start =
                if path.segments().first() == Some(&Segment::Field("spec".to_owned())) { 3 } else { 1 };
            let inner = path.segments().get(start..).unwrap_or_default();
            return written(document, &self.origin, &FieldPath::new(inner.to_vec()));
        }
        written(document, &self.origin, path)
    }

    /// Whether the patch is made from a field, rather than written as it is.
    pub(super) fn is_made(&self) -> bool {
        !self.verbatim
    }

    /// For an override, the place of its overlay among those that apply.
    pub(super) fn rank(&self) -> Option<usize> {
        self.overlay?.rank
    }
}

/// The layers of one role, first to last: defaults of overlays, typed fields, `podTemplate`, the role's
/// own template, overrides of overlays.
pub(super) fn wishes<'a>(
    test: &Test,
    role: Role,
    config: &Config,
    applying: &SelectedOverlays<'a>,
    work: &Work,
) -> (Vec<Wish<'a>>, Vec<Diagnostic>) {
    let layers = applying.layers(&["podTemplate", template_field(role)]);
    let (defaults, overrides) = layers.split_at(layers.partition_point(|layer| layer.band < Band::Object));
    let mut wishes: Vec<Wish<'a>> = defaults.iter().copied().map(Wish::from).collect();
    let lower = lower(test, role, config, &wishes, work);
    let (own, diagnostics) = of_test(test, role, config, &lower);
    wishes.extend(own);
    wishes.extend(overrides.iter().copied().map(Wish::from));
    (wishes, diagnostics)
}

/// What the base and these layers make, where the typed fields look at it.
fn lower(test: &Test, role: Role, config: &Config, layers: &[Wish<'_>], work: &Work) -> Lower {
    let Some(schema) = Schema::pod_template().filter(|_| typed_fields::look_below(test)) else {
        return Lower::default();
    };
    let base = base::pod_template(test, role, config);
    Lower::of(&layers::fold(base, &layers_of(layers, config), schema, work).value)
}

/// The test's own layers: typed fields, `podTemplate`, the role's own template.
fn of_test<'a>(test: &Test, role: Role, config: &Config, lower: &Lower) -> (Vec<Wish<'a>>, Vec<Diagnostic>) {
    let (pieces, diagnostics) = typed_fields::pieces(test, role, config, lower);
    let mut wishes: Vec<Wish<'a>> = pieces
        .into_iter()
        .map(|piece| Wish {
            name: format!("typed field {}", piece.origin),
            origin: piece.origin,
            patch: Cow::Owned(piece.patch),
            verbatim: false,
            is_of_operator: false,
            overlay: None,
        })
        .collect();
    let own = match role {
        Role::Master => &test.spec.overrides.master_pod_template,
        Role::Worker => &test.spec.overrides.worker_pod_template,
    };
    let own = (template_field(role), own);
    for (name, template) in [("podTemplate", &test.spec.overrides.pod_template), own] {
        if let Some(patch) = template {
            wishes.push(Wish {
                name: name.to_owned(),
                origin: FieldPath::fields(["spec", name]),
                patch: Cow::Owned(patch.clone()),
                verbatim: true,
                is_of_operator: false,
                overlay: None,
            });
        }
    }
    (wishes, diagnostics)
}

/// The field of a test or an overlay that holds the template of this role's pod alone.
const fn template_field(role: Role) -> &'static str {
    match role {
        Role::Master => "masterPodTemplate",
        Role::Worker => "workerPodTemplate",
    }
}

/// The wishes as layers to fold.
pub(super) fn layers_of<'w>(wishes: &'w [Wish<'_>], config: &Config) -> Vec<Layer<'w>> {
    let unknown_fields = match config.unknown_fields {
        UnknownFields::Refuse => patch::UnknownFields::Refuse,
        UnknownFields::Warn => patch::UnknownFields::Warn,
    };
    // An overlay meets tests of all kinds: what it aims at may be missing in this one.
    let missing_target = |wish: &Wish<'_>| match wish.overlay {
        Some(_) => MissingTarget::Skip,
        None => MissingTarget::Refuse,
    };
    let layer = |wish: &'w Wish<'_>| Layer {
        name: wish.name.clone(),
        patch: wish.patch(),
        options: Options { unknown_fields, missing_target: missing_target(wish) },
    };
    wishes.iter().map(layer).collect()
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
