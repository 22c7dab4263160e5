//! The environment variables of the public operator, as far as they mean the same here.
//!
//! # Source
//! The configuration of `locust-k8s-operator` 2.3.0: the names, and that an empty one is as good as none.

use podgraft_locust::codes;
use podgraft_merge::diagnostic::Diagnostic;
use serde_json::{Map, Value};

use super::variables::value_of;

/// What a variable's text is.
#[derive(Debug, Clone, Copy)]
enum VariableKind {
    Text,
    Number,
    Bool,
}

use VariableKind::{Bool, Number, Text};

/// Each variable with its place in the configuration.
const VARIABLES: [(&str, &str, VariableKind); 20] = [
    ("JOB_TTL_SECONDS_AFTER_FINISHED", "locustPods.ttlSecondsAfterFinished", Number),
    ("METRICS_EXPORTER_IMAGE", "locustPods.metricsExporter.image", Text),
    ("METRICS_EXPORTER_PORT", "locustPods.metricsExporter.port", Number),
    ("METRICS_EXPORTER_IMAGE_PULL_POLICY", "locustPods.metricsExporter.pullPolicy", Text),
    ("METRICS_EXPORTER_CPU_REQUEST", "locustPods.metricsExporter.resources.requests.cpu", Text),
    ("METRICS_EXPORTER_MEM_REQUEST", "locustPods.metricsExporter.resources.requests.memory", Text),
    (
        "METRICS_EXPORTER_EPHEMERAL_REQUEST",
        "locustPods.metricsExporter.resources.requests.ephemeral-storage",
        Text,
    ),
    ("METRICS_EXPORTER_CPU_LIMIT", "locustPods.metricsExporter.resources.limits.cpu", Text),
    ("METRICS_EXPORTER_MEM_LIMIT", "locustPods.metricsExporter.resources.limits.memory", Text),
    (
        "METRICS_EXPORTER_EPHEMERAL_LIMIT",
        "locustPods.metricsExporter.resources.limits.ephemeral-storage",
        Text,
    ),
    ("ENABLE_AFFINITY_CR_INJECTION", "locustPods.affinityInjection", Bool),
    ("ENABLE_TAINT_TOLERATIONS_CR_INJECTION", "locustPods.tolerationsInjection", Bool),
    ("DEFAULT_RUNTIME_CLASS_NAME", "locustPods.runtimeClassName", Text),
    ("KAFKA_BOOTSTRAP_SERVERS", "kafka.bootstrapServers", Text),
    ("KAFKA_SECURITY_ENABLED", "kafka.security.enabled", Bool),
    ("KAFKA_SECURITY_PROTOCOL_CONFIG", "kafka.security.protocol", Text),
    ("KAFKA_SASL_MECHANISM", "kafka.security.saslMechanism", Text),
    ("KAFKA_SASL_JAAS_CONFIG", "kafka.security.jaasConfig", Text),
    // The public operator's pods have the variables of Kafka always.
    ("KAFKA_USERNAME", "", Text),
    ("KAFKA_PASSWORD", "", Text),
];

/// The variables of pod resources: prefix, and the place that they are below.
const RESOURCES: [(&str, &str); 3] = [
    ("POD", "locustPods.resources"),
    ("MASTER_POD", "locustPods.masterResources"),
    ("WORKER_POD", "locustPods.workerResources"),
];

/// The variables of one kind of pod: the rest of the name, and the place.
const AMOUNTS: [(&str, &str); 6] = [
    ("CPU_REQUEST", "requests.cpu"),
    ("MEM_REQUEST", "requests.memory"),
    ("EPHEMERAL_REQUEST", "requests.ephemeral-storage"),
    ("CPU_LIMIT", "limits.cpu"),
    ("MEM_LIMIT", "limits.memory"),
    ("EPHEMERAL_LIMIT", "limits.ephemeral-storage"),
];

/// The settings that the process's environment has, as a configuration; an empty one where it has none.
///
/// # Errors
/// A diagnostic for each variable that cannot be read, or that has no meaning here.
pub(super) fn from_environment() -> Result<Value, Vec<Diagnostic>> {
    settings(value_of)
}

fn settings(value: impl Fn(&str) -> Option<String>) -> Result<Value, Vec<Diagnostic>> {
    let (mut settings, mut errors) = (Value::Object(Map::new()), Vec::new());
    for (name, path, kind) in VARIABLES {
        let Some(text) = value(name) else { continue };
        if path.is_empty() {
            let message = format!(
                "remove the variable {name}, and name a Secret in kafka.credentials: no password is copied into pods"
            );
            errors.push(Diagnostic::error(codes::INVALID_CONFIG, message));
            continue;
        }
        match kind.read(&text) {
            Ok(value) => put(&mut settings, path, value),
            Err(wanted) => {
                let message = format!("write the variable {name} as {wanted}, not as \"{text}\"");
                errors.push(Diagnostic::error(codes::INVALID_CONFIG, message));
            }
        }
        if name.starts_with("KAFKA_") {
            put(&mut settings, "kafka.enabled", Value::Bool(true));
        }
    }
    for (prefix, place) in RESOURCES {
        for (amount, path) in AMOUNTS {
            if let Some(text) = value(&format!("{prefix}_{amount}")) {
                put(&mut settings, &format!("{place}.{path}"), Value::String(text));
            }
        }
    }
    if errors.is_empty() { Ok(settings) } else { Err(errors) }
}

impl VariableKind {
    /// The value, or what it must be.
    fn read(self, text: &str) -> Result<Value, &'static str> {
        match self {
            Text => Ok(Value::String(text.to_owned())),
            Number => text.parse::<u32>().map(Value::from).map_err(|_| "a whole number"),
            // What Go's strconv.ParseBool takes.
            Bool => match text {
                "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true.into()),
                "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false.into()),
                _ => Err("true or false"),
            },
        }
    }
}

/// Sets what is at a path of names with dots.
fn put(settings: &mut Value, path: &str, value: Value) {
    let mut at = settings;
    for name in path.split('.') {
        at = &mut at[name];
    }
    *at = value;
}

#[cfg(test)]
mod tests {
    use podgraft_locust::config::Config;
    use serde_json::json;

    use super::*;
    use crate::cli::config::lay_over;

    fn read(variables: &[(&str, &str)]) -> Result<Value, Vec<String>> {
        let find = |name: &str| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, text)| (*text).to_owned())
        };
        settings(find).map_err(|errors| errors.into_iter().map(|error| error.message).collect())
    }

    #[test]
    fn every_variable_names_a_setting_that_there_is() {
        assert_eq!(read(&[]).unwrap(), json!({}));
        for (name, _, kind) in VARIABLES.into_iter().filter(|(_, path, _)| !path.is_empty()) {
            let text = match kind {
                Bool => "false",
                Number => "1234",
                Text if name.ends_with("POLICY") => "Never",
                Text if name.contains("REQUEST") => "1m",
                Text => "2000000000",
            };
            let config = Config::from_value(&read(&[(name, text)]).unwrap()).unwrap();
            assert_ne!(config, Config::default(), "{name}");
        }
        for (prefix, _) in RESOURCES {
            for (amount, _) in AMOUNTS {
                let (name, text) = (
                    format!("{prefix}_{amount}"),
                    if amount.ends_with("LIMIT") { "2000000000" } else { "1m" },
                );
                let config = Config::from_value(&read(&[(&name, text)]).unwrap()).unwrap();
                assert_ne!(config, Config::default(), "{name}");
            }
        }
    }

    #[test]
    fn what_means_something_else_is_refused_with_what_to_do() {
        assert_eq!(
            read(&[
                ("KAFKA_PASSWORD", "secret"),
                ("METRICS_EXPORTER_PORT", "http"),
                ("ENABLE_AFFINITY_CR_INJECTION", "yes")
            ])
            .unwrap_err(),
            [
                "write the variable METRICS_EXPORTER_PORT as a whole number, not as \"http\"",
                "write the variable ENABLE_AFFINITY_CR_INJECTION as true or false, not as \"yes\"",
                "remove the variable KAFKA_PASSWORD, and name a Secret in kafka.credentials: no password is copied into pods",
            ]
        );
    }

    #[test]
    fn they_are_laid_over_the_file() {
        let mut file =
            json!({"kafka": {"enabled": false, "bootstrapServers": "a:1"}, "unknownFields": "Warn"});
        lay_over(&mut file, read(&[("KAFKA_BOOTSTRAP_SERVERS", "b:2")]).unwrap());
        let laid = json!({"kafka": {"enabled": true, "bootstrapServers": "b:2"}, "unknownFields": "Warn"});
        assert_eq!(file, laid);
    }
}
