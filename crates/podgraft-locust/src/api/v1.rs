//! `locust.io/v1`: the deprecated version, read and converted.
#![allow(clippy::duplicated_attributes, reason = "each printer column has a name and a type")]

use std::collections::BTreeMap;

use kube::CustomResource;
use podgraft_pod::template_schema::pod_fields;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::shared::{MetricsExporter, Overrides};

/// A load test: one master and a number of workers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, CustomResource)]
#[kube(
    group = "locust.io",
    version = "v1",
    kind = "LocustTest",
    plural = "locusttests",
    shortname = "lotest",
    category = "all",
    category = "locust",
    namespaced,
    status = "LocustTestStatus",
    served = false,
    storage = false,
    deprecated = "locust.io/v1 LocustTest is deprecated, write locust.io/v2 instead",
    printcolumn(name = "master_cmd", type_ = "string", json_path = ".spec.masterCommandSeed"),
    printcolumn(name = "worker_replica_count", type_ = "integer", json_path = ".spec.workerReplicas"),
    printcolumn(name = "Image", type_ = "string", json_path = ".spec.image"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
pub struct LocustTestSpec {
    /// Words put before the operator's own flags of the master.
    pub master_command_seed: String,
    /// Words put before the operator's own flags of the workers.
    pub worker_command_seed: String,
    /// How many workers; 1 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 500))]
    pub worker_replicas: Option<i32>,
    /// The image of the locust container of both roles.
    pub image: String,
    /// When the image is pulled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::pull_policy")]
    pub image_pull_policy: Option<String>,
    /// The names of the Secrets that the image is pulled with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<String>,
    /// The name of the `ConfigMap` with the test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map: Option<String>,
    /// The name of the `ConfigMap` with libraries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lib_config_map: Option<String>,
    /// Labels of the pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<RoleMetadata>,
    /// Annotations of the pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<RoleMetadata>,
    /// Node labels that all pods need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affinity: Option<Affinity>,
    /// Tolerations of all pods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tolerations: Vec<Toleration>,
    /// What is observed, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observability: Option<Observability>,
    /// Templates, volumes and Job settings.
    #[serde(flatten)]
    pub overrides: Overrides,
}

/// Labels or annotations of the pods of each role.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleMetadata {
    /// Of the master's pod.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub master: BTreeMap<String, String>,
    /// Of the workers' pods.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub worker: BTreeMap<String, String>,
}

/// Affinity, as far as this version has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Affinity {
    /// Affinity to nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_affinity: Option<NodeAffinity>,
}

/// Affinity to nodes, as far as this version has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeAffinity {
    /// Node labels and the values that they must have, all of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub required_during_scheduling_ignored_during_execution: BTreeMap<String, String>,
}

/// A toleration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Toleration {
    /// The taint's key.
    pub key: String,
    /// Exists or Equal.
    #[schemars(schema_with = "pod_fields::toleration_operator")]
    pub operator: String,
    /// The taint's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    #[schemars(schema_with = "pod_fields::toleration_effect")]
    pub effect: String,
}

/// What is observed, as far as this version has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Observability {
    /// The Prometheus exporter beside the master.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics_exporter: Option<MetricsExporter>,
}

/// The status, which is that of v2: the API server keeps it as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LocustTestStatus {}
