//! The environment of the container `locust`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Pieces;
use crate::{
    diagnostic::{Code, Diagnostic},
    locust::api::shared::OpenTelemetry,
    path::FieldPath,
};

impl Pieces<'_> {
    pub(super) fn environment(&mut self) {
        let spec = &self.test.spec;
        let observability = spec.observability.as_ref();
        let otel = observability.and_then(|observability| observability.open_telemetry.as_ref());
        if let Some(otel) = otel.filter(|otel| otel.enabled) {
            let origin = FieldPath::fields(["spec", "observability", "openTelemetry"]);
            self.locust(&origin, json!({ "env": otel_variables(otel) }));
        }
        let Some(env) = &spec.env else { return };
        for (field, kind, sources) in [
            ("configMapRefs", "configMapRef", &env.config_map_refs),
            ("secretRefs", "secretRef", &env.secret_refs),
        ] {
            for (index, source) in sources.iter().enumerate() {
                let mut entry = json!({ kind: { "name": source.name } });
                if let Some(prefix) = &source.prefix {
                    entry["prefix"] = prefix.as_str().into();
                }
                let origin = FieldPath::fields(["spec", "env", field]).index(index);
                self.locust(&origin, json!({ "$append/envFrom": [entry] }));
            }
        }
        self.variables(&env.variables);
    }

    /// Single variables, each once: the last of several with one name wins.
    fn variables(&mut self, variables: &[Value]) {
        let name =
            |variable: &Value| variable.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let last: BTreeMap<String, usize> =
            variables.iter().enumerate().map(|(index, variable)| (name(variable), index)).collect();
        for (index, variable) in variables.iter().enumerate() {
            let origin = FieldPath::fields(["spec", "env", "variables"]).index(index);
            let name = name(variable);
            if last.get(&name) != Some(&index) {
                let message = format!(
                    "remove the variable \"{name}\" here: it is listed again below, and the last one wins"
                );
                self.say(&origin, Diagnostic::warning(Code::DuplicateVariable, message));
                continue;
            }
            self.locust(&origin, json!({ "env": [variable] }));
        }
    }
}

/// The variables of Locust's OpenTelemetry export.
///
/// # Source
/// locust-k8s-operator 2.3.0, `internal/resources/env.go`.
fn otel_variables(otel: &OpenTelemetry) -> Vec<Value> {
    let mut variables =
        vec![("OTEL_TRACES_EXPORTER", "otlp".to_owned()), ("OTEL_METRICS_EXPORTER", "otlp".to_owned())];
    if let Some(endpoint) = otel.endpoint.clone().filter(|endpoint| !endpoint.is_empty()) {
        variables.push(("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));
    }
    variables
        .push(("OTEL_EXPORTER_OTLP_PROTOCOL", otel.protocol.clone().unwrap_or_else(|| "grpc".to_owned())));
    if otel.insecure {
        variables.push(("OTEL_EXPORTER_OTLP_INSECURE", "true".to_owned()));
    }
    let extra = |name: &str| otel.extra_env_vars.get(name).cloned();
    // An extra variable of the same name replaces the operator's.
    let own = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), extra(name).unwrap_or_else(|| value.clone())));
    let rest = otel.extra_env_vars.iter().filter(|(name, _)| variables.iter().all(|(own, _)| own != name));
    own.chain(rest.map(|(name, value)| (name.clone(), value.clone())))
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}
