//! Reading an overlay strictly: everything that is wrong with it is said, at its place.

use std::sync::LazyLock;

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use serde_json::{Value, json};

use super::{
    constraint::Constraint,
    object::{Kind, Overlay, Unreadable},
    reference::Reference,
    selection::Selection,
};
use crate::{
    codes, judge,
    locust::{normalize::normalize, test, unknown, unquoted},
    manifest::Document,
    structure::{Structure, metadata_of_other_kind, not_a_text},
};

static CLUSTER: LazyLock<(Value, Structure)> = LazyLock::new(|| test::structure("ClusterPodOverlay"));
static NAMESPACED: LazyLock<(Value, Structure)> = LazyLock::new(|| test::structure("PodOverlay"));

const VERSION: &str = "locust.io/v1alpha1";

impl Overlay {
    /// Reads an object of this kind, and checks it as the API server checks it on arrival, and its
    /// selectors, templates and constraints beside.
    ///
    /// # Errors
    /// What could be made of it, and everything that is wrong with it; paths are rooted at the object.
    pub fn read(kind: Kind, mut document: Document) -> Result<Self, Unreadable> {
        if let Some(spec) = document.value.get_mut("spec") {
            normalize(&checks_of(kind).0, spec);
        }
        let value = &document.value;
        let mut errors = metadata(kind, value);
        let spec = value.get("spec").cloned().unwrap_or_else(|| json!({}));
        let structure = structure(kind, &spec, &mut errors);
        let is_sound = structure.is_empty();
        errors.extend(structure);
        let selection = Selection::read(&spec);
        let mut constraints = Vec::new();
        if is_sound {
            errors.extend(templates(&spec));
            errors.extend(quantities(&spec));
            constraints = read_constraints(&spec, &mut errors);
            errors.extend(selection.as_ref().err().into_iter().flatten().cloned());
        }
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let name = text("/metadata/name").unwrap_or_default();
        let namespace = text("/metadata/namespace").filter(|_| kind == Kind::Namespaced);
        match selection {
            Ok(selection) if errors.is_empty() => {
                let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_i64);
                let priority = number("/spec/priority").unwrap_or_default();
                Ok(Self {
                    kind,
                    namespace,
                    name,
                    generation: number("/metadata/generation"),
                    priority: i32::try_from(priority).unwrap_or_default(),
                    selection,
                    constraints,
                    document,
                })
            }
            selection => {
                let object = Reference { kind, namespace: namespace.clone(), name: name.clone() }.to_string();
                let place = |error: Diagnostic| {
                    let position = error.path.as_ref().and_then(|path| document.position(path));
                    error.of(object.as_str()).positioned(position)
                };
                let diagnostics = errors.into_iter().map(place).collect();
                Err(Unreadable { kind, namespace, name, selection: selection.ok(), diagnostics, document })
            }
        }
    }
}

/// The schema of a kind's spec, plain and ready to check.
fn checks_of(kind: Kind) -> &'static (Value, Structure) {
    if kind == Kind::Cluster { &CLUSTER } else { &NAMESPACED }
}

/// What the CRD refuses of the spec. Fields that it does not know are added to `errors`: the rest can be
/// read nevertheless.
fn structure(kind: Kind, spec: &Value, errors: &mut Vec<Diagnostic>) -> Vec<Diagnostic> {
    let (schema, checks) = checks_of(kind);
    let root = FieldPath::fields(["spec"]);
    unknown::fields(kind.as_str(), schema, spec, &root, errors);
    let rooted = |error: Diagnostic| {
        let path = root.join(&error.path.clone().unwrap_or_default());
        error.at(path)
    };
    checks.check(spec).map(|(_, error)| rooted(error)).collect()
}

/// The constraints in a sound spec. What is wrong with the others is added to `errors`.
fn read_constraints(spec: &Value, errors: &mut Vec<Diagnostic>) -> Vec<Constraint> {
    let written = spec.get("constraints").and_then(Value::as_array).into_iter().flatten();
    let mut constraints = Vec::new();
    for (index, written) in written.enumerate() {
        match Constraint::read(written, FieldPath::fields(["spec", "constraints"]).index(index)) {
            Ok(constraint) => constraints.push(constraint),
            Err(found) => errors.extend(found),
        }
    }
    constraints
}

/// What is wrong with the object outside of its spec.
fn metadata(kind: Kind, value: &Value) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let say = |code, message: String, path: &[&str]| {
        Diagnostic::error(code, message).at(FieldPath::fields(path.iter().copied()))
    };
    let version = value.get("apiVersion").and_then(Value::as_str).unwrap_or("nothing");
    if version != VERSION {
        let message = format!("write apiVersion as {VERSION}, not as {version}");
        errors.push(say(codes::UNSUPPORTED_VERSION, message, &["apiVersion"]));
    }
    errors.extend(unknown::outside_of_spec(kind.as_str(), &checks_of(kind).0, value));
    if let Some(error) = metadata_of_other_kind(value) {
        errors.push(error);
        return errors;
    }
    let name = value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    if let Some(other) = value.pointer("/metadata/name").filter(|name| !name.is_string() && !name.is_null()) {
        errors.push(say(codes::INVALID_NAME, not_a_text("metadata.name", other), &["metadata", "name"]));
    } else if name.is_empty() {
        let message = "add metadata.name: tests and messages call the overlay by it".to_owned();
        errors.push(say(codes::MISSING_NAME, message, &["metadata", "name"]));
    } else if !judge::is_object_name(name) {
        let message =
            format!("write the name in lower case letters, digits, - and . only: \"{name}\" is no DNS name");
        errors.push(say(codes::INVALID_NAME, message, &["metadata", "name"]));
    }
    let namespace = value.pointer("/metadata/namespace").filter(|namespace| !namespace.is_null());
    errors.extend(
        unquoted::metadata(value)
            .into_iter()
            .filter(|error| kind == Kind::Namespaced || error.code != codes::INVALID_NAMESPACE),
    );
    if kind == Kind::Cluster && namespace.is_some() {
        let message = "remove metadata.namespace, or write kind as PodOverlay: a ClusterPodOverlay is in no namespace; \
            spec.namespaceSelector says whose tests it is for";
        errors.push(say(codes::INVALID_NAMESPACE, message.to_owned(), &["metadata", "namespace"]));
    }
    errors
}

/// The amounts with a fraction that are no texts, in all templates.
fn quantities(spec: &Value) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    for band in ["defaults", "overrides"] {
        let fields = spec.get(band).and_then(Value::as_object);
        for (name, template) in fields.into_iter().flatten() {
            let path = FieldPath::fields(["spec", band, name]);
            errors.extend(match name.as_str() {
                "eachContainer" => unquoted::in_container(template, &path),
                _ => unquoted::in_template(template, &path),
            });
        }
    }
    errors
}

/// What is wrong with the templates in a sound spec, as far as that can be said without a pod.
fn templates(spec: &Value) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    for band in ["defaults", "overrides"] {
        let each = spec.get(band).and_then(|templates| templates.get("eachContainer"));
        if each.is_some_and(|each| each.get("name").is_some()) {
            let message = "remove the name: eachContainer is for every container; a change to one container is an item of \
                podTemplate.spec.containers";
            let path = FieldPath::fields(["spec", band, "eachContainer", "name"]);
            errors.push(Diagnostic::error(codes::EACH_CONTAINER_NAME, message).at(path));
        }
    }
    errors
}
