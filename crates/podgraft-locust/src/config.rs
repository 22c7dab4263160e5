//! [`Config`]: the operator's configuration, a typed YAML file.

mod exporter_settings;
mod invalid_setting;
mod kafka;
mod locust_pods;
mod pod_security;
mod resources;
mod setting_kinds;
#[cfg(test)]
mod tests;
mod unknown_fields;

use podgraft_merge::{diagnostic::Diagnostic, patch::UnknownFields, path::FieldPath};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::{
    invalid_setting::invalid,
    setting_kinds::{ON_ENFORCE, TTL, check},
};

pub use self::{
    exporter_settings::ExporterSettings,
    kafka::{Kafka, KafkaCredentials, KafkaSecurity},
    locust_pods::LocustPods,
    pod_security::{OnEnforce, PodSecurityExemptions, PodSecuritySettings},
    resources::Resources,
};

/// The operator's configuration. The defaults are the public chart's, without limits on ephemeral
/// storage: those evict tests that write reports or logs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Config {
    /// The pods of load tests.
    pub locust_pods: LocustPods,
    /// Kafka settings that every locust container gets as variables.
    pub kafka: Kafka,
    /// What becomes of template fields that podgraft's Kubernetes version does not know.
    #[serde(with = "unknown_fields")]
    pub unknown_fields: UnknownFields,
    /// Whether the operator uses overlays for the whole cluster: `On` and `Off` are booleans in Kubernetes'
    /// YAML. An operator that uses them and may not read them starts no test.
    pub cluster_overlays: bool,
    /// What becomes of tests whose pods the Pod Security level of their namespace would refuse.
    pub pod_security: PodSecuritySettings,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            locust_pods: LocustPods::default(),
            kafka: Kafka::default(),
            unknown_fields: UnknownFields::default(),
            cluster_overlays: true,
            pod_security: PodSecuritySettings::default(),
        }
    }
}

impl Config {
    /// Reads a configuration; what it leaves out, or writes as null, is as by default, down to each entry of
    /// `requests` and `limits`. The public chart's spellings are understood: `ephemeralStorage` among
    /// resources, and an empty `ttlSecondsAfterFinished`.
    ///
    /// # Errors
    /// `unknown-field` for every setting that does not exist, `invalid-config` for every wrong value;
    /// paths are rooted at the file's object.
    pub fn from_value(value: &Value) -> Result<Self, Vec<Diagnostic>> {
        let mut every_setting = Self::default();
        every_setting.locust_pods.ttl_seconds_after_finished = Some(0);
        let known = serde_json::to_value(every_setting).unwrap_or_default();
        let mut errors = Vec::new();
        check(&known, value, &FieldPath::root(), &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut merged = serde_json::to_value(Self::default()).unwrap_or_default();
        lay_over(&mut merged, value);
        let mut config: Self = serde_json::from_value(merged).map_err(|error| {
            vec![invalid(format!("correct the configuration: {error}"), FieldPath::root())]
        })?;
        // Of the master and the workers, an empty quantity still removes one of both roles'.
        let exporter = &mut config.locust_pods.metrics_exporter.resources;
        for entries in [&mut exporter.requests, &mut exporter.limits] {
            entries.retain(|_, quantity| quantity.as_str() != Some(""));
        }
        let errors = config.rules();
        if errors.is_empty() { Ok(config) } else { Err(errors) }
    }

    /// What is wrong with settings of the right kind.
    fn rules(&self) -> Vec<Diagnostic> {
        const POLICIES: [&str; 3] = ["Always", "IfNotPresent", "Never"];
        let exporter = &self.locust_pods.metrics_exporter;
        let at = |name| FieldPath::fields(["locustPods", "metricsExporter", name]);
        let mut errors = Vec::new();
        if exporter.port == 0 {
            errors
                .push(invalid("write \"port\" as 1 to 65535: the exporter listens on it".into(), at("port")));
        }
        if !POLICIES.contains(&exporter.pull_policy.as_str()) {
            let message = format!(
                "write \"pullPolicy\" as one of {}, not as \"{}\"",
                POLICIES.join(", "),
                exporter.pull_policy
            );
            errors.push(invalid(message, at("pullPolicy")));
        }
        let pods = &self.locust_pods;
        let place = |name: &str| FieldPath::fields(["locustPods", name]);
        for (own, path) in [
            (&Resources::default(), place("resources")),
            (&pods.master_resources, place("masterResources")),
            (&pods.worker_resources, place("workerResources")),
        ] {
            pods.resources.under(own).fit(&path, &mut errors);
        }
        exporter.resources.fit(&at("resources"), &mut errors);
        errors.dedup_by(|one, other| one.message == other.message);
        errors
    }
}

/// Lays settings over those that there are; null says nothing.
fn lay_over(below: &mut Value, above: &Value) {
    let (Value::Object(settings), Value::Object(above)) = (&mut *below, above) else {
        if !above.is_null() {
            *below = above.clone();
        }
        return;
    };
    for (name, value) in above {
        match (name.as_str(), value) {
            // The public chart leaves the time empty where finished Jobs are kept.
            (_, Value::Null) | (TTL, Value::String(_)) => {}
            // `Off` without quotes is a boolean in Kubernetes' YAML.
            (ON_ENFORCE, Value::Bool(false)) => {
                settings.insert(name.clone(), "Off".into());
            }
            ("ephemeralStorage", value) => {
                settings.insert("ephemeral-storage".to_owned(), value.clone());
            }
            (name, value) => match settings.get_mut(name) {
                Some(inner) => lay_over(inner, value),
                None => {
                    settings.insert(name.to_owned(), value.clone());
                }
            },
        }
    }
}
