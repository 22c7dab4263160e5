//! [`render`]: from a LocustTest to its Service and Jobs. Pure; everything that prints or applies
//! calls this.

use serde_json::Value;

use super::{
    base,
    config::{Config, UnknownFields},
    test::{self, Test},
    typed_fields,
};
use crate::{
    diagnostic::{Diagnostic, Position},
    judge::{self, Subject},
    layers::{self, Folded, Layer, Patch},
    manifest::Document,
    patch::{self, Options},
    path::{FieldPath, Segment},
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
    /// Errors, warnings and notes. With an error among them, the objects must not be used.
    pub diagnostics: Vec<Diagnostic>,
}

impl Rendered {
    /// Whether the test is refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Makes the Service and the Jobs of the LocustTest in `document`, of either version.
#[must_use]
pub fn render(document: &Document, config: &Config) -> Rendered {
    let object = object_name(&document.value);
    let place = |diagnostic: Diagnostic| {
        let position = diagnostic.path.as_ref().and_then(|path| document.position(path));
        Diagnostic { object: Some(object.clone()), position, ..diagnostic }
    };
    let (test, warnings) = match test::read(&document.value) {
        Ok(read) => read,
        Err(errors) => {
            let diagnostics = errors.into_iter().map(place).collect();
            return Rendered { service: None, jobs: Vec::new(), diagnostics };
        }
    };
    let mut diagnostics: Vec<Diagnostic> = warnings.into_iter().map(place).collect();
    let pods = Role::ALL.map(|role| (role, Pod::render(&test, role, config, document)));
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
    let pods = pods.map(|(role, pod)| (role, pod.template));
    let service = pods.first().map(|(_, master)| base::service(&test, master));
    let jobs =
        pods.into_iter().map(|(role, template)| (role, base::job(&test, role, config, template))).collect();
    Rendered { service, jobs, diagnostics }
}

/// One role's final pod template.
struct Pod {
    template: Value,
    diagnostics: Vec<Diagnostic>,
}

/// A layer's patch, and where in the test it was written.
struct Wish {
    name: String,
    origin: FieldPath,
    patch: Value,
    /// Whether the patch is written at `origin` as it is, rather than made from what is there.
    verbatim: bool,
}

impl Pod {
    fn render(test: &Test, role: Role, config: &Config, document: &Document) -> Self {
        let base = base::pod_template(test, role, config);
        let (wishes, found) = wishes(test, role, config);
        let mut diagnostics: Vec<Diagnostic> = found
            .into_iter()
            .map(|diagnostic| {
                let position = diagnostic.path.as_ref().and_then(|path| document.position(path));
                diagnostic.positioned(position)
            })
            .collect();
        let Some(schema) = Schema::pod_template() else {
            diagnostics
                .push(Diagnostic::error("no-schema", "rebuild podgraft: its schema has no PodTemplateSpec"));
            return Self { template: base, diagnostics };
        };
        let unknown_fields = match config.unknown_fields {
            UnknownFields::Refuse => patch::UnknownFields::Refuse,
            UnknownFields::Warn => patch::UnknownFields::Warn,
        };
        let options = Options { unknown_fields, ..Options::default() };
        let layers: Vec<Layer<'_>> = wishes
            .iter()
            .map(|wish| Layer { name: wish.name.clone(), patch: Patch::Template(&wish.patch), options })
            .collect();
        let mut folded = layers::fold(base.clone(), &layers, schema);
        let findings = std::mem::take(&mut folded.findings);
        let refused = findings.iter().any(|(_, finding)| finding.is_error());
        diagnostics.extend(
            findings.into_iter().map(|(layer, finding)| placed(finding, wishes.get(layer), document)),
        );
        let provenance = &folded.provenance;
        let by_people = |path: &FieldPath| provenance.story(path).last_setter().is_some();
        base::follow_exporter(test, role, config, &mut folded.value, by_people);
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
        }
        diagnostics.extend(judged.into_iter().map(|finding| blamed(finding, &folded, &wishes, document)));
        Self { template: folded.value, diagnostics }
    }
}

/// The layers of one role: typed fields, `podTemplate`, the role's own template.
fn wishes(test: &Test, role: Role, config: &Config) -> (Vec<Wish>, Vec<Diagnostic>) {
    let (pieces, diagnostics) = typed_fields::pieces(test, role, config);
    let mut wishes: Vec<Wish> = pieces
        .into_iter()
        .map(|piece| Wish {
            name: format!("typed field {}", piece.origin),
            origin: piece.origin,
            patch: piece.patch,
            verbatim: false,
        })
        .collect();
    let own = match role {
        Role::Master => ("masterPodTemplate", &test.spec.overrides.master_pod_template),
        Role::Worker => ("workerPodTemplate", &test.spec.overrides.worker_pod_template),
    };
    for (name, template) in [("podTemplate", &test.spec.overrides.pod_template), own] {
        if let Some(patch) = template {
            wishes.push(Wish {
                name: name.to_owned(),
                origin: FieldPath::fields(["spec", name]),
                patch: patch.clone(),
                verbatim: true,
            });
        }
    }
    (wishes, diagnostics)
}

/// A diagnostic about the final pod, with the layer that last changed the place.
fn blamed(finding: Diagnostic, folded: &Folded, wishes: &[Wish], document: &Document) -> Diagnostic {
    let layer = finding.path.as_ref().and_then(|path| folded.provenance.blame(path));
    let wish = layer.and_then(|layer| wishes.get(layer));
    let name = wish.map_or_else(|| "base".to_owned(), |wish| wish.name.clone());
    placed(Diagnostic { layer: Some(name), ..finding }, wish, document)
}

/// A diagnostic with the place where its layer was written.
fn placed(finding: Diagnostic, wish: Option<&Wish>, document: &Document) -> Diagnostic {
    let position = wish.and_then(|wish| {
        let path = finding.path.as_ref().filter(|_| wish.verbatim);
        path.map_or_else(|| document.position(&wish.origin), |path| written(document, &wish.origin, path))
    });
    finding.positioned(position)
}

/// Where a template says something of `path`: at the field itself, or at a directive about it.
fn written(document: &Document, origin: &FieldPath, path: &FieldPath) -> Option<Position> {
    let whole = origin.join(path);
    let (steps, found) = whole.locate(&document.value);
    if !found {
        let reached = FieldPath::new(whole.segments()[..steps.len()].to_vec());
        if let (Some(Segment::Field(name)), Some(Value::Object(fields))) = (
            whole.segments().get(steps.len()),
            steps.iter().try_fold(&document.value, |here, step| step.of(here)),
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

/// Says which role's pod a diagnostic is about, where that is not clear from its layer.
fn for_role(diagnostic: Diagnostic, role: Role) -> Diagnostic {
    let layer = diagnostic.layer.as_ref().map(|layer| match layer.as_str() {
        "podTemplate" | "base" => format!("{layer} ({role} pod)"),
        other => other.to_owned(),
    });
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
