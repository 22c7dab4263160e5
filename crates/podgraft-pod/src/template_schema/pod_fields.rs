//! Schemas of the pod-shaped fields, from Kubernetes' own types.

use k8s_openapi::api::core::v1 as core;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use super::descriptions;
use podgraft_merge::schema::{Schema, Type};

/// Sources of volumes that Kubernetes has no longer, or that CSI drivers have taken over: they are open in a CRD, which
/// would otherwise have each in full in six places. What is in them is judged in the pod.
pub(crate) const FORMER_VOLUMES: [&str; 16] = [
    "awsElasticBlockStore",
    "azureDisk",
    "cephfs",
    "cinder",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
];

/// The schema of a Kubernetes type, everything inlined, descriptions left out.
fn of<T: JsonSchema>() -> Value {
    let mut schema = whole::<T>();
    trim(&mut schema, "");
    schema
}

/// The same of a type that a field of a pod template has, with podgraft's descriptions.
fn described<T: JsonSchema>(path: &[&str]) -> Value {
    let mut schema = of::<T>();
    let field = |of: Option<Schema>, name: &&str| item_of(of?).field(name).ok().map(Schema::of);
    if let Some(of) = path.iter().fold(Schema::pod_template(), field) {
        descriptions::describe(&mut schema, item_of(of));
    }
    schema
}

/// What the items of a list are, or the type itself.
fn item_of(of: Schema) -> Schema {
    match of.ty() {
        Type::List(item) => Schema::new(*item),
        _ => of,
    }
}

/// The schema of a Kubernetes type as its own documentation has it, everything inlined.
pub(crate) fn whole<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::openapi3().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// The schema of a pod's spec as Kubernetes documents it.
#[must_use]
pub(crate) fn whole_pod_spec() -> Value {
    whole::<core::PodSpec>()
}

/// Removes what a CRD need not repeat, and lets quantities be numbers, as Kubernetes does.
fn trim(schema: &mut Value, name: &str) {
    let Value::Object(fields) = schema else { return };
    for noise in ["description", "default", "$schema", "title", "format"] {
        fields.remove(noise);
    }
    if FORMER_VOLUMES.contains(&name) {
        *schema = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
        return;
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

fn schema(value: Value) -> schemars::Schema {
    schemars::Schema::try_from(value).unwrap_or_default()
}

fn list(item: &Value) -> schemars::Schema {
    schema(json!({ "type": "array", "items": item }))
}

fn one_of(values: &[&str]) -> schemars::Schema {
    schema(json!({ "type": "string", "enum": values }))
}

/// The schema of pod template.
#[must_use]
pub fn pod_template(_: &mut SchemaGenerator) -> schemars::Schema {
    schema(super::partial_pod_template())
}

/// The schema of open template.
#[must_use]
pub fn open_template(_: &mut SchemaGenerator) -> schemars::Schema {
    schema(super::open("A partial pod template; see podTemplate beside it."))
}

/// The schema of each container.
#[must_use]
pub fn each_container(_: &mut SchemaGenerator) -> schemars::Schema {
    schema(super::partial_container())
}

/// The schema of label selector.
#[must_use]
pub fn label_selector(_: &mut SchemaGenerator) -> schemars::Schema {
    let text = json!({ "type": "string" });
    let mut operator = one_of(&["In", "NotIn", "Exists", "DoesNotExist"]);
    operator.insert("description".into(), "In, NotIn, Exists or DoesNotExist.".into());
    let mut values = list(&text);
    values.insert("description".into(), "The values, for In and NotIn.".into());
    schema(json!({
        "type": "object",
        "properties": {
            "matchLabels": {
                "type": "object", "additionalProperties": text,
                "description": "Labels that must be there with these values."
            },
            "matchExpressions": { "type": "array", "description": "What else must be true of the labels.", "items": {
                "type": "object",
                "required": ["key", "operator"],
                "properties": {
                    "key": { "type": "string", "description": "The label's key." },
                    "operator": operator,
                    "values": values
                }
            } }
        },
        "x-kubernetes-map-type": "atomic"
    }))
}

/// The schema of any values.
#[must_use]
pub(crate) fn any_values(_: &mut SchemaGenerator) -> schemars::Schema {
    list(&json!({ "x-kubernetes-preserve-unknown-fields": true }))
}

/// The schema of bound.
#[must_use]
pub fn bound(_: &mut SchemaGenerator) -> schemars::Schema {
    schema(quantity())
}

/// The schema of number or name.
#[must_use]
pub fn number_or_name(_: &mut SchemaGenerator) -> schemars::Schema {
    schema(quantity())
}

/// The schema of protocol.
#[must_use]
pub fn protocol(_: &mut SchemaGenerator) -> schemars::Schema {
    one_of(&["TCP", "UDP", "SCTP"])
}

/// The schema of service type.
#[must_use]
pub fn service_type(_: &mut SchemaGenerator) -> schemars::Schema {
    one_of(&["ClusterIP", "NodePort", "LoadBalancer"])
}

/// The schema of overlay kind.
#[must_use]
pub fn overlay_kind(_: &mut SchemaGenerator) -> schemars::Schema {
    one_of(&["ClusterPodOverlay", "PodOverlay"])
}

/// The schema of volumes.
#[must_use]
pub fn volumes(_: &mut SchemaGenerator) -> schemars::Schema {
    list(&described::<core::Volume>(&["spec", "volumes"]))
}

/// The schema of mounts.
#[must_use]
pub fn mounts(_: &mut SchemaGenerator) -> schemars::Schema {
    list(&described::<core::VolumeMount>(&["spec", "containers", "volumeMounts"]))
}

/// The schema of targeted mounts.
pub fn targeted_mounts(_: &mut SchemaGenerator) -> schemars::Schema {
    let mut mount = described::<core::VolumeMount>(&["spec", "containers", "volumeMounts"]);
    if let Some(properties) = mount.get_mut("properties").and_then(Value::as_object_mut) {
        let target = json!({
            "type": "string", "enum": ["master", "worker", "both"],
            "description": "The pods that get the mount; both by default."
        });
        properties.insert("target".into(), target);
    }
    list(&mount)
}

/// The schema of env.
#[must_use]
pub fn env(_: &mut SchemaGenerator) -> schemars::Schema {
    list(&described::<core::EnvVar>(&["spec", "containers", "env"]))
}

/// The schema of tolerations.
#[must_use]
pub fn tolerations(_: &mut SchemaGenerator) -> schemars::Schema {
    list(&described::<core::Toleration>(&["spec", "tolerations"]))
}

/// The schema of local references.
#[must_use]
pub fn local_references(_: &mut SchemaGenerator) -> schemars::Schema {
    list(&of::<core::LocalObjectReference>())
}

/// The schema of affinity.
#[must_use]
pub fn affinity(_: &mut SchemaGenerator) -> schemars::Schema {
    schema(described::<core::Affinity>(&["spec", "affinity"]))
}

/// The schema of resources.
#[must_use]
pub fn resources(_: &mut SchemaGenerator) -> schemars::Schema {
    schema(described::<core::ResourceRequirements>(&["spec", "containers", "resources"]))
}

/// The schema of pod security context.
#[must_use]
pub fn pod_security_context(_: &mut SchemaGenerator) -> schemars::Schema {
    schema(described::<core::PodSecurityContext>(&["spec", "securityContext"]))
}

/// The schema of container security context.
#[must_use]
pub fn container_security_context(_: &mut SchemaGenerator) -> schemars::Schema {
    schema(described::<core::SecurityContext>(&["spec", "containers", "securityContext"]))
}

/// The schema of pull policy.
#[must_use]
pub fn pull_policy(_: &mut SchemaGenerator) -> schemars::Schema {
    one_of(&["Always", "IfNotPresent", "Never"])
}

/// The schema of otlp protocol.
#[must_use]
pub fn otlp_protocol(_: &mut SchemaGenerator) -> schemars::Schema {
    one_of(&["grpc", "http/protobuf"])
}

/// The schema of phase.
#[must_use]
pub fn phase(_: &mut SchemaGenerator) -> schemars::Schema {
    one_of(&["Pending", "Running", "Succeeded", "Failed"])
}

/// The schema of update policy.
#[must_use]
pub fn update_policy(_: &mut SchemaGenerator) -> schemars::Schema {
    one_of(&["Ignore", "Recreate"])
}

/// The schema of a level of the Pod Security Standards.
#[must_use]
pub fn pod_security_level(_: &mut SchemaGenerator) -> schemars::Schema {
    one_of(&["privileged", "baseline", "restricted"])
}

/// The schema of a version of the Pod Security Standards.
#[must_use]
pub fn pod_security_version(_: &mut SchemaGenerator) -> schemars::Schema {
    schema(json!({ "type": "string", "maxLength": 20, "pattern": "^(latest|v1\\.(0|[1-9][0-9]*))$" }))
}

/// The schema of toleration operator.
#[must_use]
pub fn toleration_operator(_: &mut SchemaGenerator) -> schemars::Schema {
    one_of(&["Exists", "Equal"])
}

/// The schema of toleration effect.
#[must_use]
pub fn toleration_effect(_: &mut SchemaGenerator) -> schemars::Schema {
    one_of(&["NoSchedule", "PreferNoSchedule", "NoExecute"])
}

/// The schema of time.
#[must_use]
pub fn time(_: &mut SchemaGenerator) -> schemars::Schema {
    schema(json!({ "type": "string", "format": "date-time" }))
}

/// The schema of runtime class.
#[must_use]
pub fn runtime_class(_: &mut SchemaGenerator) -> schemars::Schema {
    let pattern = "^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
    schema(json!({ "type": "string", "maxLength": 253, "pattern": pattern }))
}

/// The schema of conditions.
#[must_use]
pub fn conditions(_: &mut SchemaGenerator) -> schemars::Schema {
    let condition = of::<k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition>();
    schema(json!({
        "type": "array", "items": condition, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]
    }))
}
