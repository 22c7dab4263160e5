//! Reading an overlay strictly: everything that is wrong with it is said, at its place.

use podgraft_merge::{
    diagnostic::{Diagnostic, LayerId},
    path::FieldPath,
};
use serde_json::{Value, json};

use super::{
    api::OverlayApi,
    constraint::Constraint,
    kind::OverlayKind,
    object::{Overlay, UnreadableOverlay},
    patch::OverlayPatch,
    reference::OverlayId,
    selection::Selection,
};
use crate::{
    codes,
    json_schema::{metadata_of_other_kind, not_a_text},
    manifest::{Document, nesting::too_deep},
    object::{SpecKind, normalize::normalize, unknown, unquoted},
    validity::is_object_name,
};

impl Overlay {
    /// Reads an object of this kind, and checks it as the API server checks it on arrival, and its
    /// selectors, templates and constraints beside.
    ///
    /// # Errors
    /// What could be made of it, and everything that is wrong with it; paths are rooted at the object.
    pub fn read(api: &OverlayApi, kind: OverlayKind, document: Document) -> Result<Self, UnreadableOverlay> {
        let document = normalized(api, kind, document);
        let value = &document.value;
        let mut errors = metadata(api, kind, value);
        let spec = value.get("spec").cloned().unwrap_or_else(|| json!({}));
        let deep = too_deep(value);
        let structure =
            if deep.is_some() { Vec::from_iter(deep) } else { structure(api, kind, &spec, &mut errors) };
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
        let namespace = text("/metadata/namespace").filter(|_| kind == OverlayKind::Namespaced);
        match selection {
            Ok(selection) if errors.is_empty() => {
                let id = OverlayId { kind, namespace: namespace.clone(), name: name.clone() };
                let layer_ids =
                    ["defaults", "overrides"].map(|part| LayerId::other_object(format!("{id} ({part})")));
                let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_i64);
                let priority = number("/spec/priority").unwrap_or_default();
                Ok(Self {
                    kind,
                    namespace,
                    name,
                    generation: number("/metadata/generation"),
                    priority: i32::try_from(priority).unwrap_or_default(),
                    selection,
                    constraints: constraints.into(),
                    patches: ["defaults", "overrides"].map(|part| OverlayPatch::of_part(spec.get(part))),
                    document,
                    layer_ids,
                })
            }
            selection => {
                let object = OverlayId { kind, namespace: namespace.clone(), name: name.clone() }.to_string();
                let place = |error: Diagnostic| {
                    let position = error.path.as_ref().and_then(|path| document.position(path));
                    error.of(object.as_str()).positioned(position)
                };
                let diagnostics = errors.into_iter().map(place).collect();
                Err(UnreadableOverlay {
                    kind,
                    namespace,
                    name,
                    selection: selection.ok(),
                    diagnostics,
                    document,
                })
            }
        }
    }
}

impl Overlay {
    /// The same overlay, of another version of its object whose spec is the same.
    pub(super) fn with_document(&self, api: &OverlayApi, document: Document) -> Self {
        Self { document: normalized(api, self.kind, document), ..self.clone() }
    }
}

/// The document with its spec as the API server would store it.
fn normalized(api: &OverlayApi, kind: OverlayKind, mut document: Document) -> Document {
    if let Some(spec) = document.value.get_mut("spec") {
        normalize(&(api.spec)(kind).schema, spec);
    }
    document
}

/// What the CRD refuses of the spec. Fields that it does not know are added to `errors`: the rest can be
/// read nevertheless.
fn structure(
    api: &OverlayApi,
    kind: OverlayKind,
    spec: &Value,
    errors: &mut Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let of = spec_kind(api, kind);
    let root = FieldPath::fields(["spec"]);
    unknown::fields(of, spec, &root, errors);
    let rooted = |error: Diagnostic| {
        let path = root.join(&error.path.clone().unwrap_or_default());
        error.at(path)
    };
    (api.spec)(kind).compiled.check(spec).map(|(_, error)| rooted(error)).collect()
}

/// What reading the spec of an overlay goes by.
fn spec_kind(api: &OverlayApi, kind: OverlayKind) -> SpecKind<'static> {
    SpecKind { kind: kind.as_str(), schema: &(api.spec)(kind).schema, advice: api.advice }
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
fn metadata(api: &OverlayApi, kind: OverlayKind, value: &Value) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let say = |code, message: String, path: &[&str]| {
        Diagnostic::error(code, message).at(FieldPath::fields(path.iter().copied()))
    };
    let version = value.get("apiVersion").and_then(Value::as_str).unwrap_or("nothing");
    let wanted = format!("{}/{}", api.group, api.version);
    if version != wanted {
        let message = format!("write apiVersion as {wanted}, not as {version}");
        errors.push(say(codes::UNSUPPORTED_VERSION, message, &["apiVersion"]));
    }
    errors.extend(unknown::outside_of_spec(spec_kind(api, kind), value));
    if let Some(error) = metadata_of_other_kind(value) {
        errors.push(error);
        return errors;
    }
    let name = value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    if let Some(other) = value.pointer("/metadata/name").filter(|name| !name.is_string() && !name.is_null()) {
        errors.push(say(codes::INVALID_NAME, not_a_text("metadata.name", other), &["metadata", "name"]));
    } else if name.is_empty() {
        let message = format!("add metadata.name: {}s and messages call the overlay by it", api.noun);
        errors.push(say(codes::MISSING_NAME, message, &["metadata", "name"]));
    } else if !is_object_name(name) {
        let message =
            format!("write the name in lower case letters, digits, - and . only: \"{name}\" is no DNS name");
        errors.push(say(codes::INVALID_NAME, message, &["metadata", "name"]));
    }
    let namespace = value.pointer("/metadata/namespace").filter(|namespace| !namespace.is_null());
    errors.extend(
        unquoted::metadata(value)
            .into_iter()
            .filter(|error| kind == OverlayKind::Namespaced || error.code != codes::INVALID_NAMESPACE),
    );
    if kind == OverlayKind::Cluster && namespace.is_some() {
        let message = format!(
            "remove metadata.namespace, or write kind as PodOverlay: a ClusterPodOverlay is in no namespace; \
             spec.namespaceSelector says whose {}s it is for",
            api.noun
        );
        errors.push(say(codes::INVALID_NAMESPACE, message, &["metadata", "namespace"]));
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
