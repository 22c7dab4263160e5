//! Tests and overlays that somebody made as bad as an API server stores them, by shape and size.

use serde_json::{Value, json};

/// A kind of hostile input.
pub struct Shape {
    /// What it is called in tables.
    pub name: &'static str,
    /// Its largest size: some 1.5 MiB, or what Kubernetes itself could still run.
    pub size: usize,
    make: fn(usize) -> (Value, Vec<Value>),
}

impl Shape {
    /// The test, and the overlays that apply to it, as texts.
    pub fn make(&self, size: usize) -> (String, Vec<String>) {
        let (test, overlays) = (self.make)(size);
        (test.to_string(), overlays.iter().map(Value::to_string).collect())
    }
}

/// All shapes.
pub const SHAPES: [Shape; 26] = [
    Shape { name: "mounts", size: 20_000, make: mounts },
    Shape { name: "mounts-missing", size: 20_000, make: mounts_missing },
    Shape { name: "containers", size: 20_000, make: containers },
    Shape { name: "containers-one-port", size: 10_000, make: containers_one_port },
    Shape { name: "containers-mounts", size: 8_000, make: containers_mounts },
    Shape { name: "mounts-nearly", size: 12_000, make: mounts_nearly },
    Shape { name: "secrets", size: 10_000, make: secrets },
    Shape { name: "long-names", size: 700_000, make: long_names },
    Shape { name: "replaced-lists", size: 2_000, make: replaced_lists },
    Shape { name: "each-container", size: 4_000, make: each_container },
    Shape { name: "env", size: 30_000, make: env },
    Shape { name: "env-chain", size: 20_000, make: env_chain },
    Shape { name: "env-doubling", size: 20_000, make: env_doubling },
    Shape { name: "args-open", size: 500_000, make: args_open },
    Shape { name: "args", size: 100_000, make: args },
    Shape { name: "unknown-fields", size: 40_000, make: unknown_fields },
    Shape { name: "duplicates", size: 40_000, make: duplicates },
    Shape { name: "ports", size: 20_000, make: ports },
    Shape { name: "spread-constraints", size: 10_000, make: spread_constraints },
    Shape { name: "tolerations", size: 40_000, make: tolerations },
    Shape { name: "annotations", size: 40_000, make: annotations },
    Shape { name: "typed-volumes", size: 20_000, make: typed_volumes },
    Shape { name: "deletes", size: 20_000, make: deletes },
    Shape { name: "order", size: 40_000, make: order },
    Shape { name: "overlays", size: 5_000, make: overlays },
    Shape { name: "constraints", size: 16_000, make: constraints },
];

fn test(template: &Value) -> Value {
    json!({
        "apiVersion": "locust.io/v2", "kind": "LocustTest",
        "metadata": { "name": "hostile", "namespace": "load" },
        "spec": {
            "image": "locust:1", "master": { "command": "x" }, "worker": { "command": "x", "replicas": 1 },
            "podTemplate": template
        }
    })
}

fn pod(spec: &Value) -> (Value, Vec<Value>) {
    (test(&json!({ "spec": spec })), Vec::new())
}

fn locust(mut container: Value) -> (Value, Vec<Value>) {
    container["name"] = json!("locust");
    pod(&json!({ "containers": [container] }))
}

fn overlay(number: usize, spec: &Value) -> Value {
    let mut overlay = json!({
        "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay",
        "metadata": { "name": format!("o{number}") }, "spec": spec
    });
    overlay["spec"]["priority"] = json!(number);
    overlay
}

fn list(size: usize, item: impl Fn(usize) -> Value) -> Value {
    (0..size).map(item).collect()
}

fn mounts(size: usize) -> (Value, Vec<Value>) {
    pod(&json!({
        "volumes": list(size, |n| json!({ "name": format!("v{n}"), "emptyDir": {} })),
        "containers": [{
            "name": "locust",
            "volumeMounts": list(size, |n| json!({ "name": format!("v{n}"), "mountPath": format!("/m/{n}") }))
        }]
    }))
}

fn mounts_missing(size: usize) -> (Value, Vec<Value>) {
    locust(json!({
        "volumeMounts": list(size, |n| json!({ "name": format!("v{n}"), "mountPath": format!("/m/{n}") }))
    }))
}

fn mounts_nearly(size: usize) -> (Value, Vec<Value>) {
    pod(&json!({
        "volumes": list(size, |n| json!({ "name": format!("volume-{n}"), "emptyDir": {} })),
        "containers": [{
            "name": "locust",
            "volumeMounts": list(size, |n| json!({ "name": format!("volumes-{n}"), "mountPath": format!("/m/{n}") }))
        }]
    }))
}

fn secrets(size: usize) -> (Value, Vec<Value>) {
    let (mut test, none) = pod(&json!({}));
    let name = |n| format!("{}{n}", "long-".repeat(12));
    test["spec"]["env"] =
        json!({ "secretMounts": list(size, |n| json!({ "name": name(n), "mountPath": format!("/m/{n}") })) });
    (test, none)
}

fn long_names(size: usize) -> (Value, Vec<Value>) {
    pod(&json!({
        "volumes": [{ "name": "v".repeat(size), "emptyDir": {} }],
        "containers": [{ "name": "locust", "volumeMounts": [{ "name": "w".repeat(size), "mountPath": "/m" }] }]
    }))
}

/// Overlays that each replace a list, which the test makes long again.
fn replaced_lists(size: usize) -> (Value, Vec<Value>) {
    let replace = |n| {
        let env = json!([{ "$patch": "replace" }, { "name": format!("E{n}"), "value": "x" }]);
        json!({ "defaults": { "podTemplate": { "spec": { "containers": [{ "name": "locust", "env": env }] } } } })
    };
    let (test, _) = env(5 * size);
    (test, (0..size).map(|n| overlay(n, &replace(n))).collect())
}

fn containers(size: usize) -> (Value, Vec<Value>) {
    pod(&json!({ "containers": list(size, |n| json!({ "name": format!("c{n}"), "image": "i" })) }))
}

fn containers_one_port(size: usize) -> (Value, Vec<Value>) {
    let port = json!([{ "containerPort": 80, "hostPort": 80 }]);
    pod(&json!({
        "containers": list(size, |n| json!({ "name": format!("c{n}"), "image": "i", "ports": port }))
    }))
}

fn containers_mounts(size: usize) -> (Value, Vec<Value>) {
    let volume =
        |n| json!({ "name": format!("v{n}"), "persistentVolumeClaim": { "claimName": format!("c{n}") } });
    let mounts = |n| json!([{ "name": format!("v{n}"), "mountPath": "/d" }]);
    pod(&json!({
        "volumes": list(size, volume),
        "initContainers": list(size, |n| json!({ "name": format!("c{n}"), "image": "i", "volumeMounts": mounts(n) }))
    }))
}

fn each_container(size: usize) -> (Value, Vec<Value>) {
    let (test, _) = containers(size);
    let each = |n| json!({ "defaults": { "eachContainer": { "env": [{ "name": format!("E{n}"), "value": "x" }] } } });
    (test, (0..100).map(|n| overlay(n, &each(n))).collect())
}

fn env(size: usize) -> (Value, Vec<Value>) {
    locust(json!({ "env": list(size, |n| json!({ "name": format!("E{n}"), "value": "x" })) }))
}

fn env_chain(size: usize) -> (Value, Vec<Value>) {
    let value = |n: usize| format!("$(E{})x", n.saturating_sub(1));
    locust(json!({ "env": list(size, |n| json!({ "name": format!("E{n}"), "value": value(n) })) }))
}

fn env_doubling(size: usize) -> (Value, Vec<Value>) {
    let value = |n: usize| format!("$(E{0})$(E{0})", n.saturating_sub(1));
    let first = |n| if n == 0 { "0123456789".to_owned() } else { value(n) };
    locust(json!({ "env": list(size, |n| json!({ "name": format!("E{n}"), "value": first(n) })) }))
}

fn args_open(size: usize) -> (Value, Vec<Value>) {
    locust(json!({ "args": ["$(".repeat(size)] }))
}

fn args(size: usize) -> (Value, Vec<Value>) {
    locust(json!({ "args": list(size, |n| json!(format!("--tags={n}"))) }))
}

fn unknown_fields(size: usize) -> (Value, Vec<Value>) {
    pod(&json!({ "tolerations": list(size, |n| json!({ "key": format!("k{n}"), "wrong": 1 })) }))
}

fn duplicates(size: usize) -> (Value, Vec<Value>) {
    locust(
        json!({ "env": list(size, |n| json!({ "name": format!("E{}", n % 100), "value": format!("{n}") })) }),
    )
}

fn ports(size: usize) -> (Value, Vec<Value>) {
    let protocol = |n| if n % 2 == 0 { "TCP" } else { "UDP" };
    locust(json!({
        "ports": list(size, |n| json!({ "containerPort": 10_000 + n / 2, "protocol": protocol(n), "name": format!("p{n}") }))
    }))
}

fn spread_constraints(size: usize) -> (Value, Vec<Value>) {
    let when = |n| if n % 2 == 0 { "DoNotSchedule" } else { "ScheduleAnyway" };
    pod(&json!({
        "topologySpreadConstraints": list(size, |n| json!({
            "topologyKey": format!("t{}", n / 2), "whenUnsatisfiable": when(n), "maxSkew": 1,
            "labelSelector": { "matchLabels": { "a": "b" } }
        }))
    }))
}

fn tolerations(size: usize) -> (Value, Vec<Value>) {
    pod(&json!({ "tolerations": list(size, |n| json!({ "key": format!("k{n}"), "operator": "Exists" })) }))
}

fn annotations(size: usize) -> (Value, Vec<Value>) {
    let map = (0..size).map(|n| (format!("a{n}"), json!("x"))).collect();
    (test(&json!({ "metadata": { "annotations": Value::Object(map) } })), Vec::new())
}

fn typed_volumes(size: usize) -> (Value, Vec<Value>) {
    let (mut test, none) = pod(&json!({}));
    test["spec"]["volumes"] = list(size, |n| json!({ "name": format!("v{n}"), "emptyDir": {} }));
    test["spec"]["volumeMounts"] =
        list(size, |n| json!({ "name": format!("v{n}"), "mountPath": format!("/m/{n}") }));
    (test, none)
}

fn deletes(size: usize) -> (Value, Vec<Value>) {
    let (mut test, none) = env(size);
    let delete = list(size, |n| json!({ "name": format!("E{n}"), "$patch": "delete" }));
    test["spec"]["workerPodTemplate"] =
        json!({ "spec": { "containers": [{ "name": "locust", "env": delete }] } });
    (test, none)
}

fn order(size: usize) -> (Value, Vec<Value>) {
    let order = list(size, |n| json!({ "name": format!("E{}", size - 1 - n) }));
    let (mut test, none) = env(size);
    test["spec"]["workerPodTemplate"] =
        json!({ "spec": { "containers": [{ "name": "locust", "$setElementOrder/env": order }] } });
    (test, none)
}

fn overlays(size: usize) -> (Value, Vec<Value>) {
    let each = |n| {
        let env = json!([{ "name": format!("E{n}"), "value": "x" }]);
        json!({ "defaults": { "podTemplate": { "spec": { "containers": [{ "name": "locust", "env": env }] } } } })
    };
    (test(&json!({})), (0..size).map(|n| overlay(n, &each(n))).collect())
}

/// Five hundred constraints of each container.
fn constraints(size: usize) -> (Value, Vec<Value>) {
    let (test, _) = containers(size);
    let each = |n| {
        let all = list(50, |k| json!({ "eachContainer": ".image", "pattern": format!("i|{n}-{k}") }));
        json!({ "constraints": all })
    };
    (test, (0..10).map(|n| overlay(n, &each(n))).collect())
}
