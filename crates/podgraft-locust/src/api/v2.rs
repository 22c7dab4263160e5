//! `locust.io/v2`: the stored version.
#![allow(clippy::duplicated_attributes, reason = "each printer column has a name and a type")]

use std::collections::BTreeMap;

use kube::CustomResource;
use podgraft_pod::template_schema::pod_fields;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::shared::{Observability, Overrides};

/// A load test: one master and a number of workers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, CustomResource)]
#[kube(
    group = "locust.io",
    version = "v2",
    kind = "LocustTest",
    plural = "locusttests",
    shortname = "lotest",
    category = "all",
    category = "locust",
    namespaced,
    status = "LocustTestStatus",
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Expected", type_ = "integer", json_path = ".status.expectedWorkers"),
    printcolumn(name = "Connected", type_ = "integer", json_path = ".status.connectedWorkers"),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.reason"),
    printcolumn(name = "Image", type_ = "string", json_path = ".spec.image", priority = 1),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
pub struct LocustTestSpec {
    /// The image of the locust container of both roles; its entry point is locust.
    pub image: String,
    /// When the image is pulled; `IfNotPresent` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::pull_policy")]
    pub image_pull_policy: Option<String>,
    /// The Secrets that the image is pulled with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "pod_fields::local_references")]
    pub image_pull_secrets: Vec<Value>,
    /// The master.
    pub master: MasterSpec,
    /// The workers.
    pub worker: WorkerSpec,
    /// The files of the test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_files: Option<TestFiles>,
    /// Where the pods run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduling: Option<Scheduling>,
    /// The environment of the locust containers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<Environment>,
    /// Security contexts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<Security>,
    /// What is observed, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observability: Option<Observability>,
    /// Templates, volumes and Job settings.
    #[serde(flatten)]
    pub overrides: Overrides,
}

/// The master.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MasterSpec {
    /// Words put before the operator's own flags, quoted as in a shell.
    pub command: String,
    /// Requests and limits of the locust container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::resources")]
    pub resources: Option<Value>,
    /// Labels of the pod.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Annotations of the pod.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Whether the test starts by itself; it does by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autostart: Option<bool>,
    /// Whether locust quits after the test; after 60 seconds by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoquit: Option<Autoquit>,
    /// Arguments put behind the operator's own flags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra_args: Vec<String>,
    /// Flags of the operator's own that are left out, such as --only-summary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_args: Vec<String>,
}

/// Whether locust quits after the test.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Autoquit {
    /// Whether it quits; it does by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// After how many seconds; 60 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub timeout: Option<i32>,
}

/// The workers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkerSpec {
    /// Words put before the operator's own flags, quoted as in a shell.
    pub command: String,
    /// How many workers.
    #[schemars(range(min = 1, max = 500))]
    pub replicas: i32,
    /// Requests and limits of the locust container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::resources")]
    pub resources: Option<Value>,
    /// Labels of the pods.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Annotations of the pods.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Arguments put behind the operator's own flags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra_args: Vec<String>,
    /// Flags of the operator's own that are left out, such as --only-summary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_args: Vec<String>,
}

/// The files of the test.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestFiles {
    /// The name of the `ConfigMap` with the test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map_ref: Option<String>,
    /// The name of the `ConfigMap` with libraries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lib_config_map_ref: Option<String>,
    /// Where the test is mounted; /lotest/src by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub src_mount_path: Option<String>,
    /// Where the libraries are mounted; /opt/locust/lib by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lib_mount_path: Option<String>,
}

/// Where the pods run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Scheduling {
    /// Affinity of all pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::affinity")]
    pub affinity: Option<Value>,
    /// Tolerations of all pods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "pod_fields::tolerations")]
    pub tolerations: Vec<Value>,
    /// Node labels that all pods need.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub node_selector: BTreeMap<String, String>,
    /// The runtime class of all pods; empty for none, whatever the operator's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::runtime_class")]
    pub runtime_class_name: Option<String>,
}

/// The environment of the locust containers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// `ConfigMaps` whose entries become variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config_map_refs: Vec<EnvSource>,
    /// Secrets whose entries become variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_refs: Vec<EnvSource>,
    /// Single variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "pod_fields::env")]
    pub variables: Vec<Value>,
    /// Secrets that are mounted as files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_mounts: Vec<SecretMount>,
}

/// A `ConfigMap` or Secret whose entries become variables.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EnvSource {
    /// Its name.
    pub name: String,
    /// What the variables' names start with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

/// A Secret that is mounted as files.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretMount {
    /// Its name.
    pub name: String,
    /// Where.
    pub mount_path: String,
    /// Whether it cannot be written; it cannot by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
}

/// Security contexts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Security {
    /// Of the pods, instead of the operator's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::pod_security_context")]
    pub pod_security_context: Option<Value>,
    /// Of the locust containers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::container_security_context")]
    pub container_security_context: Option<Value>,
}

/// One ordered source of change to the pods.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppliedLayer {
    /// What it is: `typed fields`, `podTemplate`, an overlay.
    pub name: String,
    /// The pods that it changed: `master`, `worker` or `both`.
    pub pods: String,
}

/// An overlay that applied when the test started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppliedOverlay {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The generation that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
}

/// The Jobs that were made anew of a test that had started, so that its results are not those of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Restarts {
    /// How often, in this run of the test.
    pub count: i32,
    /// The last ten, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 10))]
    pub last: Vec<Restart>,
}

/// One time that a Job was made anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Restart {
    /// When.
    #[schemars(schema_with = "pod_fields::time")]
    pub time: String,
    /// Why, in words.
    pub cause: String,
}

/// How far the test is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocustTestStatus {
    /// Pending, Running, Succeeded or Failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::phase")]
    pub phase: Option<String>,
    /// How the test is, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The generation that this status is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// How many workers are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_workers: Option<i32>,
    /// How many workers run and are ready; once the test has ended, how many did at last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected_workers: Option<i32>,
    /// The hash of what was rendered when the test started, as on its Jobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_hash: Option<String>,
    /// The `ControllerRevision` that holds what was rendered when the test started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The overlays that applied when the test started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overlays: Vec<AppliedOverlay>,
    /// The layers that made the pods, first to last: the last won.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<AppliedLayer>,
    /// When the test started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::time")]
    pub start_time: Option<String>,
    /// When the test ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::time")]
    pub completion_time: Option<String>,
    /// The Jobs that were made anew since the test started, because somebody deleted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restarts: Option<Restarts>,
    /// What is true of the test.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "pod_fields::conditions")]
    pub conditions: Vec<Value>,
}
