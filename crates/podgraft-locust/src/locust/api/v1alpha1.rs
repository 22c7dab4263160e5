//! `locust.io/v1alpha1`: what a platform team says of every load test's pods.
#![allow(clippy::duplicated_attributes, reason = "each printer column has a name and a type")]

use std::collections::BTreeMap;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pod_schema;

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
    #[schemars(schema_with = "pod_schema::label_selector")]
    pub namespace_selector: Option<LabelSelector>,
    /// What both kinds of overlay have.
    #[serde(flatten)]
    pub overlay: OverlaySpec,
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
    pub overlay: OverlaySpec,
}

/// What both kinds of overlay have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverlaySpec {
    /// Its place among the overlays of its kind: the higher is applied later and wins; 0 when absent. Overlays of one
    /// priority are applied by name.
    // What a JSON Schema's format does not check everywhere.
    #[schemars(range(min = -2_147_483_648, max = 2_147_483_647))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// Whether it is only for the tests that list it in spec.overlays; false when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_in: Option<bool>,
    /// The tests that it is for, by their labels; all when absent or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_schema::label_selector")]
    pub selector: Option<LabelSelector>,
    /// What tests get unless their authors say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defaults: Option<OverlayTemplates>,
    /// What tests get whatever their authors say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<OverlayTemplates>,
    /// What must be true of the final pods of both roles, whoever set it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub constraints: Vec<Constraint>,
}

/// Changes to pods: first to each container, then to both roles' pods, then to the role's own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverlayTemplates {
    /// Changes to the pods of both roles, as a partial pod template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_schema::pod_template")]
    pub pod_template: Option<Value>,
    /// Changes to the master's pod, as a partial pod template; applied after podTemplate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_schema::open_template")]
    pub master_pod_template: Option<Value>,
    /// Changes to the workers' pods, as a partial pod template; applied after podTemplate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_schema::open_template")]
    pub worker_pod_template: Option<Value>,
    /// Changes to every container, as a partial container without a name; applied before podTemplate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_schema::each_container")]
    pub each_container: Option<Value>,
}

/// Something that must be true of the final pods: a place and what it may be, or an expression.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Constraint {
    /// The place in the pod template: `.spec.priorityClassName`, `.spec.containers[name="locust"].image`,
    /// `.spec.tolerations[*].key`; labels with dots are written in quotes and brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub path: Option<String>,
    /// The place in each container, init containers and sidecars included: .resources.limits.memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub each_container: Option<String>,
    /// The values that it may have.
    #[serde(default, rename = "enum", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_schema::any_values")]
    pub values: Option<Vec<Value>>,
    /// The regular expression that the whole value must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub pattern: Option<String>,
    /// The least that it may be: a quantity or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_schema::bound")]
    pub min: Option<Value>,
    /// The most that it may be: a quantity or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_schema::bound")]
    pub max: Option<Value>,
    /// Whether it must be there; false when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// What must be true, in CEL as a ValidatingAdmissionPolicy writes it: object is the pod template, namespaceObject
    /// its namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 4096))]
    pub expression: Option<String>,
    /// What people are told when it is not so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub message: Option<String>,
}

/// Which objects are meant, by their labels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabelSelector {
    /// Labels that must be there with these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
    /// What else must be true of the labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<LabelRequirement>,
}

/// What must be true of one label.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LabelRequirement {
    /// The label's key.
    pub key: String,
    /// In, NotIn, Exists or DoesNotExist.
    pub operator: String,
    /// The values, for In and NotIn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
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
    #[schemars(schema_with = "pod_schema::conditions")]
    pub conditions: Vec<Value>,
}
