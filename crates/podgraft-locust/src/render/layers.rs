//! The layers of a role's pod: those of overlays, the test's own, and the operator's own over all others.

use std::borrow::Cow;

use podgraft_merge::{
    diagnostic::{Diagnostic, LayerId, LayerOrigin},
    path::FieldPath,
    work::Work,
};
use podgraft_pod::{
    graft::{GraftOptions, Grafted, OperatorReason, SourcedLayer, preview},
    overlay::{Band, SelectedOverlays},
};
use serde_json::{Value, json};

use crate::{
    base,
    config::Config,
    load_test::LoadTest,
    names::LOCUST,
    protected::expecting,
    role::Role,
    typed_fields::{self, Lower},
};

/// Why the number of workers that the master waits for is another than the test's.
const FOLLOWS_PROCESSES: OperatorReason =
    OperatorReason { cause: "followsProcesses", words: "follows --processes of the workers" };

/// Why the annotations that tell Prometheus where to scrape are others than the operator's usual ones.
const FOLLOWS_EXPORTER: OperatorReason =
    OperatorReason { cause: "followsExporter", words: "follows the exporter of the final pod" };

/// How the layers of a test are grafted.
pub(super) fn options<'w>(config: &Config, work: &'w Work) -> GraftOptions<'w> {
    GraftOptions { unknown_fields: config.unknown_fields, work }
}

/// The layers of one role, first to last: defaults of overlays, typed fields, `podTemplate`, the role's
/// own template, overrides of overlays.
pub(super) fn layers_for_role<'a>(
    test: &LoadTest,
    role: Role,
    config: &Config,
    applying: &SelectedOverlays<'a>,
    work: &Work,
) -> (Vec<SourcedLayer<'a>>, Vec<Diagnostic>) {
    let of_overlays = applying.layers(&[POD_TEMPLATE, template_field(role)]);
    let (defaults, overrides) =
        of_overlays.split_at(of_overlays.partition_point(|layer| layer.band < Band::Object));
    let mut layers: Vec<SourcedLayer<'a>> = defaults.iter().copied().map(SourcedLayer::from).collect();
    let lower = lower(test, role, config, &layers, work);
    let (own, diagnostics) = test_layers(test, role, config, &lower);
    layers.extend(own);
    layers.extend(overrides.iter().copied().map(SourcedLayer::from));
    (layers, diagnostics)
}

/// What the base and these layers make, where the typed fields look at it.
fn lower(test: &LoadTest, role: Role, config: &Config, layers: &[SourcedLayer<'_>], work: &Work) -> Lower {
    if !typed_fields::look_below(test) {
        return Lower::default();
    }
    Lower::of(&preview(base::pod_template(test, role, config), layers, options(config, work)))
}

/// The test's own layers: typed fields, `podTemplate`, the role's own template.
fn test_layers<'a>(
    test: &LoadTest,
    role: Role,
    config: &Config,
    lower: &Lower,
) -> (Vec<SourcedLayer<'a>>, Vec<Diagnostic>) {
    let (patches, diagnostics) = typed_fields::patches(test, role, config, lower);
    let mut layers: Vec<SourcedLayer<'a>> =
        patches.into_iter().map(|field| SourcedLayer::typed_field(field.origin, field.patch)).collect();
    let overrides = &test.spec.overrides;
    let of_role = match role {
        Role::Master => &overrides.master_pod_template,
        Role::Worker => &overrides.worker_pod_template,
    };
    for (name, template) in [(POD_TEMPLATE, &overrides.pod_template), (template_field(role), of_role)] {
        if let Some(patch) = template {
            let origin = FieldPath::fields(["spec", name]);
            layers.push(SourcedLayer::template(name, origin, Cow::Owned(patch.clone())));
        }
    }
    (layers, diagnostics)
}

/// Whether a layer lies in the pods of both roles, so that its name does not say which one is meant.
pub(super) fn is_of_both_roles(layer: &LayerId) -> bool {
    match layer.origin() {
        LayerOrigin::Base | LayerOrigin::OtherObject => true,
        LayerOrigin::Field(field) => *field == FieldPath::fields(["spec", POD_TEMPLATE]),
        LayerOrigin::Result => false,
    }
}

/// The field of a test or an overlay that holds the template of both roles' pods.
const POD_TEMPLATE: &str = "podTemplate";

/// The field of a test or an overlay that holds the template of this role's pod alone.
const fn template_field(role: Role) -> &'static str {
    match role {
        Role::Master => "masterPodTemplate",
        Role::Worker => "workerPodTemplate",
    }
}

/// The operator's own last layer of a master whose workers run several processes each: the arguments with the
/// number of workers that there will be.
pub(super) fn expected_workers<'a>(
    test: &LoadTest,
    role: Role,
    workers: i64,
    pod: &Grafted<'_>,
) -> Option<SourcedLayer<'a>> {
    let pods = i64::from(test.spec.worker.replicas);
    let arguments = expecting(&pod.template, pods, workers).filter(|_| role == Role::Master)?;
    let container = json!({ "name": LOCUST, "args": arguments });
    Some(SourcedLayer::operator(
        "operator (workers times their processes)",
        FOLLOWS_PROCESSES,
        test.origin(&FieldPath::fields(["spec", "worker", "replicas"])),
        json!({ "spec": { "containers": [container] } }),
    ))
}

/// The operator's own last layer of a pod whose exporter is gone or has another port: the annotations that tell
/// Prometheus where to scrape follow it, where nobody set them.
pub(super) fn scrape_annotations<'a>(
    test: &LoadTest,
    role: Role,
    config: &Config,
    pod: &Grafted<'_>,
) -> Option<SourcedLayer<'a>> {
    let provenance = pod.provenance()?;
    let set_by_people = |path: &FieldPath| provenance.history(path).last_setter().is_some();
    let annotations: Value = base::follow_exporter(test, role, config, &pod.template, set_by_people)?;
    Some(SourcedLayer::operator(
        "operator (scrape annotations)",
        FOLLOWS_EXPORTER,
        FieldPath::root(),
        json!({ "metadata": { "annotations": annotations } }),
    ))
}
