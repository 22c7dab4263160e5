//! [`ExporterSettings`]: settings of the Prometheus exporter.

use serde::{Deserialize, Serialize};

use super::resources::Resources;
use crate::ports::EXPORTER_PORT;

/// The Prometheus exporter beside the master.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExporterSettings {
    /// Its image.
    pub image: String,
    /// The port that it listens on.
    pub port: u16,
    /// When its image is pulled.
    pub pull_policy: String,
    /// Its resources.
    pub resources: Resources,
}

impl Default for ExporterSettings {
    fn default() -> Self {
        Self {
            image: "containersol/locust_exporter:v0.5.0".into(),
            port: EXPORTER_PORT,
            pull_policy: "IfNotPresent".into(),
            resources: Resources::new(
                &[("cpu", "100m"), ("memory", "64Mi"), ("ephemeral-storage", "30M")],
                &[("cpu", "250m"), ("memory", "128Mi")],
            ),
        }
    }
}
