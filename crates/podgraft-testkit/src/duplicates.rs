//! Random pods with items of equal keys: ports of one number and several protocols, spread constraints of one topology,
//! items that are there twice.

use fastrand::Rng;
use podgraft_merge::{
    layers::{Folded, Layer, Patch, fold},
    patch::Options,
    schema::Schema,
    work::Work,
};
use serde_json::{Value, json};

use crate::random_pods::RandomPods;

/// So many random pods with items of equal keys; the same seed makes the same pods.
pub fn pods_with_duplicates(seed: u64, count: usize) -> Vec<Value> {
    let (mut random, mut rng) = (RandomPods::new(seed), Rng::with_seed(seed));
    let pod = |_| {
        let mut pod = random.pod();
        duplicate_items(&mut pod, &mut rng);
        pod
    };
    (0..count).map(pod).collect()
}

/// Each pod as a template over the one before it.
pub fn folded_pairs(pods: &[Value]) -> Vec<Folded> {
    let schema = Schema::pod_template().unwrap();
    let options = Options::default();
    let fold_pair = |pair: &[Value]| {
        let layer = Layer { id: "template".into(), patch: Patch::Template(&pair[1]), options };
        fold(pair[0].clone(), &[layer], schema, &Work::unlimited())
    };
    pods.windows(2).map(fold_pair).collect()
}

/// Adds items of which several have the same key, or the same first key.
fn duplicate_items(pod: &mut Value, rng: &mut Rng) {
    let spec = &mut pod["spec"];
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
            let secret = json!({"secretKeyRef": {"name": "token", "key": "value"}});
            let env = [
                json!({"name": "A", "value": "1"}),
                json!({"name": "A", "value": "2"}),
                json!({"name": "A", "valueFrom": secret}),
            ];
            some(container, "env", &env, rng);
            let mounts =
                [json!({"name": "data", "mountPath": "/a"}), json!({"name": "other", "mountPath": "/a"})];
            some(container, "volumeMounts", &mounts, rng);
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
