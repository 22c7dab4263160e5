//! The schema of a partial pod template: typed where people look, open below.
//!
//! A template is one patch document, so nothing in it is required, defaulted, restricted to some
//! values, or a list with keys; every object keeps what its schema does not name, so that
//! directives and new Kubernetes fields arrive as they are written; nulls arrive as well, and are
//! refused with a message instead of being dropped without one. It is one atomic value to
//! server-side apply, which would otherwise rewrite `{}`.
//!
//! Other operators can use it as well: put [`partial_pod_template`] at the field of their CRD that
//! takes a template (`crds/schema/partial-pod-template.yaml` is the same as a file), hold the field as a
//! `serde_json::Value`, and apply it with [`podgraft_merge::patch::extend`].

pub mod descriptions;
pub mod pod_fields;

use serde_json::{Map, Value, json};

use podgraft_merge::schema::Schema;

/// How many levels of objects below the template are declared.
const DECLARED: usize = 4;

/// The lists of containers whose items are declared as well, though they are further down.
const DECLARED_LISTS: [&str; 3] = ["env", "ports", "volumeMounts"];

const HELP: &str = "A partial pod template, merged into the pods with strategic merge patch. Name only what \
changes: lists such as containers, volumes and env merge by name, so {name: locust} is the container of the test. \
$unset: [field] removes fields, $patch: delete an item or map, $append/tolerations: [...] extends a list.";

const EACH_CONTAINER: &str = "A partial container without a name, merged into every container, init containers and \
sidecars included, and under those that are added later.";

/// The structural schema of a partial pod template.
#[must_use]
pub fn partial_pod_template() -> Value {
    let whole = pod_fields::whole_pod_spec();
    let mut properties = Map::new();
    let text_map = |description: &str| json!({ "type": "object", "description": description, "nullable": true, "x-kubernetes-preserve-unknown-fields": true });
    let metadata = json!({
        "type": "object",
        "description": "Labels and annotations of the pods.",
        "nullable": true,
        "properties": { "labels": text_map("Labels of the pods."), "annotations": text_map("Annotations of the pods.") },
        "x-kubernetes-preserve-unknown-fields": true
    });
    properties.insert("metadata".into(), metadata);
    if let Some(mut spec) = declared(&whole, "spec", 1) {
        if let Some(fields) = spec.pointer_mut("/properties").and_then(Value::as_object_mut) {
            fields.remove("ephemeralContainers");
        }
        let of = Schema::pod_template().and_then(|template| template.field("spec").ok().map(Schema::of));
        if let Some(of) = of {
            descriptions::describe(&mut spec, of);
        }
        if let Some(item) = spec.pointer_mut("/properties/initContainers/items") {
            declare_less(item);
        }
        spec["description"] = "What the pods are; only what changes.".into();
        properties.insert("spec".into(), spec);
    }
    json!({
        "type": "object",
        "description": HELP,
        "properties": properties,
        "x-kubernetes-preserve-unknown-fields": true,
        "x-kubernetes-map-type": "atomic"
    })
}

/// Leaves out of an init container what is declared and described in the same field of a container.
fn declare_less(container: &mut Value) {
    let fields = container.get_mut("properties").and_then(Value::as_object_mut);
    for (name, field) in fields.into_iter().flatten() {
        if DECLARED_LISTS.contains(&name.as_str())
            && let Some(item) = field.get_mut("items").and_then(Value::as_object_mut)
        {
            item.remove("properties");
        }
        for inner in field.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            descriptions::remove(inner.1);
        }
    }
}

/// The structural schema of a partial container without a name, for a patch that goes onto each one.
#[must_use]
pub(crate) fn partial_container() -> Value {
    let template = partial_pod_template();
    let mut schema =
        template.pointer("/properties/spec/properties/containers/items").cloned().unwrap_or_default();
    if let Some(fields) = schema.pointer_mut("/properties").and_then(Value::as_object_mut) {
        fields.remove("name");
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("nullable");
        schema.insert("description".into(), EACH_CONTAINER.into());
        schema.insert("x-kubernetes-map-type".into(), "atomic".into());
    }
    schema
}

/// A schema of one atomic value that keeps whatever is written.
#[must_use]
pub fn open(description: &str) -> Value {
    json!({
        "type": "object",
        "description": description,
        "x-kubernetes-preserve-unknown-fields": true,
        "x-kubernetes-map-type": "atomic"
    })
}

/// The schema of a field without anything that a partial document would break; open below [`DECLARED`] levels.
fn declared(schema: &Value, name: &str, level: usize) -> Option<Value> {
    let mut made = Map::new();
    made.insert("nullable".into(), true.into());
    if schema.get("x-kubernetes-int-or-string").is_some() {
        made.insert("x-kubernetes-int-or-string".into(), true.into());
        return Some(Value::Object(made));
    }
    let ty = schema.get("type").and_then(Value::as_str)?;
    made.insert("type".into(), ty.into());
    match ty {
        "object" => {
            made.insert("x-kubernetes-preserve-unknown-fields".into(), true.into());
            let is_declared = level <= DECLARED && !pod_fields::FORMER_VOLUMES.contains(&name);
            let properties = schema.get("properties").and_then(Value::as_object).filter(|_| is_declared);
            if let Some(properties) = properties {
                let inner = |(name, property): (&String, &Value)| {
                    Some((name.clone(), declared(property, name, level + 1)?))
                };
                made.insert(
                    "properties".into(),
                    Value::Object(properties.iter().filter_map(inner).collect()),
                );
            }
        }
        "array" => {
            let level = if DECLARED_LISTS.contains(&name) { DECLARED } else { level + 1 };
            made.insert("items".into(), declared(schema.get("items")?, "", level)?);
        }
        _ => {}
    }
    Some(Value::Object(made))
}
