//! [`LocustPods`]: settings of the pods of load tests.

use serde::{Deserialize, Serialize};

use super::{exporter_settings::ExporterSettings, resources::Resources};

/// The pods of load tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LocustPods {
    /// Resources of both roles' locust containers, where nothing else says so.
    pub resources: Resources,
    /// Resources of the master's, by entry over `resources`.
    pub master_resources: Resources,
    /// Resources of the workers', by entry over `resources`.
    pub worker_resources: Resources,
    /// How many seconds finished Jobs are kept; for ever where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_seconds_after_finished: Option<i32>,
    /// Whether `scheduling.affinity` of tests is used.
    pub affinity_injection: bool,
    /// Whether `scheduling.tolerations` of tests are used.
    pub tolerations_injection: bool,
    /// The runtime class of tests that name none; none where empty.
    pub runtime_class_name: String,
    /// The Prometheus exporter beside the master.
    pub metrics_exporter: ExporterSettings,
}

impl Default for LocustPods {
    fn default() -> Self {
        Self {
            resources: Resources::new(
                &[("cpu", "250m"), ("memory", "128Mi"), ("ephemeral-storage", "30M")],
                &[("cpu", "1000m"), ("memory", "1024Mi")],
            ),
            master_resources: Resources::default(),
            worker_resources: Resources::default(),
            ttl_seconds_after_finished: None,
            affinity_injection: true,
            tolerations_injection: true,
            runtime_class_name: String::new(),
            metrics_exporter: ExporterSettings::default(),
        }
    }
}
