//! The `CustomResourceDefinition`s: `LocustTest` with both versions, and the two kinds of overlay.

use kube::core::crd::{CustomResourceExt, merge_crds};
use serde_json::{Value, json};

use super::{v1, v1alpha1, v2};
use podgraft_pod::template_schema::descriptions;

/// A pattern that no text matches.
const NO_TEXT: &str = "[^\\s\\S]";

/// The `CustomResourceDefinitions`, as objects to apply.
#[must_use]
pub fn crds() -> Vec<Value> {
    let merged = merge_crds(vec![v1::LocustTest::crd(), v2::LocustTest::crd()], "v2");
    let Ok(mut crd) = merged.map(|crd| serde_json::to_value(crd).unwrap_or_default()) else {
        return Vec::new();
    };
    for version in crd.pointer_mut("/spec/versions").and_then(Value::as_array_mut).into_iter().flatten() {
        let is_v1 = version.get("name").is_some_and(|name| name == "v1");
        if let Some(schema) = version.pointer_mut("/schema/openAPIV3Schema") {
            restore_ranges(schema);
            add_rules(schema);
            if is_v1 {
                open_pod_fields(schema);
            }
            if let Some(spec) = schema.pointer_mut("/properties/spec") {
                take_nulls(spec);
            }
        }
    }
    let mut crds = vec![crd];
    for overlay in [v1alpha1::ClusterPodOverlay::crd(), v1alpha1::PodOverlay::crd()] {
        let mut crd = serde_json::to_value(overlay).unwrap_or_default();
        restore_ranges(&mut crd);
        if let Some(spec) = crd.pointer_mut("/spec/versions/0/schema/openAPIV3Schema/properties/spec") {
            take_nulls(spec);
        }
        crds.push(crd);
    }
    crds
}

/// The Service by which the API server reaches the conversion webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionService {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its port.
    pub port: u16,
}

/// The path of the conversion webhook.
pub const CONVERSION_PATH: &str = "/convert";

/// Serves v1 of `crd`, that of `LocustTest`, through this conversion webhook. Without a webhook v1 is not served: the API
/// server would take objects of one version for those of the other, unchanged, and prune all that differs.
pub fn serve_v1(crd: &mut Value, webhook: &ConversionService) {
    let versions = crd.pointer_mut("/spec/versions").and_then(Value::as_array_mut);
    for version in versions.into_iter().flatten() {
        version["served"] = true.into();
    }
    crd["spec"]["conversion"] = json!({
        "strategy": "Webhook",
        "webhook": {
            "conversionReviewVersions": ["v1"],
            "clientConfig": { "service": {
                "namespace": webhook.namespace, "name": webhook.name, "port": webhook.port, "path": CONVERSION_PATH
            } }
        }
    });
}

/// The schemas of the specs for use without an API server, of both versions of a `LocustTest` (`v1`, `v2`)
/// and of the kinds of overlay, by kind: plain JSON Schema, templates left open because they are judged by
/// the pod that they make.
#[must_use]
pub fn offline_schemas() -> Value {
    let crds = crds();
    let mut schemas = serde_json::Map::new();
    for crd in &crds {
        let text =
            |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let kind = text(crd, "/spec/names/kind");
        let versions = crd.pointer("/spec/versions").and_then(Value::as_array);
        for version in versions.into_iter().flatten() {
            // A test has versions; an overlay has one, and is called by its kind.
            let name = kind.clone().filter(|kind| kind != "LocustTest").or_else(|| text(version, "/name"));
            let mut schema =
                version.pointer("/schema/openAPIV3Schema/properties/spec").cloned().unwrap_or_default();
            offline(&mut schema);
            schemas.insert(name.unwrap_or_default(), schema);
        }
    }
    Value::Object(schemas)
}

/// Says in plain JSON Schema what the API server reads from its extensions.
fn offline(schema: &mut Value) {
    let Value::Object(fields) = schema else { return };
    if fields.contains_key("x-kubernetes-int-or-string") {
        *schema = json!({ "type": ["integer", "string"] });
        return;
    }
    if fields.get("x-kubernetes-map-type").is_some_and(|kind| kind == "atomic")
        && fields.contains_key("x-kubernetes-preserve-unknown-fields")
    {
        *schema = json!({
            "type": "object", "x-kubernetes-map-type": "atomic", "x-kubernetes-preserve-unknown-fields": true
        });
        return;
    }
    for unused in ["description", "nullable", "x-kubernetes-validations"] {
        fields.remove(unused);
    }
    // Nulls are left out before a value is checked.
    if let Some(values) =
        fields.remove("anyOf").and_then(|mut ways| Some(ways.pointer_mut("/0/enum")?.take()))
    {
        fields.insert("enum".into(), values);
    }
    if let Some(Value::Object(properties)) = fields.get_mut("properties") {
        properties.values_mut().for_each(offline);
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(inner) = fields.get_mut(inner) {
            offline(inner);
        }
    }
}

/// Lets every field that may be left out be null, which means the same: a chart prints a field with nothing behind
/// it so, and of all ways to the server server-side apply drops no null by itself. Below an open template, every
/// field takes nulls anyway.
fn take_nulls(schema: &mut Value) {
    let is_open = schema.get("x-kubernetes-preserve-unknown-fields").is_some();
    let Value::Object(fields) = schema else { return };
    if is_open && fields.contains_key("x-kubernetes-map-type") {
        return;
    }
    let required = fields.get("required").cloned().unwrap_or_default();
    let is_required =
        |name: &String| required.as_array().is_some_and(|names| names.iter().any(|one| one == name));
    if let Some(Value::Object(properties)) = fields.get_mut("properties") {
        for (name, property) in properties {
            if !is_required(name) {
                take_null(property);
            }
            take_nulls(property);
        }
    }
    if let Some(values @ Value::Object(_)) = fields.get_mut("additionalProperties") {
        take_null(values);
        take_nulls(values);
    }
    if let Some(items) = fields.get_mut("items") {
        take_nulls(items);
    }
}

/// Of an enumeration, the API server takes no null, not even one that it lists: the values become one of two
/// alternatives, of which the other takes no text at all.
fn take_null(schema: &mut Value) {
    schema["nullable"] = true.into();
    if let Some(values) = schema.as_object_mut().and_then(|fields| fields.remove("enum")) {
        schema["anyOf"] = json!([{ "enum": values }, { "pattern": NO_TEXT }]);
    }
}

/// Adds the rules that the API server can judge by itself, so that an author reads at once what `render`
/// would say too. What a later layer may mend is no rule here.
fn add_rules(schema: &mut Value) {
    schema["x-kubernetes-validations"] = json!([
        {
            "rule": "size(self.metadata.name) <= 56",
            "message": "shorten the name to 56 characters: the Service and the Jobs are named after it",
            "reason": "FieldValueInvalid"
        },
        {
            "rule": "self.metadata.name.matches('^[a-z]')",
            "message": "let the name start with a letter: a Service cannot be called otherwise",
            "reason": "FieldValueInvalid"
        }
    ]);
    let otel = "/properties/spec/properties/observability/properties/openTelemetry";
    if let Some(otel) = schema.pointer_mut(otel) {
        otel["x-kubernetes-validations"] = json!([{
            "rule": "!has(self.enabled) || !self.enabled || (has(self.endpoint) && self.endpoint != '')",
            "message": "add the endpoint that OpenTelemetry exports to, or disable it",
            "reason": "FieldValueRequired",
            "fieldPath": ".endpoint"
        }]);
    }
}

/// Writes whole bounds as integers: `1`, not `1.0`; and leaves out formats that Kubernetes does not know.
fn restore_ranges(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            for bound in ["minimum", "maximum"] {
                if let Some(number) = fields.get(bound).and_then(Value::as_f64) {
                    #[expect(clippy::cast_possible_truncation, reason = "bounds are small whole numbers")]
                    fields.insert(bound.into(), (number as i64).into());
                }
            }
            fields.values_mut().for_each(restore_ranges);
        }
        Value::Array(items) => items.iter_mut().for_each(restore_ranges),
        _ => {}
    }
}

/// Declares the pod-shaped fields of v1 as open: v2 documents them, and one description is enough. So is the status,
/// which is that of v2: pruned in v1, it would be lost with every write to v1.
fn open_pod_fields(schema: &mut Value) {
    let open = |description: &str| json!({ "type": "object", "description": description, "x-kubernetes-preserve-unknown-fields": true });
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let mut status = open("How far the test is; see locust.io/v2.");
        status["nullable"] = true.into();
        properties.insert("status".into(), status);
    }
    let Some(spec) = schema.pointer_mut("/properties/spec/properties").and_then(Value::as_object_mut) else {
        return;
    };
    for template in ["podTemplate", "masterPodTemplate", "workerPodTemplate"] {
        let mut schema = open("A partial pod template; see the same field of locust.io/v2.");
        schema["x-kubernetes-map-type"] = "atomic".into();
        spec.insert(template.into(), schema);
    }
    for list in ["volumes", "masterVolumes", "workerVolumes"] {
        let items = open("A volume, as in a pod.");
        spec.insert(
            list.into(),
            json!({ "type": "array", "items": items, "description": "See locust.io/v2." }),
        );
    }
    for field in ["service", "webService"] {
        if let Some(schema) = spec.get_mut(field) {
            schema["description"] = "See locust.io/v2.".into();
        }
    }
    // What is inside of a field of both versions is described in v2: there is room for it once.
    for fields in spec.values_mut().filter_map(Value::as_object_mut) {
        fields.values_mut().for_each(descriptions::remove);
    }
}
