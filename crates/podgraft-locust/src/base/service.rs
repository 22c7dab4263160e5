//! The Service that the workers, and Prometheus, find the master by, and a second one for people.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{exporter, generated_name, labels, metadata};
use crate::{
    api::service::{ServicePort, WebServicePort},
    load_test::LoadTest,
    names::{POD_LABEL, web_service_name_of},
    ports::{MASTER_PORTS, METRICS_PORT_NAME, WEB_PORT, service_port_name},
    role::Role,
};

/// The Service of a test whose master has this final pod: the two ports that the workers use and,
/// while the exporter is in the pod, the exporter's; then the author's.
#[must_use]
pub fn service(test: &LoadTest, master_template: &Value) -> Value {
    let settings = test.spec.overrides.service.clone().unwrap_or_default();
    let mut ports = own_ports(master_template);
    ports.extend(settings.ports.iter().map(|port| Value::Object(object(port))));
    let metadata =
        service_metadata(test, &generated_name(test, Role::Master), settings.labels, &settings.annotations);
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": { "ports": ports, "selector": selector(test) }
    })
}

/// The second Service of a test, where its author sets one.
#[must_use]
pub fn web_service(test: &LoadTest) -> Option<Value> {
    let settings = test.spec.overrides.web_service.clone()?;
    let ports: Vec<Value> = web_ports(&settings.ports).map(Value::Object).collect();
    let name = web_service_name_of(&test.name);
    Some(json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": service_metadata(test, &name, settings.labels, &settings.annotations),
        "spec": {
            "type": settings.kind.as_deref().unwrap_or("ClusterIP"), "ports": ports, "selector": selector(test)
        }
    }))
}

/// The ports that the first Service has whatever the author writes.
pub(super) fn own_ports(master_template: &Value) -> Vec<Value> {
    let own = |name: String, port: i64| json!({ "name": name, "port": port, "protocol": "TCP", "targetPort": port });
    let of_master = MASTER_PORTS.map(i64::from).map(|port| own(service_port_name(port), port));
    let of_exporter = exporter::port(master_template).map(|port| own(METRICS_PORT_NAME.to_owned(), port));
    of_master.into_iter().chain(of_exporter).collect()
}

/// The ports of the second Service: the web UI, where the author writes none.
pub(super) fn web_ports(written: &[WebServicePort]) -> impl Iterator<Item = Map<String, Value>> {
    let web = ServicePort { name: Some("web".into()), port: WEB_PORT.into(), ..ServicePort::default() };
    let default = written.is_empty().then(|| object(&web));
    default.into_iter().chain(written.iter().map(|written| {
        let mut port = object(&written.port);
        if let Some(number) = written.node_port {
            port.insert("nodePort".into(), number.into());
        }
        port
    }))
}

/// A port with what it has by default.
pub(super) fn object(port: &ServicePort) -> Map<String, Value> {
    let name = port.name.clone().filter(|name| !name.is_empty());
    let mut fields = Map::new();
    fields.insert("name".into(), name.unwrap_or_else(|| service_port_name(port.port.into())).into());
    fields.insert("port".into(), port.port.into());
    fields.insert("protocol".into(), port.protocol.as_deref().unwrap_or("TCP").into());
    fields.insert("targetPort".into(), port.target_port.clone().unwrap_or_else(|| port.port.into()));
    if let Some(protocol) = port.app_protocol.as_ref().filter(|protocol| !protocol.is_empty()) {
        fields.insert("appProtocol".into(), protocol.clone().into());
    }
    fields
}

/// The labels by which the operator knows its objects win over the author's.
fn service_metadata(
    test: &LoadTest,
    name: &str,
    added: BTreeMap<String, String>,
    annotations: &BTreeMap<String, String>,
) -> Map<String, Value> {
    let mut metadata = metadata(test, Role::Master);
    metadata.insert("name".into(), name.into());
    let mut all: Map<String, Value> = added.into_iter().map(|(name, value)| (name, value.into())).collect();
    if let Value::Object(own) = labels(test, Role::Master) {
        all.extend(own);
    }
    metadata.insert("labels".into(), Value::Object(all));
    if !annotations.is_empty() {
        metadata.insert("annotations".into(), json!(annotations));
    }
    metadata
}

fn selector(test: &LoadTest) -> Value {
    json!({ POD_LABEL: generated_name(test, Role::Master) })
}
