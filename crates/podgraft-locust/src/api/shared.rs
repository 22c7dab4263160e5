//! What both versions of a `LocustTest` have.

use std::collections::BTreeMap;

use podgraft_pod::{overlay::OverlayReference, template_schema::pod_fields};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::service::{ServiceSettings, WebServiceSettings};

/// Which role's pods a mount is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// The master's pod.
    Master,
    /// The workers' pods.
    Worker,
    /// All pods.
    #[default]
    Both,
}

/// A mount of the shared list, and the roles that it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TargetedVolumeMount {
    /// The pods that get the mount: master, worker or both, which is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The mount itself, as in a container.
    #[serde(flatten)]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub mount: serde_json::Map<String, Value>,
}

/// The templates, volumes and Services that podgraft adds to both versions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Overrides {
    /// Changes to the pods of both roles, as a partial pod template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::pod_template")]
    pub pod_template: Option<Value>,
    /// Changes to the master's pod, as a partial pod template; applied after podTemplate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::pod_template")]
    pub master_pod_template: Option<Value>,
    /// Changes to the workers' pods, as a partial pod template; applied after podTemplate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::pod_template")]
    pub worker_pod_template: Option<Value>,
    /// Volumes for the roles whose mounts name them; for both when no mount does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "pod_fields::volumes")]
    pub volumes: Vec<Value>,
    /// Mounts in the locust container, each for the roles of its target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "pod_fields::targeted_mounts")]
    pub volume_mounts: Vec<TargetedVolumeMount>,
    /// Volumes for the master's pod only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "pod_fields::volumes")]
    pub master_volumes: Vec<Value>,
    /// Mounts in the master's locust container.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "pod_fields::mounts")]
    pub master_volume_mounts: Vec<Value>,
    /// Volumes for the workers' pods only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "pod_fields::volumes")]
    pub worker_volumes: Vec<Value>,
    /// Mounts in the workers' locust containers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "pod_fields::mounts")]
    pub worker_volume_mounts: Vec<Value>,
    /// The opt-in overlays that the pods get; their defaults apply in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overlays: Vec<OverlayReference>,
    /// What the two Jobs are, beside their pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobSettings>,
    /// Labels, annotations and ports of the master's Service beside the operator's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceSettings>,
    /// A second Service of the master's pod, for people; made only when this is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_service: Option<WebServiceSettings>,
    /// What a change of this spec does to a test that has started: Ignore, which is the default, or Recreate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::update_policy")]
    pub update_policy: Option<UpdatePolicy>,
}

/// What a change of a test's own spec does once the test has started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum UpdatePolicy {
    /// Nothing: the test goes on as it started, and a condition shows the difference.
    #[default]
    Ignore,
    /// The Jobs are removed with their pods, then made anew.
    Recreate,
}

/// Settings of the two Jobs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobSettings {
    /// Labels of both Jobs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Annotations of both Jobs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// How many seconds a finished Job is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub ttl_seconds_after_finished: Option<i32>,
    /// How many failed pods a Job survives; 0 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub backoff_limit: Option<i32>,
    /// How many seconds the Jobs may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub active_deadline_seconds: Option<i64>,
    /// Whether the Jobs start suspended, for a queue such as Kueue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspend: Option<bool>,
}

/// What is observed, and how.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Observability {
    /// Locust's own OpenTelemetry export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_telemetry: Option<OpenTelemetry>,
    /// The Prometheus exporter beside the master.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics_exporter: Option<MetricsExporter>,
}

/// Locust's own OpenTelemetry export.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenTelemetry {
    /// Whether Locust exports; then the metrics exporter is left out unless it is asked for.
    #[serde(default)]
    pub enabled: bool,
    /// Where to export to; needed when enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// How to export: grpc, which is the default, or http/protobuf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::otlp_protocol")]
    pub protocol: Option<String>,
    /// Whether to export without TLS.
    #[serde(default)]
    pub insecure: bool,
    /// More environment variables for the exporter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra_env_vars: BTreeMap<String, String>,
}

/// The Prometheus exporter beside the master.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetricsExporter {
    /// Whether it runs; by default, unless OpenTelemetry is enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}
