//! The environment of the container `locust`.

use std::collections::BTreeMap;

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use serde_json::{Value, json};

use super::{
    FieldPatches,
    variable_order::{Order, Placement, order},
};
use crate::{api::shared::OpenTelemetry, codes};

impl FieldPatches<'_> {
    pub(super) fn environment(&mut self) {
        let spec = &self.test.spec;
        let observability = spec.observability.as_ref();
        let otel = observability.and_then(|observability| observability.open_telemetry.as_ref());
        let otel = otel.filter(|otel| otel.enabled).map(otel_variables).unwrap_or_default();
        let mut origins = vec![FieldPath::fields(["spec", "observability", "openTelemetry"]); otel.len()];
        let env = spec.env.clone().unwrap_or_default();
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
        let variables = FieldPath::fields(["spec", "env", "variables"]);
        origins.extend((0..env.variables.len()).map(|index| variables.index(index)));
        self.say_duplicates(&env.variables);
        self.variables(&[otel, env.variables].concat(), &origins);
    }

    /// Names the variables that are listed again.
    fn say_duplicates(&mut self, variables: &[Value]) {
        let last: BTreeMap<&str, usize> =
            variables.iter().enumerate().map(|(index, variable)| (name(variable), index)).collect();
        for (index, name) in variables.iter().map(name).enumerate() {
            if last.get(name) != Some(&index) {
                let message = format!(
                    "remove the variable \"{name}\" here: it is listed again below, and the last one wins"
                );
                let origin = FieldPath::fields(["spec", "env", "variables"]).index(index);
                self.say(&origin, Diagnostic::warning(codes::DUPLICATE_VARIABLE, message));
            }
        }
    }

    /// Single variables, each once: the last of several with one name wins. Neighbours of one origin are one patch.
    fn variables(&mut self, variables: &[Value], origins: &[FieldPath]) {
        let Order { places, changed } = order(&self.lower.env, variables);
        let mut patches: Vec<(&FieldPath, Vec<Value>)> = Vec::new();
        for (index, place) in places {
            let (Some(variable), Some(origin)) = (variables.get(index), origins.get(index)) else { continue };
            if patches.last().is_none_or(|(last, _)| *last != origin) {
                patches.push((origin, Vec::new()));
            }
            if let Some((_, items)) = patches.last_mut() {
                if place == Placement::Moved {
                    items.push(json!({ "name": name(variable), "$patch": "delete" }));
                }
                items.push(variable.clone());
            }
        }
        for (origin, items) in patches {
            self.locust(origin, json!({ "env": items }));
        }
        let last: BTreeMap<&str, &FieldPath> = variables.iter().map(name).zip(origins).collect();
        for (variable, other) in changed {
            let message = format!(
                "rename one of the variables \"{other}\": \"{variable}\" refers to the first of them, and each is there \
                 once, as the last of them has it"
            );
            let origin = last.get(variable.as_str()).or_else(|| last.get(other.as_str()));
            if let Some(origin) = origin {
                self.say(origin, Diagnostic::warning(codes::SHADOWED_VARIABLE, message));
            }
        }
    }
}

fn name(variable: &Value) -> &str {
    variable.get("name").and_then(Value::as_str).unwrap_or_default()
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
    // An extra variable of the same name comes later, and replaces the operator's.
    let own = variables.into_iter().map(|(name, value)| (name.to_owned(), value));
    own.chain(otel.extra_env_vars.clone())
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}
