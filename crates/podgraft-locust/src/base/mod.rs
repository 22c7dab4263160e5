//! What the operator itself makes: the base pods, the Jobs and the Services.

mod exporter;
mod job;
mod locust;
mod service;
mod service_rules;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

pub use exporter::follow_exporter;
pub use job::job;
pub(crate) use locust::{is_wiring, removable};
pub use service::{service, web_service};
pub(crate) use service_rules::service_rules;

use crate::{
    config::Config,
    load_test::LoadTest,
    names::{
        DEFAULT_CONTAINER_ANNOTATION, LOCUST, MANAGED_BY_LABEL, MANAGER, POD_LABEL, TEST_LABEL,
        generated_name_of,
    },
    role::Role,
};

/// The name of a role's Job and, for the master, of the Service.
#[must_use]
pub fn generated_name(test: &LoadTest, role: Role) -> String {
    generated_name_of(&test.name, role)
}

/// The pod template that the operator makes for a role, before anybody's wishes.
#[must_use]
pub fn pod_template(test: &LoadTest, role: Role, config: &Config) -> Value {
    let mut annotations = Map::new();
    annotations.insert(DEFAULT_CONTAINER_ANNOTATION.into(), LOCUST.into());
    let mut spec = Map::new();
    spec.insert("restartPolicy".into(), "Never".into());
    spec.insert("containers".into(), json!([locust::container(test, role, config)]));
    let volumes = locust::volumes(test);
    if !volumes.is_empty() {
        spec.insert("volumes".into(), volumes.into());
    }
    if exporter::is_wanted(test, role) {
        spec.insert("initContainers".into(), json!([exporter::container(config)]));
        annotations.extend(exporter::annotations(config.locust_pods.metrics_exporter.port));
    }
    let has_own_context =
        test.spec.security.as_ref().is_some_and(|security| security.pod_security_context.is_some());
    if !has_own_context {
        spec.insert("securityContext".into(), json!({ "seccompProfile": { "type": "RuntimeDefault" } }));
    }
    if !config.locust_pods.runtime_class_name.is_empty() {
        spec.insert("runtimeClassName".into(), config.locust_pods.runtime_class_name.clone().into());
    }
    json!({ "metadata": { "annotations": annotations, "labels": labels(test, role) }, "spec": spec })
}

/// The labels by which the operator knows a role's pods and its Job.
#[must_use]
pub fn labels(test: &LoadTest, role: Role) -> Value {
    json!({
        "app": test.name,
        TEST_LABEL: test.name,
        POD_LABEL: generated_name(test, role),
        MANAGED_BY_LABEL: MANAGER
    })
}

/// The object's name and, where the test has one, its namespace.
fn metadata(test: &LoadTest, role: Role) -> Map<String, Value> {
    let mut metadata = Map::new();
    metadata.insert("name".into(), generated_name(test, role).into());
    if let Some(namespace) = &test.namespace {
        metadata.insert("namespace".into(), namespace.clone().into());
    }
    metadata
}
