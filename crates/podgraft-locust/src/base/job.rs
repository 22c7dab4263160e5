//! The Job of a role.

use serde_json::{Map, Value, json};

use super::{labels, metadata};
use crate::{config::Config, load_test::LoadTest, role::Role};

/// The Job that runs a role's final pod template.
///
/// A worker that a node takes away (a spot reclaim, a drain) does not count as failed, and is replaced
/// once it has ended Failed. A worker that crashes fails the Job, as in the public operator. Locust
/// leaves with 0 on SIGTERM, and a Job without completions replaces no pod that succeeded: then the
/// test goes on with the workers that are left.
#[must_use]
pub fn job(test: &LoadTest, role: Role, config: &Config, pod_template: Value) -> Value {
    let settings = test.spec.overrides.job.clone().unwrap_or_default();
    let mut metadata = metadata(test, role);
    // What the operator knows its Jobs by stays, whatever the author adds.
    let mut all_labels: Map<String, Value> =
        settings.labels.into_iter().map(|(name, value)| (name, value.into())).collect();
    if let Value::Object(own) = labels(test, role) {
        all_labels.extend(own);
    }
    metadata.insert("labels".into(), Value::Object(all_labels));
    if !settings.annotations.is_empty() {
        metadata.insert("annotations".into(), json!(settings.annotations));
    }
    let mut spec = Map::new();
    spec.insert("template".into(), pod_template);
    spec.insert("backoffLimit".into(), settings.backoff_limit.unwrap_or(0).into());
    spec.insert(
        "parallelism".into(),
        if role == Role::Master { 1 } else { test.spec.worker.replicas }.into(),
    );
    if role == Role::Worker {
        spec.insert("podReplacementPolicy".into(), "Failed".into());
        spec.insert(
            "podFailurePolicy".into(),
            json!({ "rules": [{ "action": "Ignore", "onPodConditions": [{ "type": "DisruptionTarget", "status": "True" }] }] }),
        );
    }
    let ttl = settings.ttl_seconds_after_finished.or(config.locust_pods.ttl_seconds_after_finished);
    if let Some(seconds) = ttl {
        spec.insert("ttlSecondsAfterFinished".into(), seconds.into());
    }
    if let Some(seconds) = settings.active_deadline_seconds {
        spec.insert("activeDeadlineSeconds".into(), seconds.into());
    }
    if let Some(suspend) = settings.suspend {
        spec.insert("suspend".into(), suspend.into());
    }
    json!({ "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec })
}
