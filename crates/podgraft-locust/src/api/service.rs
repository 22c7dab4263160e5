//! What an author says of the Services of a test.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use podgraft_pod::template_schema::pod_fields;

/// Additions to the Service of the master, which stays a `ClusterIP`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceSettings {
    /// Labels of the Service.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Annotations of the Service.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Ports beside the operator's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<ServicePort>,
}

/// A second Service of the master's pod, for people: the web UI, by default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WebServiceSettings {
    /// `ClusterIP`, which is the default, `NodePort` or `LoadBalancer`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::service_type")]
    pub kind: Option<String>,
    /// Its ports; by default 8089, the web UI, by the name web.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<WebServicePort>,
    /// Labels of the Service.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Annotations of the Service.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// A port of a Service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServicePort {
    /// Its name; by default port and its number, as port8089.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its number.
    #[schemars(range(min = 1, max = 65_535))]
    pub port: i32,
    /// TCP, which is the default, UDP or SCTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::protocol")]
    pub protocol: Option<String>,
    /// The number or the name of a port of the master's pod; the same number by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::number_or_name")]
    pub target_port: Option<Value>,
    /// The protocol of the application, as in a Service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_protocol: Option<String>,
}

/// A port of a Service that may be published on the nodes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebServicePort {
    /// The port.
    #[serde(flatten)]
    pub port: ServicePort,
    /// The port of the nodes, not of a `ClusterIP`; the cluster chooses one by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65_535))]
    pub node_port: Option<i32>,
}
