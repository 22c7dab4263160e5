//! What the operator itself makes: the base pods, the Jobs and the Services.

mod exporter;
mod job;
mod locust;
mod service;
mod service_rules;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

pub use exporter::{EXPORTER, follow_exporter};
pub use job::job;
pub(crate) use locust::{is_wiring, removable};
pub use service::{service, web_service};
pub(crate) use service_rules::service_rules;

use super::{config::Config, load_test::LoadTest};
use crate::role::Role;

/// The container that runs Locust, in every test.
pub const LOCUST: &str = "locust";
/// The volume with the test's `ConfigMap`.
pub const SOURCE_VOLUME: &str = "locust-src";
/// The volume with the library `ConfigMap`.
pub const LIBRARY_VOLUME: &str = "locust-lib";
/// Whether only the operator may make a volume of this name.
#[must_use]
pub fn is_reserved_volume(name: &str) -> bool {
    name == SOURCE_VOLUME || name == LIBRARY_VOLUME || name.starts_with("secret-")
}

/// The label that both pods of a test have.
pub const TEST_LABEL: &str = "performance-test-name";
/// The label that the Service and the Jobs know a role's pods by.
pub const POD_LABEL: &str = "performance-test-pod-name";
/// The label that says who made a pod.
pub const MANAGED_BY_LABEL: &str = "managed-by";
/// Who made it.
pub const MANAGER: &str = "locust-k8s-operator";

/// The name of a role's Job and, for the master, of the Service.
#[must_use]
pub fn generated_name(test: &LoadTest, role: Role) -> String {
    generated_name_of(&test.name, role)
}

/// [`generated_name`] of a test with this name: dots become dashes.
///
/// # Source
/// locust-k8s-operator 2.3.0, `internal/resources/job.go`, `NodeName`.
#[must_use]
pub fn generated_name_of(name: &str, role: Role) -> String {
    format!("{name}-{role}").replace('.', "-")
}

/// What the name of the second Service ends in, behind the name of the first.
const WEB_SUFFIX: &str = "-web";

/// The name of the second Service, of a test with this name.
#[must_use]
pub fn web_service_name_of(name: &str) -> String {
    generated_name_of(name, Role::Master) + WEB_SUFFIX
}

/// The pod template that the operator makes for a role, before anybody's wishes.
#[must_use]
pub fn pod_template(test: &LoadTest, role: Role, config: &Config) -> Value {
    let mut annotations = Map::new();
    annotations.insert("kubectl.kubernetes.io/default-container".into(), LOCUST.into());
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
