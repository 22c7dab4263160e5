//! The Prometheus exporter: a native sidecar of the master.

use serde_json::{Map, Value, json};

use super::locust::as_value;
use crate::{config::Config, load_test::LoadTest, names::EXPORTER, ports::WEB_PORT, role::Role};
use podgraft_merge::path::FieldPath;

/// The annotation that names the port to scrape.
const PORT_ANNOTATION: &str = "prometheus.io/port";

/// Whether the operator puts the exporter into a role's pod: beside the master, unless OpenTelemetry
/// is enabled; what the test says wins over both.
pub(super) fn is_wanted(test: &LoadTest, role: Role) -> bool {
    let observability = test.spec.observability.clone().unwrap_or_default();
    let otel = observability.open_telemetry.is_some_and(|otel| otel.enabled);
    let asked = observability.metrics_exporter.and_then(|exporter| exporter.enabled);
    role == Role::Master && asked.unwrap_or(!otel)
}

pub(super) fn container(config: &Config) -> Value {
    let exporter = &config.locust_pods.metrics_exporter;
    json!({
        "name": EXPORTER,
        "image": exporter.image,
        "imagePullPolicy": exporter.pull_policy,
        "restartPolicy": "Always",
        "ports": [{ "containerPort": exporter.port }],
        "env": [
            { "name": "LOCUST_EXPORTER_URI", "value": format!("http://localhost:{WEB_PORT}") },
            { "name": "LOCUST_EXPORTER_WEB_LISTEN_ADDRESS", "value": format!(":{}", exporter.port) }
        ],
        "resources": as_value(&exporter.resources),
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
            "readOnlyRootFilesystem": true
        }
    })
}

/// The annotations that tell Prometheus where to scrape.
pub(super) fn annotations(port: u16) -> Map<String, Value> {
    let mut annotations = Map::new();
    annotations.insert("prometheus.io/scrape".into(), "true".into());
    annotations.insert("prometheus.io/path".into(), "/metrics".into());
    annotations.insert(PORT_ANNOTATION.into(), port.to_string().into());
    annotations
}

/// The port of the exporter that a final pod has: its first container port.
pub(super) fn port(pod_template: &Value) -> Option<i64> {
    let containers = ["/spec/initContainers", "/spec/containers"].into_iter();
    let mut containers = containers.filter_map(|list| pod_template.pointer(list)?.as_array()).flatten();
    let exporter = containers.find(|container| container.get("name").is_some_and(|name| name == EXPORTER))?;
    exporter.pointer("/ports/0/containerPort")?.as_i64()
}

/// A patch of the annotations that makes those for scraping that the operator set follow the exporter of the final
/// pod: gone with it, and with its port; nothing where they are right. Those that people set stay, even where they
/// set what the operator would have: `set_by_people` says whether a layer above the base set the place.
#[must_use]
pub fn follow_exporter(
    test: &LoadTest,
    role: Role,
    config: &Config,
    pod_template: &Value,
    set_by_people: impl Fn(&FieldPath) -> bool,
) -> Option<Value> {
    if !is_wanted(test, role) {
        return None;
    }
    let made = annotations(config.locust_pods.metrics_exporter.port);
    let port = port(pod_template).map(|port| port.to_string());
    let place = FieldPath::fields(["metadata", "annotations"]);
    let annotations = pod_template.pointer("/metadata/annotations")?;
    let (mut patch, mut gone) = (Map::new(), Vec::new());
    for (name, value) in made {
        if annotations.get(&name) != Some(&value) || set_by_people(&place.field(name.as_str())) {
            continue;
        }
        match &port {
            None => gone.push(Value::from(name)),
            Some(port) if name == PORT_ANNOTATION && value != *port => {
                patch.insert(name, port.as_str().into());
            }
            Some(_) => {}
        }
    }
    if !gone.is_empty() {
        patch.insert("$unset".to_owned(), gone.into());
    }
    (!patch.is_empty()).then_some(Value::Object(patch))
}
