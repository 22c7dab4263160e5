//! `locust.io/v1alpha1`: what a platform team says of every load test's pods.
#![allow(clippy::duplicated_attributes, reason = "each printer column has a name and a type")]

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use podgraft_pod::template_schema::pod_fields;

pub use podgraft_pod::overlay::api::{ConstraintSpec, LabelRequirement, LabelSelector, OverlaySpec};

/// Defaults, overrides and constraints for the load tests of every namespace that it selects.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, CustomResource)]
#[kube(
    group = "locust.io",
    version = "v1alpha1",
    kind = "ClusterPodOverlay",
    doc = "Defaults, overrides and constraints for the load tests of every namespace that it selects",
    plural = "clusterpodoverlays",
    shortname = "cpo",
    category = "locust",
    status = "OverlayStatus",
    printcolumn(name = "Priority", type_ = "integer", json_path = ".spec.priority"),
    printcolumn(name = "Opt-in", type_ = "boolean", json_path = ".spec.optIn"),
    printcolumn(name = "Tests", type_ = "integer", json_path = ".status.matchedTests"),
    printcolumn(
        name = "Accepted",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Accepted\")].status"
    ),
    printcolumn(
        name = "Conflicted",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Conflicted\")].status"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
pub struct ClusterPodOverlaySpec {
    /// The namespaces whose tests it is for, by their labels (kubernetes.io/metadata.name is the name); all when
    /// absent or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::label_selector")]
    pub namespace_selector: Option<LabelSelector>,
    /// What both kinds of overlay have.
    #[serde(flatten)]
    pub overlay: OverlaySpec<OverlayTemplates>,
}

/// Defaults, overrides and constraints for the load tests of its own namespace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, CustomResource)]
#[kube(
    group = "locust.io",
    version = "v1alpha1",
    kind = "PodOverlay",
    doc = "Defaults, overrides and constraints for the load tests of its own namespace",
    plural = "podoverlays",
    shortname = "pov",
    category = "all",
    category = "locust",
    namespaced,
    status = "OverlayStatus",
    printcolumn(name = "Priority", type_ = "integer", json_path = ".spec.priority"),
    printcolumn(name = "Opt-in", type_ = "boolean", json_path = ".spec.optIn"),
    printcolumn(name = "Tests", type_ = "integer", json_path = ".status.matchedTests"),
    printcolumn(
        name = "Accepted",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Accepted\")].status"
    ),
    printcolumn(
        name = "Conflicted",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Conflicted\")].status"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
pub struct PodOverlaySpec {
    /// What both kinds of overlay have.
    #[serde(flatten)]
    pub overlay: OverlaySpec<OverlayTemplates>,
}

/// Changes to pods: first to each container, then to both roles' pods, then to the role's own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverlayTemplates {
    /// Changes to the pods of both roles, as a partial pod template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::pod_template")]
    pub pod_template: Option<Value>,
    /// Changes to the master's pod, as a partial pod template; applied after podTemplate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::open_template")]
    pub master_pod_template: Option<Value>,
    /// Changes to the workers' pods, as a partial pod template; applied after podTemplate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::open_template")]
    pub worker_pod_template: Option<Value>,
    /// Changes to every container, as a partial container without a name; applied before podTemplate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::each_container")]
    pub each_container: Option<Value>,
}

/// How an overlay is used.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverlayStatus {
    /// The generation that this status is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// How many tests it applies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched_tests: Option<i32>,
    /// What is true of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "pod_fields::conditions")]
    pub conditions: Vec<Value>,
}
