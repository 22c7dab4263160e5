//! The Service that the workers, and Prometheus, find the master by.

use serde_json::{Value, json};

use super::{POD_LABEL, exporter, generated_name, labels, metadata};
use crate::{locust::test::Test, role::Role};

/// The Service of a test whose master has this final pod: the two ports that the workers use and,
/// while the exporter is in the pod, the exporter's.
#[must_use]
pub fn service(test: &Test, master_template: &Value) -> Value {
    let mut ports = vec![
        json!({ "name": "port5557", "port": 5557, "protocol": "TCP", "targetPort": 5557 }),
        json!({ "name": "port5558", "port": 5558, "protocol": "TCP", "targetPort": 5558 }),
    ];
    if let Some(port) = exporter::port(master_template) {
        ports.push(
            json!({ "name": "prometheus-metrics", "port": port, "protocol": "TCP", "targetPort": port }),
        );
    }
    let mut metadata = metadata(test, Role::Master);
    metadata.insert("labels".into(), labels(test, Role::Master));
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": { "ports": ports, "selector": { POD_LABEL: generated_name(test, Role::Master) } }
    })
}
