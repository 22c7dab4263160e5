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
//! `serde_json::Value`, and apply it with [`crate::patch::extend`].

use serde_json::{Map, Value, json};

use super::pod_schema;

/// How many levels of objects below the template are declared.
const DECLARED: usize = 4;

/// The longest description, in characters.
const DESCRIPTION: usize = 100;

const HELP: &str = "A partial pod template, merged into the pods with strategic merge patch. Name only what \
changes: lists such as containers, volumes and env merge by name, so {name: locust} is the container of the test. \
$unset: [field] removes fields, $patch: delete an item or map, $append/tolerations: [...] extends a list.";

const EACH_CONTAINER: &str = "A partial container without a name, merged into every container, init containers and \
sidecars included, and under those that are added later.";

/// The structural schema of a partial pod template.
#[must_use]
pub fn partial_pod_template() -> Value {
    let described = pod_schema::described_pod_template();
    let property =
        |name: &str| described.pointer(&format!("/properties/{name}")).cloned().unwrap_or_default();
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
    if let Some(mut spec) = declared(&property("spec"), 1) {
        if let Some(fields) = spec.pointer_mut("/properties").and_then(Value::as_object_mut) {
            fields.remove("ephemeralContainers");
        }
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

/// The structural schema of a partial container without a name, for a patch that goes onto each one.
#[must_use]
pub fn partial_container() -> Value {
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
pub(super) fn open(description: &str) -> Value {
    json!({
        "type": "object",
        "description": description,
        "x-kubernetes-preserve-unknown-fields": true,
        "x-kubernetes-map-type": "atomic"
    })
}

/// A schema without anything that a partial document would break; open below [`DECLARED`] levels.
fn declared(schema: &Value, level: usize) -> Option<Value> {
    let mut made = Map::new();
    if let Some(text) = schema.get("description").and_then(Value::as_str) {
        // Below the fields of a container or volume, the field's own name has to do.
        if level <= 3 {
            made.insert("description".into(), first_sentence(text).into());
        }
    }
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
            let properties =
                schema.get("properties").and_then(Value::as_object).filter(|_| level <= DECLARED);
            if let Some(properties) = properties {
                let inner = |(name, property): (&String, &Value)| {
                    Some((name.clone(), declared(property, level + 1)?))
                };
                made.insert(
                    "properties".into(),
                    Value::Object(properties.iter().filter_map(inner).collect()),
                );
            }
        }
        "array" => {
            let mut item = declared(schema.get("items")?, level + 1)?;
            if let Some(item) = item.as_object_mut() {
                item.remove("description");
            }
            made.insert("items".into(), item);
        }
        _ => {}
    }
    Some(Value::Object(made))
}

/// The first sentence of a description, shortened to [`DESCRIPTION`] characters.
fn first_sentence(text: &str) -> String {
    let sentence = text.split_once(". ").map_or(text, |(first, _)| first).replace('\n', " ");
    if sentence.chars().count() <= DESCRIPTION {
        return sentence;
    }
    let short: String = sentence.chars().take(DESCRIPTION - 3).collect();
    format!("{}...", short.rsplit_once(' ').map_or(&*short, |(words, _)| words))
}
