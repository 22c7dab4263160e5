//! The names that the operator gives and goes by: containers, volumes, labels, annotations, objects and folders.
//!
//! What makes the pods and what judges them both read them here.

use crate::role::Role;

/// The container that runs Locust, in every test.
pub const LOCUST: &str = "locust";
/// The exporter's container, among the init containers.
pub const EXPORTER: &str = "locust-metrics-exporter";

/// The volume with the test's `ConfigMap`.
pub const SOURCE_VOLUME: &str = "locust-src";
/// The volume with the library `ConfigMap`.
pub const LIBRARY_VOLUME: &str = "locust-lib";
/// The volumes of the test files.
pub const TEST_FILE_VOLUMES: [&str; 2] = [SOURCE_VOLUME, LIBRARY_VOLUME];
/// What the names of volumes with Secrets begin with, which the operator makes for `secretMounts`.
pub const SECRET_VOLUME_PREFIX: &str = "secret-";

/// Whether only the operator may make a volume of this name.
#[must_use]
pub fn is_reserved_volume(name: &str) -> bool {
    TEST_FILE_VOLUMES.contains(&name) || name.starts_with(SECRET_VOLUME_PREFIX)
}

/// Where the test's `ConfigMap` is mounted, unless the test says otherwise.
pub const SOURCE_FOLDER: &str = "/lotest/src";
/// Where the library `ConfigMap` is mounted, unless the test says otherwise.
pub const LIBRARY_FOLDER: &str = "/opt/locust/lib";

/// The label that both pods of a test have.
pub const TEST_LABEL: &str = "performance-test-name";
/// The label that the Service and the Jobs know a role's pods by.
pub const POD_LABEL: &str = "performance-test-pod-name";
/// The label that says who made a pod.
pub const MANAGED_BY_LABEL: &str = "managed-by";
/// Who made it.
pub const MANAGER: &str = "locust-k8s-operator";
/// The labels by which the operator and the Service find pods.
pub const OPERATOR_LABELS: [&str; 3] = [TEST_LABEL, POD_LABEL, MANAGED_BY_LABEL];

/// The labels that the Job controller sets.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/batch/types.go`, the label constants.
pub const JOB_CONTROLLER_LABELS: [&str; 5] = [
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-uid",
    "job-name",
];

/// The annotation that names the container which kubectl means where nobody names one.
pub const DEFAULT_CONTAINER_ANNOTATION: &str = "kubectl.kubernetes.io/default-container";

/// The name of a role's Job and, for the master, of the Service, of a test with this name: dots become dashes.
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
