//! [`DuplicateItems`]: items of equal keys in random pods.

use fastrand::Rng;
use serde_json::{Value, json};

/// Adds items of which several have the same key, or the same first key.
pub(crate) trait DuplicateItems {
    fn duplicate_items(&mut self, rng: &mut Rng);
}

impl DuplicateItems for Value {
    fn duplicate_items(&mut self, rng: &mut Rng) {
        let spec = &mut self["spec"];
        let spread = [
            json!({"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}),
            json!({"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}),
            json!({"maxSkew": 3, "topologyKey": "host", "whenUnsatisfiable": "DoNotSchedule"}),
        ];
        some(spec, "topologySpreadConstraints", &spread, rng);
        for list in ["containers", "initContainers"] {
            for container in spec[list].as_array_mut().into_iter().flatten() {
                let ports = [
                    json!({"containerPort": 80}),
                    json!({"containerPort": 80, "protocol": "UDP"}),
                    json!({"containerPort": 80, "protocol": "SCTP", "name": "signal"}),
                    json!({"containerPort": 81, "protocol": "TCP"}),
                ];
                some(container, "ports", &ports, rng);
                let env = [json!({"name": "A", "value": "1"}), json!({"name": "A", "value": "2"})];
                some(container, "env", &env, rng);
                let mounts =
                    [json!({"name": "data", "mountPath": "/a"}), json!({"name": "other", "mountPath": "/a"})];
                some(container, "volumeMounts", &mounts, rng);
            }
        }
    }
}

/// Adds some of the items to a list, in a random order.
fn some(holder: &mut Value, list: &str, items: &[Value], rng: &mut Rng) {
    let mut chosen: Vec<Value> = items.iter().filter(|_| rng.bool()).cloned().collect();
    rng.shuffle(&mut chosen);
    if chosen.is_empty() {
        return;
    }
    match &mut holder[list] {
        Value::Array(there) => there.extend(chosen),
        other => *other = chosen.into(),
    }
}
