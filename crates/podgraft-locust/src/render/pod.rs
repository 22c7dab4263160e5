//! [`RolePod`]: one role's final pod template, grafted and judged.

use std::cell::LazyCell;

use podgraft_merge::{
    diagnostic::Diagnostic,
    path::{FieldPath, Segment},
    work::Work,
};
use podgraft_pod::{
    graft::{Constraints, Grafted, PodSecurity, RepeatedItems, Rule, Validity, graft},
    manifest::Document,
    overlay::{Namespace, OverlayId, SelectedOverlays},
    pod_security::PodSecurityStandard,
    validity::Workload,
};

use super::{
    layers::{self, layers_for_role},
    misplaced, pod_security,
};
use crate::{
    base, config::Config, lints::lints, load_test::LoadTest, names::EXPORTER, pod_context::PodContext,
    protected::protected, role::Role,
};

/// One role's final pod template, with everything that is to be said of it.
pub(super) struct RolePod<'o> {
    pub(super) grafted: Grafted<'o>,
    /// What its overlays aim at and is not there.
    pub(super) missing_targets: Vec<(OverlayId, Diagnostic)>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What a test is rendered with.
#[derive(Clone, Copy)]
pub(super) struct RenderContext<'a, 'o> {
    pub(super) document: &'a Document,
    pub(super) namespace: Option<&'a Namespace>,
    pub(super) applying: &'a SelectedOverlays<'o>,
    /// The Pod Security Standard that the caller demands.
    pub(super) pod_security: Option<PodSecurityStandard>,
    /// Counts what is done for the test.
    pub(super) work: &'a Work,
}

impl<'o> RolePod<'o> {
    /// Grafts the layers of this role onto its base, and judges what comes out. `workers` connect to the master.
    pub(super) fn render(
        test: &LoadTest,
        role: Role,
        config: &Config,
        context: &RenderContext<'_, 'o>,
        workers: i64,
    ) -> Self {
        let RenderContext { document, work, .. } = *context;
        let base = base::pod_template(test, role, config);
        let (of_role, found) = layers_for_role(test, role, config, context.applying, work);
        let positioned = |one: Diagnostic| {
            let position = one.path.as_ref().and_then(|path| document.position(path));
            one.positioned(position)
        };
        let mut diagnostics: Vec<Diagnostic> = found.into_iter().map(positioned).collect();
        let options = layers::options(config, work);
        let mut grafted = graft(base, of_role, options);
        say_where_containers_are(&mut grafted, test, role, config);
        let missing_targets = grafted.missing_targets();
        diagnostics.extend(grafted.layer_diagnostics(document));
        let operators = [
            layers::expected_workers(test, role, workers, &grafted),
            layers::scrape_annotations(test, role, config, &grafted),
        ];
        for layer in operators.into_iter().flatten() {
            grafted.add_operator_layer(layer, options);
        }
        let replicas = if role == Role::Master { 1 } else { i64::from(test.spec.worker.replicas) };
        let context_of_pod = ContextOfPod { role, test_name: &test.name, replicas, workers, work };
        let overlays = context.applying.in_order_of_overrides();
        let namespace = context.namespace;
        let constraints =
            Constraints { overlays: &overlays, namespace, help_of_base: of_the_operators_own, work };
        let (protected, likely) = (ProtectedFields(context_of_pod), LikelyMistakes(context_of_pod));
        let (demands, of_labels) =
            pod_security::demands(&config.pod_security, namespace, context.pod_security, &grafted.template);
        diagnostics.extend(of_labels);
        let pod_security = PodSecurity { demands: &demands, overlays: &overlays, work };
        let validity = Validity { workload: Workload::Job, work };
        let rules: [&dyn Rule; 6] =
            [&protected, &validity, &likely, &RepeatedItems, &constraints, &pod_security];
        diagnostics.extend(grafted.judge(&rules, document));
        Self { grafted, missing_targets, diagnostics }
    }
}

/// Says of each container that a layer aims at and this pod has not where it is, if one of the bases has it.
fn say_where_containers_are(grafted: &mut Grafted<'_>, test: &LoadTest, role: Role, config: &Config) {
    let other = if role == Role::Master { Role::Worker } else { Role::Master };
    let others = LazyCell::new(|| base::pod_template(test, other, config));
    let found = std::mem::take(&mut grafted.diagnostics).into_iter().map(|(layer, one)| {
        (layer, misplaced::found_elsewhere(one, &grafted.base, &test.name, (other, &others)))
    });
    grafted.diagnostics = found.collect();
}

/// What the rules of a LocustTest know of a pod beside the pod.
#[derive(Clone, Copy)]
struct ContextOfPod<'a> {
    role: Role,
    test_name: &'a str,
    replicas: i64,
    workers: i64,
    work: &'a Work,
}

impl ContextOfPod<'_> {
    fn of<'p>(&'p self, pod: &'p Grafted<'_>) -> PodContext<'p> {
        let Self { role, test_name, replicas, workers, work } = *self;
        PodContext { role, test_name, base: &pod.base, pod: &pod.template, replicas, workers, work }
    }
}

/// What the operator needs; see [`protected`].
struct ProtectedFields<'a>(ContextOfPod<'a>);

impl Rule for ProtectedFields<'_> {
    fn check(&self, pod: &Grafted<'_>) -> Vec<Diagnostic> {
        protected(&self.0.of(pod))
    }
}

/// Warnings of what is likely a mistake; see [`lints`].
struct LikelyMistakes<'a>(ContextOfPod<'a>);

impl Rule for LikelyMistakes<'_> {
    fn check(&self, pod: &Grafted<'_>) -> Vec<Diagnostic> {
        lints(&self.0.of(pod))
    }

    fn needs_all_layers(&self) -> bool {
        true
    }
}

/// What to do where a constraint refuses what the operator itself made, or left out.
fn of_the_operators_own(path: &FieldPath) -> String {
    let container = path.segments().iter().find_map(|segment| match segment {
        Segment::Key(keys) => keys.iter().find(|(key, _)| key == "name").and_then(|(_, name)| name.as_str()),
        _ => None,
    });
    let is_in_container = path.to_string().starts_with(".spec.containers[")
        || path.to_string().starts_with(".spec.initContainers[");
    match container.filter(|_| is_in_container) {
        Some(name) if name == EXPORTER => format!(
            "container \"{name}\" is the operator's own: set it in metricsExporter of the operator's configuration, in defaults or overrides of an overlay, or let the constraint leave it out"
        ),
        Some(name) => format!(
            "container \"{name}\" is the operator's own: set it in podTemplate of the test, in defaults or overrides of an overlay, or let the constraint leave it out"
        ),
        None => {
            "no layer sets it: set it in podTemplate of the test, or in defaults or overrides of an overlay"
                .to_owned()
        }
    }
}
