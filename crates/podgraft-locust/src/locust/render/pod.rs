//! [`Pod`]: one role's final pod template, folded from its layers and judged.

use std::{cell::LazyCell, collections::HashSet};

use podgraft_merge::{
    diagnostic::Diagnostic,
    layers::{self, Folded},
    path::{FieldPath, Lookup, Segment},
    schema::Schema,
    work::Work,
};
use podgraft_pod::{
    manifest::Document,
    overlay::{
        self, ConflictSource, Namespace, Overlap, OverlayId, SelectedOverlays,
        constraint::{self, Judged},
    },
    validity::validity,
};
use serde_json::Value;

use super::{
    consequences::Consequences,
    misplaced,
    origins::Told,
    repeated::repeated_items,
    wish::{Wish, layers_of, wishes},
};
use crate::{
    codes,
    judge::{self, Subject},
    locust::{base, config::Config, test::Test},
    role::Role,
};

/// One role's final pod template.
pub(super) struct Pod<'o> {
    pub(super) template: Value,
    pub(super) told: Told<'o>,
    /// What its overlays write differently.
    pub(super) overlaps: Vec<Overlap>,
    /// What its overlays aim at and is not there.
    pub(super) missing_targets: Vec<(OverlayId, Diagnostic)>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What is around a test.
#[derive(Clone, Copy)]
pub(super) struct Place<'a, 'o> {
    pub(super) document: &'a Document,
    pub(super) namespace: Option<&'a Namespace>,
    pub(super) applying: &'a SelectedOverlays<'o>,
    /// Who counts what is done for the test.
    pub(super) work: &'a Work,
}

impl<'o> Pod<'o> {
    /// Folds the layers of this role onto its base, and judges what comes out. `workers` connect to the master.
    pub(super) fn render(
        test: &Test,
        role: Role,
        config: &Config,
        place: &Place<'_, 'o>,
        workers: i64,
    ) -> Self {
        let document = place.document;
        let base = base::pod_template(test, role, config);
        let (mut wishes, found) = wishes(test, role, config, place.applying, place.work);
        let position = |path: &FieldPath| document.position(path);
        let mut diagnostics: Vec<Diagnostic> = found
            .into_iter()
            .map(|diagnostic| {
                let position = diagnostic.path.as_ref().and_then(position);
                diagnostic.positioned(position)
            })
            .collect();
        let Some(schema) = Schema::pod_template() else {
            diagnostics.push(Diagnostic::error(
                codes::NO_SCHEMA,
                "rebuild podgraft: its schema has no PodTemplateSpec",
            ));
            let told = Told { base: base.clone(), provenance: None, wishes, followed: None };
            let (overlaps, missing_targets) = (Vec::new(), Vec::new());
            return Self { template: base, told, overlaps, missing_targets, diagnostics };
        };
        let layers = layers_of(&wishes, config);
        let sources: Vec<ConflictSource<'_>> = wishes
            .iter()
            .zip(&layers)
            .map(|(wish, layer)| ConflictSource {
                overlay: wish.overlay,
                patch: layer.patch,
                options: layer.options,
            })
            .collect();
        let overlaps = overlay::overlaps(&base, &sources, schema, place.work);
        let mut folded = layers::fold(base.clone(), &layers, schema, place.work);
        let other = if role == Role::Master { Role::Worker } else { Role::Master };
        let others = LazyCell::new(|| base::pod_template(test, other, config));
        let elsewhere = |finding| misplaced::found_elsewhere(finding, &base, &test.name, (other, &others));
        let findings: Vec<_> = std::mem::take(&mut folded.diagnostics)
            .into_iter()
            .map(|(layer, finding)| (layer, elsewhere(finding)))
            .collect();
        let missing_targets = missing_targets(&findings, &wishes);
        let refused = Consequences::of(&findings);
        diagnostics.extend(
            findings.into_iter().map(|(layer, finding)| placed(finding, wishes.get(layer), document)),
        );
        let pods = i64::from(test.spec.worker.replicas);
        let expecting = judge::expecting(&folded.value, pods, workers).filter(|_| role == Role::Master);
        // The operator's own layer lies over all others, who are blamed as if it were not there.
        let last = expecting.map(|arguments| {
            wishes.push(Wish::expecting(test, &arguments));
            let again = layers::fold(base.clone(), &layers_of(&wishes, config), schema, place.work);
            folded.value = again.value;
            again.provenance
        });
        let followed = follow_exporter(test, role, config, &mut folded);
        let subject = Subject {
            role,
            test_name: &test.name,
            base: &base,
            pod: &folded.value,
            replicas: if role == Role::Master { 1 } else { pods },
            workers,
            work: place.work,
        };
        let mut judged = judge::protected(&subject);
        let path_of = |one: &Diagnostic| one.path.as_ref().map(ToString::to_string);
        let said: HashSet<Option<String>> = judged.iter().map(path_of).collect();
        let is_said = |found: &Diagnostic| said.contains(&path_of(found));
        judged.extend(validity(subject.pod, subject.work).into_iter().filter(|one| !is_said(one)));
        if refused.is_empty() {
            judged.extend(judge::lints(&subject));
            let name = |layer: usize| wishes.get(layer).map(|wish| wish.name.clone());
            judged.extend(repeated_items(&folded, schema, name));
        }
        judged.extend(constraints(&folded, &wishes, place));
        judged.retain(|finding| !refused.explain(finding));
        diagnostics.extend(judged.into_iter().map(|finding| blamed(finding, &folded, &wishes, document)));
        let provenance = Some(last.unwrap_or(folded.provenance));
        let told = Told { base, provenance, wishes, followed };
        Self { template: folded.value, told, overlaps, missing_targets, diagnostics }
    }
}

/// What overlays aim at and is not there, among what their layers said.
fn missing_targets(findings: &[(usize, Diagnostic)], wishes: &[Wish<'_>]) -> Vec<(OverlayId, Diagnostic)> {
    let missing = findings.iter().filter(|(_, finding)| finding.code == codes::UNKNOWN_TARGET);
    let of_overlay = |(layer, finding): &(usize, Diagnostic)| {
        let overlay = wishes.get(*layer)?.overlay?.overlay;
        Some((overlay.reference(), finding.clone()))
    };
    missing.filter_map(of_overlay).collect()
}

/// Makes the scrape annotations say what the exporter became, where nobody set them. Gives the annotations
/// before, where that changed any.
fn follow_exporter(test: &Test, role: Role, config: &Config, folded: &mut Folded) -> Option<Value> {
    let provenance = &folded.provenance;
    let by_people = |path: &FieldPath| provenance.history(path).last_setter().is_some();
    let before = folded.value.pointer("/metadata/annotations").cloned();
    base::follow_exporter(test, role, config, &mut folded.value, by_people);
    before.filter(|before| folded.value.pointer("/metadata/annotations") != Some(before))
}

/// What the constraints of the overlays refuse of a final pod.
fn constraints(folded: &Folded, wishes: &[Wish<'_>], place: &Place<'_, '_>) -> Vec<Diagnostic> {
    let overlays = place.applying.in_order_of_overrides();
    let (namespace, work) = (place.namespace, place.work);
    let judged = Judged { pod: &folded.value, namespace, overlays: &overlays, work };
    let lookup = Lookup::default();
    constraint::judge(&judged, |path, rank| {
        let is_later = |layer: Option<usize>| {
            let wish = layer.and_then(|layer| wishes.get(layer));
            wish.and_then(Wish::rank).is_some_and(|overriding| overriding >= rank)
        };
        let inside = folded.provenance.leaves_below(path, &folded.value, &lookup);
        if inside.is_empty() {
            return is_later(folded.provenance.history(path).last_setter());
        }
        // Of a map or list, everything must be as overrides made it.
        inside.iter().all(|leaf| is_later(leaf.history.last_setter()))
    })
}

/// A diagnostic about the final pod, with the layer that last changed the place.
fn blamed(finding: Diagnostic, folded: &Folded, wishes: &[Wish<'_>], document: &Document) -> Diagnostic {
    let Some(path) = &finding.path else { return finding };
    let is_constraint = finding.code == codes::CONSTRAINT;
    // Of a container as a whole, who made it is to blame, not who changed something in it last.
    let is_item = is_constraint && matches!(path.segments().last(), Some(Segment::Key(_)));
    let blame = folded.provenance.last_change(&if is_item { path.field("name") } else { path.clone() });
    let wish = blame.and_then(|layer| wishes.get(layer));
    let name = wish.map_or_else(|| "base".to_owned(), |wish| wish.name.clone());
    let finding = match (wish, finding.help.as_deref()) {
        (None, Some(help)) if is_constraint => {
            let help = format!("{help}; {}", of_the_operators_own(path));
            finding.help(help)
        }
        _ => finding,
    };
    placed(Diagnostic { layer: Some(name), ..finding }, wish, document)
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
        Some(name) if name == base::EXPORTER => format!(
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

/// A diagnostic with the place where its layer was written, where that is known.
fn placed(finding: Diagnostic, wish: Option<&Wish<'_>>, document: &Document) -> Diagnostic {
    let position = wish.and_then(|wish| wish.position(finding.path.as_ref(), document));
    let position = position.or_else(|| finding.position.clone());
    finding.positioned(position)
}
