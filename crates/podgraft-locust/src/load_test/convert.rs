//! From v1 to v2.

use serde_json::{Value, json};

use crate::api::{shared, v1, v2};

/// A v1 spec as a v2 spec.
///
/// # Source
/// locust-k8s-operator 2.3.0, `api/v1/locusttest_conversion.go`.
pub(super) fn convert(old: v1::LocustTestSpec) -> v2::LocustTestSpec {
    let labels = old.labels.unwrap_or_default();
    let annotations = old.annotations.unwrap_or_default();
    let has_files = old.config_map.is_some() || old.lib_config_map.is_some();
    let node_affinity = old.affinity.and_then(|affinity| affinity.node_affinity).unwrap_or_default();
    let required = node_affinity.required_during_scheduling_ignored_during_execution;
    let expressions: Vec<Value> = required
        .iter()
        .map(|(key, value)| json!({ "key": key, "operator": "In", "values": [value] }))
        .collect();
    let affinity = (!expressions.is_empty()).then(|| {
        json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{ "matchExpressions": expressions }]
        } } })
    });
    let tolerations: Vec<Value> =
        old.tolerations.iter().filter_map(|toleration| serde_json::to_value(toleration).ok()).collect();
    let scheduling = (affinity.is_some() || !tolerations.is_empty()).then(|| v2::Scheduling {
        affinity,
        tolerations,
        ..v2::Scheduling::default()
    });
    v2::LocustTestSpec {
        image: old.image,
        image_pull_policy: old.image_pull_policy,
        image_pull_secrets: old.image_pull_secrets.iter().map(|name| json!({ "name": name })).collect(),
        master: v2::MasterSpec {
            command: old.master_command_seed,
            labels: labels.master,
            annotations: annotations.master,
            ..v2::MasterSpec::default()
        },
        worker: v2::WorkerSpec {
            command: old.worker_command_seed,
            replicas: old.worker_replicas.unwrap_or(1),
            labels: labels.worker,
            annotations: annotations.worker,
            ..v2::WorkerSpec::default()
        },
        test_files: has_files.then(|| v2::TestFiles {
            config_map_ref: old.config_map,
            lib_config_map_ref: old.lib_config_map,
            ..v2::TestFiles::default()
        }),
        scheduling,
        env: None,
        security: None,
        observability: old.observability.map(|observability| shared::Observability {
            metrics_exporter: observability.metrics_exporter,
            open_telemetry: None,
        }),
        overrides: old.overrides,
    }
}
