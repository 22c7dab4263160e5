//! [`render`]: from a LocustTest to its Service and Jobs. Pure; everything that prints or applies
//! calls this.

use std::cell::LazyCell;

use serde_json::Value;

mod explained;
mod origins;
mod surroundings;
mod wish;

pub use explained::{Explained, Source as LayerSource};
pub use origins::Origins;
use origins::Told;
pub use surroundings::Surroundings;
use wish::{Wish, wishes};

use super::{
    base,
    config::{Config, UnknownFields},
    last_applied,
    overlay::{
        self, Applying, Conflict, Kind, Namespace, Overlay, Source,
        constraint::{self, Judged},
    },
    test::{self, Test},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    judge::{self, Subject},
    layers::{self, Folded, Layer, Leaf},
    manifest::Document,
    patch::{self, MissingTarget, Options},
    path::FieldPath,
    role::Role,
    schema::Schema,
};

/// What [`render`] makes of a test.
#[derive(Debug)]
pub struct Rendered {
    /// The test's Service; `None` when the test could not be read.
    pub service: Option<Value>,
    /// The master's Job and the worker's, in this order; empty when the test could not be read.
    pub jobs: Vec<(Role, Value)>,
    /// The overlays that apply, as their overrides do.
    pub overlays: Vec<Applied>,
    /// The conflicts among them, by role; each is among the diagnostics too.
    pub conflicts: Vec<(Role, Conflict)>,
    /// Where the master's pod and the worker's came from, in this order; empty when the test could not be read.
    pub origins: Vec<(Role, Origins)>,
    /// Errors, warnings and notes. With an error among them, the objects must not be used.
    pub diagnostics: Vec<Diagnostic>,
}

/// An overlay that applies to a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its generation, where it comes from a cluster.
    pub generation: Option<i64>,
}

impl Rendered {
    /// Whether the test is refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Makes the Service and the Jobs of the LocustTest in `document`, of either version, with the overlays
/// that apply to it.
#[must_use]
pub fn render(document: &Document, surroundings: &Surroundings<'_>, config: &Config) -> Rendered {
    let (mut rendered, told) = run(document, surroundings, config);
    rendered.origins = told.into_iter().map(|(role, told)| (role, Origins::from(told))).collect();
    rendered
}

/// What [`render`] makes of a test, told as who set what in each role's pod, and what [`render`] says of it.
/// Nothing of the roles when the test could not be read.
#[must_use]
pub fn explain<'a>(
    document: &'a Document,
    surroundings: &Surroundings<'a>,
    config: &Config,
) -> (Vec<Explained<'a>>, Vec<Diagnostic>) {
    let (rendered, told) = run(document, surroundings, config);
    let pods = told.into_iter().zip(rendered.jobs).map(|((role, told), (_, mut job))| {
        let template = job.pointer_mut("/spec/template").map(Value::take);
        Explained::new(role, template.unwrap_or_default(), told, document)
    });
    (pods.collect(), rendered.diagnostics)
}

/// [`render`] without the origins, and what they are made of.
fn run<'o>(
    document: &Document,
    surroundings: &Surroundings<'o>,
    config: &Config,
) -> (Rendered, Vec<(Role, Told<'o>)>) {
    let object = object_name(&document.value);
    let place = |diagnostic: Diagnostic| {
        let position = diagnostic.path.as_ref().and_then(|path| document.position(path));
        Diagnostic { object: Some(object.clone()), position, ..diagnostic }
    };
    let (test, warnings) = match test::read(&document.value) {
        Ok(read) => read,
        Err(errors) => {
            let diagnostics = errors.into_iter().map(place).collect();
            let rendered = Rendered {
                service: None,
                jobs: Vec::new(),
                origins: Vec::new(),
                overlays: Vec::new(),
                conflicts: Vec::new(),
                diagnostics,
            };
            return (rendered, Vec::new());
        }
    };
    let namespace = surroundings.namespace_of(&test);
    let (applying, found) = surroundings.overlays.applying(&test, namespace.as_ref());
    let mut diagnostics: Vec<Diagnostic> = warnings.into_iter().chain(found).map(place).collect();
    diagnostics.extend(last_applied::lost_nulls(&document.value).into_iter().map(place));
    let place = Place { document, namespace: namespace.as_ref(), applying: &applying };
    let pods = Role::ALL.map(|role| (role, Pod::render(&test, role, config, &place)));
    let said_of_both =
        |diagnostic: &Diagnostic| pods.iter().all(|(_, pod)| pod.diagnostics.contains(diagnostic));
    for (role, pod) in &pods {
        for diagnostic in &pod.diagnostics {
            let (both, diagnostic) = (said_of_both(diagnostic), diagnostic.clone().of(object.as_str()));
            // What is true of both pods is said once.
            if both && *role == Role::Master {
                diagnostics.push(diagnostic);
            } else if !both {
                diagnostics.push(for_role(diagnostic, *role));
            }
        }
    }
    let service = pods.first().map(|(_, master)| base::service(&test, &master.template));
    let (mut jobs, mut told, mut conflicts) = (Vec::new(), Vec::new(), Vec::new());
    for (role, pod) in pods {
        jobs.push((role, base::job(&test, role, config, pod.template)));
        told.push((role, pod.told));
        conflicts.extend(pod.conflicts.into_iter().map(|conflict| (role, conflict)));
    }
    let applied = |overlay: &Overlay| Applied {
        kind: overlay.kind,
        name: overlay.name.clone(),
        generation: overlay.generation,
    };
    let overlays = applying.in_order_of_overrides().into_iter().map(applied).collect();
    let origins = Vec::new();
    (Rendered { service, jobs, overlays, conflicts, origins, diagnostics }, told)
}

/// One role's final pod template.
struct Pod<'o> {
    template: Value,
    told: Told<'o>,
    conflicts: Vec<Conflict>,
    diagnostics: Vec<Diagnostic>,
}

/// What is around a test.
#[derive(Clone, Copy)]
struct Place<'a, 'o> {
    document: &'a Document,
    namespace: Option<&'a Namespace>,
    applying: &'a Applying<'o>,
}

impl<'o> Pod<'o> {
    fn render(test: &Test, role: Role, config: &Config, place: &Place<'_, 'o>) -> Self {
        let document = place.document;
        let base = base::pod_template(test, role, config);
        let (wishes, found) = wishes(test, role, config, place.applying);
        let mut diagnostics: Vec<Diagnostic> = found
            .into_iter()
            .map(|diagnostic| {
                let position = diagnostic.path.as_ref().and_then(|path| document.position(path));
                diagnostic.positioned(position)
            })
            .collect();
        let Some(schema) = Schema::pod_template() else {
            diagnostics.push(Diagnostic::error(
                Code::NoSchema,
                "rebuild podgraft: its schema has no PodTemplateSpec",
            ));
            let told = Told { base: base.clone(), provenance: None, wishes, followed: None };
            return Self { template: base, told, conflicts: Vec::new(), diagnostics };
        };
        let unknown_fields = match config.unknown_fields {
            UnknownFields::Refuse => patch::UnknownFields::Refuse,
            UnknownFields::Warn => patch::UnknownFields::Warn,
        };
        // An overlay meets tests of all kinds: what it aims at may be missing in this one.
        let missing_target = |wish: &Wish<'_>| match wish.overlay {
            Some(_) => MissingTarget::Skip,
            None => MissingTarget::Refuse,
        };
        let layers: Vec<Layer<'_>> = wishes
            .iter()
            .map(|wish| Layer {
                name: wish.name.clone(),
                patch: wish.patch(),
                options: Options { unknown_fields, missing_target: missing_target(wish) },
            })
            .collect();
        let sources: Vec<Source<'_>> = wishes
            .iter()
            .zip(&layers)
            .map(|(wish, layer)| Source { overlay: wish.overlay, patch: layer.patch, options: layer.options })
            .collect();
        let conflicts = overlay::conflicts(&base, &sources, schema);
        let mut folded = layers::fold(base.clone(), &layers, schema);
        let findings = std::mem::take(&mut folded.findings);
        let refused = findings.iter().any(|(_, finding)| finding.is_error());
        diagnostics.extend(
            findings.into_iter().map(|(layer, finding)| placed(finding, wishes.get(layer), document)),
        );
        let provenance = &folded.provenance;
        let by_people = |path: &FieldPath| provenance.story(path).last_setter().is_some();
        let annotations = folded.value.pointer("/metadata/annotations").cloned();
        base::follow_exporter(test, role, config, &mut folded.value, by_people);
        let followed = annotations.filter(|old| folded.value.pointer("/metadata/annotations") != Some(old));
        let subject = Subject {
            role,
            test_name: &test.name,
            base: &base,
            pod: &folded.value,
            replicas: if role == Role::Master { 1 } else { i64::from(test.spec.worker.replicas) },
        };
        let mut judged = judge::protected(&subject);
        if !refused {
            // What a refused layer left out would be missed here once more.
            judged.extend(judge::validity(&subject));
            judged.extend(judge::lints(&subject));
            judged.extend(constraints(&folded, &wishes, place));
        }
        diagnostics.extend(judged.into_iter().map(|finding| blamed(finding, &folded, &wishes, document)));
        diagnostics.extend(conflicts.iter().map(|conflict| conflict.diagnostic.clone()));
        let told = Told { base, provenance: Some(folded.provenance), wishes, followed };
        Self { template: folded.value, told, conflicts, diagnostics }
    }
}

/// What the constraints of the overlays refuse of a final pod.
fn constraints(folded: &Folded, wishes: &[Wish<'_>], place: &Place<'_, '_>) -> Vec<Diagnostic> {
    let overlays = place.applying.in_order_of_overrides();
    let judged = Judged { pod: &folded.value, namespace: place.namespace, overlays: &overlays };
    let leaves = LazyCell::new(|| folded.provenance.leaves(&folded.value));
    constraint::judge(&judged, |path, rank| {
        let is_later = |layer: Option<usize>| {
            let wish = layer.and_then(|layer| wishes.get(layer));
            wish.and_then(Wish::rank).is_some_and(|overriding| overriding >= rank)
        };
        let mut inside = leaves.iter().filter(|leaf| path.contains(&leaf.path)).peekable();
        match inside.peek() {
            // Of a map or list, everything must be as overrides made it.
            Some(_) => inside.all(|leaf: &Leaf| is_later(leaf.story.last_setter())),
            None => is_later(folded.provenance.story(path).last_setter()),
        }
    })
}

/// A diagnostic about the final pod, with the layer that last changed the place.
fn blamed(finding: Diagnostic, folded: &Folded, wishes: &[Wish<'_>], document: &Document) -> Diagnostic {
    let Some(path) = &finding.path else { return finding };
    let wish = folded.provenance.blame(path).and_then(|layer| wishes.get(layer));
    let name = wish.map_or_else(|| "base".to_owned(), |wish| wish.name.clone());
    placed(Diagnostic { layer: Some(name), ..finding }, wish, document)
}

/// A diagnostic with the place where its layer was written.
fn placed(finding: Diagnostic, wish: Option<&Wish<'_>>, document: &Document) -> Diagnostic {
    let position = wish.and_then(|wish| wish.position(finding.path.as_ref(), document));
    finding.positioned(position)
}

/// Says which role's pod a diagnostic is about, where that is not clear from its layer.
fn for_role(diagnostic: Diagnostic, role: Role) -> Diagnostic {
    let is_of_overlay = |layer: &str| Kind::ALL.iter().any(|kind| layer.starts_with(kind.as_str()));
    let layer = match diagnostic.layer.as_deref() {
        Some(layer) if matches!(layer, "podTemplate" | "base") || is_of_overlay(layer) => {
            Some(format!("{layer} ({role} pod)"))
        }
        Some(layer) => Some(layer.to_owned()),
        // What is said of the whole pod names no layer.
        None if diagnostic.path.is_none() => Some(format!("{role} pod")),
        None => None,
    };
    Diagnostic { layer, ..diagnostic }
}

/// The object's kind, namespace and name, for people.
fn object_name(value: &Value) -> String {
    let part = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
    let name = part("/metadata/name").unwrap_or("without a name");
    match part("/metadata/namespace") {
        Some(namespace) => format!("LocustTest {namespace}/{name}"),
        None => format!("LocustTest {name}"),
    }
}
