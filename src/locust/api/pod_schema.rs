//! Schemas of the pod-shaped fields, from Kubernetes' own types.

use k8s_openapi::api::core::v1 as core;
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use super::template_schema;

/// The schema of a Kubernetes type, everything inlined, descriptions left out.
fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::openapi3().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    trim(&mut schema, "");
    schema
}

/// The schema of a pod template with its descriptions, everything inlined.
pub(super) fn described_pod_template() -> Value {
    let settings = SchemaSettings::openapi3().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<core::PodTemplateSpec>().to_value()
}

/// Removes what a CRD need not repeat, and lets quantities be numbers, as Kubernetes does.
fn trim(schema: &mut Value, name: &str) {
    let Value::Object(fields) = schema else { return };
    for noise in ["description", "default", "$schema", "title", "format"] {
        fields.remove(noise);
    }
    if matches!(name, "sizeLimit" | "divisor") {
        *schema = quantity();
        return;
    }
    if matches!(name, "limits" | "requests") {
        fields.insert("additionalProperties".into(), quantity());
        return;
    }
    if let Some(Value::Object(properties)) = fields.get_mut("properties") {
        properties.iter_mut().for_each(|(name, property)| trim(property, name));
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(inner) = fields.get_mut(inner) {
            trim(inner, "");
        }
    }
}

fn quantity() -> Value {
    json!({ "x-kubernetes-int-or-string": true })
}

fn schema(value: Value) -> Schema {
    Schema::try_from(value).unwrap_or_default()
}

fn list(item: &Value) -> Schema {
    schema(json!({ "type": "array", "items": item }))
}

fn one_of(values: &[&str]) -> Schema {
    schema(json!({ "type": "string", "enum": values }))
}

pub(super) fn pod_template(_: &mut SchemaGenerator) -> Schema {
    schema(template_schema::partial_pod_template())
}

pub(super) fn open_template(_: &mut SchemaGenerator) -> Schema {
    schema(template_schema::open("A partial pod template; see podTemplate beside it."))
}

pub(super) fn each_container(_: &mut SchemaGenerator) -> Schema {
    schema(template_schema::partial_container())
}

pub(super) fn label_selector(_: &mut SchemaGenerator) -> Schema {
    let text = json!({ "type": "string" });
    let operators = one_of(&["In", "NotIn", "Exists", "DoesNotExist"]);
    schema(json!({
        "type": "object",
        "properties": {
            "matchLabels": { "type": "object", "additionalProperties": text },
            "matchExpressions": { "type": "array", "items": {
                "type": "object",
                "required": ["key", "operator"],
                "properties": { "key": text, "operator": operators, "values": list(&text) }
            } }
        },
        "x-kubernetes-map-type": "atomic"
    }))
}

pub(super) fn any_values(_: &mut SchemaGenerator) -> Schema {
    list(&json!({ "x-kubernetes-preserve-unknown-fields": true }))
}

pub(super) fn bound(_: &mut SchemaGenerator) -> Schema {
    schema(quantity())
}

pub(super) fn number_or_name(_: &mut SchemaGenerator) -> Schema {
    schema(quantity())
}

pub(super) fn protocol(_: &mut SchemaGenerator) -> Schema {
    one_of(&["TCP", "UDP", "SCTP"])
}

pub(super) fn service_type(_: &mut SchemaGenerator) -> Schema {
    one_of(&["ClusterIP", "NodePort", "LoadBalancer"])
}

pub(super) fn overlay_kind(_: &mut SchemaGenerator) -> Schema {
    one_of(&["ClusterPodOverlay", "PodOverlay"])
}

pub(super) fn volumes(_: &mut SchemaGenerator) -> Schema {
    list(&of::<core::Volume>())
}

pub(super) fn mounts(_: &mut SchemaGenerator) -> Schema {
    list(&of::<core::VolumeMount>())
}

pub(super) fn targeted_mounts(_: &mut SchemaGenerator) -> Schema {
    let mut mount = of::<core::VolumeMount>();
    if let Some(properties) = mount.get_mut("properties").and_then(Value::as_object_mut) {
        let target = json!({
            "type": "string", "enum": ["master", "worker", "both"],
            "description": "The pods that get the mount; both by default."
        });
        properties.insert("target".into(), target);
    }
    list(&mount)
}

pub(super) fn env(_: &mut SchemaGenerator) -> Schema {
    list(&of::<core::EnvVar>())
}

pub(super) fn tolerations(_: &mut SchemaGenerator) -> Schema {
    list(&of::<core::Toleration>())
}

pub(super) fn local_references(_: &mut SchemaGenerator) -> Schema {
    list(&of::<core::LocalObjectReference>())
}

pub(super) fn affinity(_: &mut SchemaGenerator) -> Schema {
    schema(of::<core::Affinity>())
}

pub(super) fn resources(_: &mut SchemaGenerator) -> Schema {
    schema(of::<core::ResourceRequirements>())
}

pub(super) fn pod_security_context(_: &mut SchemaGenerator) -> Schema {
    schema(of::<core::PodSecurityContext>())
}

pub(super) fn container_security_context(_: &mut SchemaGenerator) -> Schema {
    schema(of::<core::SecurityContext>())
}

pub(super) fn pull_policy(_: &mut SchemaGenerator) -> Schema {
    one_of(&["Always", "IfNotPresent", "Never"])
}

pub(super) fn otlp_protocol(_: &mut SchemaGenerator) -> Schema {
    one_of(&["grpc", "http/protobuf"])
}

pub(super) fn phase(_: &mut SchemaGenerator) -> Schema {
    one_of(&["Pending", "Running", "Succeeded", "Failed"])
}

pub(super) fn update_policy(_: &mut SchemaGenerator) -> Schema {
    one_of(&["Ignore", "Recreate"])
}

pub(super) fn toleration_operator(_: &mut SchemaGenerator) -> Schema {
    one_of(&["Exists", "Equal"])
}

pub(super) fn toleration_effect(_: &mut SchemaGenerator) -> Schema {
    one_of(&["NoSchedule", "PreferNoSchedule", "NoExecute"])
}

pub(super) fn time(_: &mut SchemaGenerator) -> Schema {
    schema(json!({ "type": "string", "format": "date-time" }))
}

pub(super) fn runtime_class(_: &mut SchemaGenerator) -> Schema {
    let pattern = "^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
    schema(json!({ "type": "string", "maxLength": 253, "pattern": pattern }))
}

pub(super) fn conditions(_: &mut SchemaGenerator) -> Schema {
    let condition = of::<k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition>();
    schema(json!({
        "type": "array", "items": condition, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]
    }))
}
