//! [`Config`]: the operator's configuration, a typed YAML file.

use podgraft_merge::{
    diagnostic::{Diagnostic, did_you_mean},
    path::{FieldPath, Segment},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::codes;
use podgraft_pod::validity::Quantity;

/// Requests and limits, by resource name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// What a container is promised.
    pub requests: Map<String, Value>,
    /// What a container may use at most.
    pub limits: Map<String, Value>,
}

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
    pub unknown_fields: UnknownFields,
    /// Whether the operator uses overlays for the whole cluster: `On` and `Off` are booleans in Kubernetes'
    /// YAML. An operator that uses them and may not read them starts no test.
    pub cluster_overlays: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            locust_pods: LocustPods::default(),
            kafka: Kafka::default(),
            unknown_fields: UnknownFields::default(),
            cluster_overlays: true,
        }
    }
}

/// What becomes of unknown template fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnknownFields {
    /// They are errors.
    #[default]
    Refuse,
    /// They are warnings, for clusters that are newer than podgraft.
    Warn,
}

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
    pub metrics_exporter: MetricsExporter,
}

impl Default for LocustPods {
    fn default() -> Self {
        Self {
            resources: resources(
                &[("cpu", "250m"), ("memory", "128Mi"), ("ephemeral-storage", "30M")],
                &[("cpu", "1000m"), ("memory", "1024Mi")],
            ),
            master_resources: Resources::default(),
            worker_resources: Resources::default(),
            ttl_seconds_after_finished: None,
            affinity_injection: true,
            tolerations_injection: true,
            runtime_class_name: String::new(),
            metrics_exporter: MetricsExporter::default(),
        }
    }
}

/// The Prometheus exporter beside the master.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MetricsExporter {
    /// Its image.
    pub image: String,
    /// The port that it listens on.
    pub port: u16,
    /// When its image is pulled.
    pub pull_policy: String,
    /// Its resources.
    pub resources: Resources,
}

impl Default for MetricsExporter {
    fn default() -> Self {
        Self {
            image: "containersol/locust_exporter:v0.5.0".into(),
            port: 9646,
            pull_policy: "IfNotPresent".into(),
            resources: resources(
                &[("cpu", "100m"), ("memory", "64Mi"), ("ephemeral-storage", "30M")],
                &[("cpu", "250m"), ("memory", "128Mi")],
            ),
        }
    }
}

/// Kafka settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Kafka {
    /// Whether locust containers get the variables.
    pub enabled: bool,
    /// `KAFKA_BOOTSTRAP_SERVERS`.
    pub bootstrap_servers: String,
    /// The security settings.
    pub security: KafkaSecurity,
    /// The Secret with user name and password; no such variables where its name is empty.
    pub credentials: KafkaCredentials,
}

impl Default for Kafka {
    fn default() -> Self {
        Self {
            enabled: false,
            bootstrap_servers: "localhost:9092".into(),
            security: KafkaSecurity::default(),
            credentials: KafkaCredentials::default(),
        }
    }
}

/// Kafka's security settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KafkaSecurity {
    /// `KAFKA_SECURITY_ENABLED`.
    pub enabled: bool,
    /// `KAFKA_SECURITY_PROTOCOL_CONFIG`.
    pub protocol: String,
    /// `KAFKA_SASL_MECHANISM`.
    pub sasl_mechanism: String,
    /// `KAFKA_SASL_JAAS_CONFIG`.
    pub jaas_config: String,
}

impl Default for KafkaSecurity {
    fn default() -> Self {
        Self {
            enabled: false,
            protocol: "SASL_PLAINTEXT".into(),
            sasl_mechanism: "SCRAM-SHA-512".into(),
            jaas_config: String::new(),
        }
    }
}

/// The Secret with Kafka's user name and password, in each test's namespace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KafkaCredentials {
    /// The Secret's name.
    pub secret_name: String,
    /// The key of `KAFKA_USERNAME`.
    pub username_key: String,
    /// The key of `KAFKA_PASSWORD`.
    pub password_key: String,
}

impl Default for KafkaCredentials {
    fn default() -> Self {
        Self { secret_name: String::new(), username_key: "username".into(), password_key: "password".into() }
    }
}

fn resources(requests: &[(&str, &str)], limits: &[(&str, &str)]) -> Resources {
    let map = |entries: &[(&str, &str)]| {
        entries.iter().map(|(name, quantity)| ((*name).to_owned(), Value::from(*quantity))).collect()
    };
    Resources { requests: map(requests), limits: map(limits) }
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
            fits(&pods.resources.under(own), &path, &mut errors);
        }
        fits(&exporter.resources, &at("resources"), &mut errors);
        errors.dedup_by(|one, other| one.message == other.message);
        errors
    }
}

impl Resources {
    /// These, with another's entries over them; an empty quantity removes one.
    #[must_use]
    pub fn under(&self, above: &Self) -> Self {
        let over = |below: &Map<String, Value>, above: &Map<String, Value>| {
            let mut entries = below.clone();
            entries.extend(above.clone());
            entries.retain(|_, quantity| quantity.as_str() != Some(""));
            entries
        };
        Self { requests: over(&self.requests, &above.requests), limits: over(&self.limits, &above.limits) }
    }
}

/// Every request must fit into its limit: the API server would refuse each pod.
fn fits(resources: &Resources, path: &FieldPath, errors: &mut Vec<Diagnostic>) {
    for (name, limit) in &resources.limits {
        let request = resources.requests.get(name);
        let amounts = request.and_then(Quantity::read).zip(Quantity::read(limit));
        if let (Some(request), Some((asked, most))) = (request, amounts)
            && asked > most
        {
            let message = format!(
                "raise the limit of {name} to {request} or more, or lower the request, which is {request} where nothing else says so: it does not fit into {limit}"
            );
            errors.push(invalid(message, path.field("limits").field(name)));
        }
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

const TTL: &str = "ttlSecondsAfterFinished";

fn invalid(message: String, at: FieldPath) -> Diagnostic {
    Diagnostic::error(codes::INVALID_CONFIG, message).at(at)
}

/// Compares a configuration with one that has every setting: names, and kinds of values.
fn check(known: &Value, value: &Value, path: &FieldPath, errors: &mut Vec<Diagnostic>) {
    if value.is_null() && !path.segments().is_empty() {
        return;
    }
    let (Value::Object(known), Value::Object(fields)) = (known, value) else {
        let wanted = match (known, value) {
            (Value::Object(_), _) => "a map",
            (Value::Bool(_), value) if !value.is_boolean() => "true or false",
            (Value::Number(_), value) if value.as_u64().is_none() => "a whole number that is not negative",
            (Value::String(_), value) if !value.is_string() => "a string",
            _ => return,
        };
        let message = match path.segments().last() {
            Some(Segment::Field(name)) => {
                format!("write \"{name}\" as {wanted}, or leave it out: {value} is none")
            }
            _ => format!("write the configuration as {wanted}: {value} is none"),
        };
        errors.push(invalid(message, path.clone()));
        return;
    };
    for (name, value) in fields {
        let path = path.field(name);
        match known.get(name) {
            Some(_) if matches!(name.as_str(), "requests" | "limits") => {
                quantities(name, value, &path, errors);
            }
            Some(_) if name == TTL && value.as_str() == Some("") => {}
            Some(inner) => check(inner, value, &path, errors),
            None => {
                let near = did_you_mean(name, known.keys().map(String::as_str));
                let near = if near.is_empty() { "; remove it".to_owned() } else { near };
                let message = format!("the configuration has no setting \"{name}\" here{near}");
                errors.push(Diagnostic::error(codes::UNKNOWN_FIELD, message).at(path));
            }
        }
    }
}

/// A map with free names, and quantities: strings or numbers.
fn quantities(name: &str, value: &Value, path: &FieldPath, errors: &mut Vec<Diagnostic>) {
    let entries = match value {
        Value::Null => return,
        Value::Object(entries) => entries,
        value => {
            let message =
                format!("write \"{name}\" as a map of quantities, such as {{cpu: 250m}}: {value} is none");
            errors.push(invalid(message, path.clone()));
            return;
        }
    };
    if entries.contains_key("ephemeralStorage") && entries.contains_key("ephemeral-storage") {
        let message = "remove ephemeralStorage: it is another spelling of ephemeral-storage".to_owned();
        errors.push(invalid(message, path.field("ephemeralStorage")));
    }
    for (resource, quantity) in entries {
        let is_empty = quantity.is_null() || quantity.as_str() == Some("");
        if !is_empty && Quantity::read(quantity).is_none_or(Quantity::is_negative) {
            let message =
                format!("write \"{resource}\" as a quantity, such as 250m or 128Mi: {quantity} is none");
            errors.push(invalid(message, path.field(resource)));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_out_is_as_by_default() {
        assert_eq!(Config::from_value(&json!({})).unwrap(), Config::default());
        let config = Config::from_value(&json!({"locustPods": {"metricsExporter": {"port": 9000}}})).unwrap();
        assert_eq!(config.locust_pods.metrics_exporter.port, 9000);
        assert_eq!(config.locust_pods.resources, Config::default().locust_pods.resources);
    }

    #[test]
    fn a_part_of_resources_leaves_the_rest() {
        let resources = json!({"limits": {"cpu": "2"}});
        let config = Config::from_value(&json!({"locustPods": {
            "resources": resources, "metricsExporter": {"resources": resources}
        }}));
        let pods = config.unwrap().locust_pods;
        let default = Config::default().locust_pods;
        assert_eq!(pods.resources.requests, default.resources.requests);
        assert_eq!(pods.resources.limits, *json!({"cpu": "2", "memory": "1024Mi"}).as_object().unwrap());
        let exporter = pods.metrics_exporter.resources;
        assert_eq!(exporter.requests, default.metrics_exporter.resources.requests);
        assert_eq!(exporter.limits, *json!({"cpu": "2", "memory": "128Mi"}).as_object().unwrap());
    }

    #[test]
    fn the_public_charts_spellings_are_understood() {
        let chart = json!({"kafka": null, "locustPods": {
            "ttlSecondsAfterFinished": "",
            "resources": {"requests": {"ephemeralStorage": "50M", "cpu": null}, "limits": {"ephemeralStorage": ""}},
            "metricsExporter": {"resources": {"requests": {"ephemeralStorage": ""}, "limits": null}}
        }});
        let pods = Config::from_value(&chart).unwrap().locust_pods;
        assert_eq!(pods.ttl_seconds_after_finished, None);
        let both = pods.resources.under(&Resources::default());
        let requests = json!({"cpu": "250m", "memory": "128Mi", "ephemeral-storage": "50M"});
        assert_eq!(both.requests, *requests.as_object().unwrap());
        assert_eq!(both.limits, Config::default().locust_pods.resources.limits);
        let exporter = pods.metrics_exporter.resources;
        assert_eq!(exporter.requests, *json!({"cpu": "100m", "memory": "64Mi"}).as_object().unwrap());
    }

    #[test]
    fn unknown_settings_are_refused_with_a_hint() {
        let errors = Config::from_value(&json!({"kafka": {"enabeld": true}, "locustPod": {}})).unwrap_err();
        let messages: Vec<String> = errors.into_iter().map(|error| error.message).collect();
        assert_eq!(
            messages,
            [
                "the configuration has no setting \"enabeld\" here; did you mean \"enabled\"?",
                "the configuration has no setting \"locustPod\" here; did you mean \"locustPods\"?"
            ]
        );
        assert_eq!(
            Config::from_value(&json!({"kafka": {"enabled": "x"}})).unwrap_err()[0].code,
            "invalid-config"
        );
    }

    #[test]
    fn values_of_the_wrong_kind_are_refused_where_they_are() {
        for (config, path, part) in [
            (json!([]), ".", "write the configuration as a map"),
            (json!(null), ".", "write the configuration as a map"),
            (json!({"kafka": [true]}), ".kafka", "as a map"),
            (json!({"kafka": {"enabled": "x"}}), ".kafka.enabled", "as true or false"),
            (
                json!({"locustPods": {"ttlSecondsAfterFinished": "soon"}}),
                ".locustPods.ttlSecondsAfterFinished",
                "whole number",
            ),
            (
                json!({"locustPods": {"ttlSecondsAfterFinished": -1}}),
                ".locustPods.ttlSecondsAfterFinished",
                "not negative",
            ),
            (
                json!({"locustPods": {"metricsExporter": {"port": 0}}}),
                ".locustPods.metricsExporter.port",
                "1 to 65535",
            ),
            (
                json!({"locustPods": {"metricsExporter": {"pullPolicy": "Often"}}}),
                ".locustPods.metricsExporter.pullPolicy",
                "one of Always",
            ),
            (
                json!({"locustPods": {"resources": {"requests": ["cpu"]}}}),
                ".locustPods.resources.requests",
                "a map of quantities",
            ),
            (
                json!({"locustPods": {"resources": {"limits": {"cpu": true}}}}),
                ".locustPods.resources.limits.cpu",
                "as a quantity",
            ),
            (
                json!({"locustPods": {"masterResources": {"limits": {"cpu": "2 cores"}}}}),
                ".locustPods.masterResources.limits.cpu",
                "as a quantity",
            ),
            (
                json!({"locustPods": {"resources": {"limits": {"cpu": "100m"}}}}),
                ".locustPods.resources.limits.cpu",
                "raise the limit of cpu to \"250m\" or more",
            ),
            (
                json!({"locustPods": {"metricsExporter": {"resources": {"limits": {"memory": "1Mi"}}}}}),
                ".locustPods.metricsExporter.resources.limits.memory",
                "raise the limit",
            ),
            (
                json!({"locustPods": {"workerResources": {"requests": {"memory": "4Gi"}}}}),
                ".locustPods.workerResources.limits.memory",
                "raise the limit",
            ),
            (
                json!({"locustPods": {"resources": {"limits": {"ephemeralStorage": "1Gi", "ephemeral-storage": "1Gi"}}}}),
                ".locustPods.resources.limits.ephemeralStorage",
                "another spelling",
            ),
        ] {
            let errors = Config::from_value(&config).unwrap_err();
            assert_eq!(errors.len(), 1, "{config}");
            assert_eq!(errors[0].code, "invalid-config", "{config}");
            assert_eq!(errors[0].path.as_ref().unwrap().to_string(), path, "{config}");
            assert!(errors[0].message.contains(part), "{config}: {}", errors[0].message);
        }
        // The names of free maps are settings only where there are such maps.
        for config in [json!({"limits": {}}), json!({"kafka": {"ttlSecondsAfterFinished": 1}})] {
            assert_eq!(Config::from_value(&config).unwrap_err()[0].code, "unknown-field", "{config}");
        }
    }

    #[test]
    fn the_example_has_every_setting_at_its_default() {
        let text = include_str!("../../../docs/config.example.yaml");
        let read = podgraft_pod::manifest::read("config.example.yaml", text.as_bytes());
        assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
        let example = &read.documents[0].value;
        assert_eq!(*example, serde_json::to_value(Config::default()).unwrap());
        assert_eq!(Config::from_value(example).unwrap(), Config::default());
        assert!(
            text.contains("# ttlSecondsAfterFinished:"),
            "the one setting without a default is not shown"
        );
    }
}
