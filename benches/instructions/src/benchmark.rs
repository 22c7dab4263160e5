//! The six benchmarks: what users wait for.

use std::{fmt::Write as _, hint::black_box};

use podgraft_locust::{ClusterContext, config::Config, explain, read_overlays, render};
use podgraft_merge::{
    layers::{Layer, Patch, fold},
    patch::{CompiledPatch, Options, extend},
    schema::Schema,
    work::Work,
};
use podgraft_pod::manifest;
use serde_json::{Value, json};

/// A benchmark: its name, and what runs it so many times.
pub(crate) type Benchmark = (&'static str, fn(u64));

pub(crate) const BENCHMARKS: [Benchmark; 6] = [
    ("a compiled patch for the text of a Deployment", compiled_text),
    ("a template for a Deployment", template),
    ("a fold of a list of 100, with provenance", folded_list),
    ("a file with a test, read", read_test),
    ("a test with 20 overlays, rendered", render_test),
    ("a test with 20 overlays, explained", explain_test),
];

fn schema() -> Schema {
    Schema::for_kind("apps/v1", "Deployment").unwrap()
}

fn deployment() -> Value {
    let container = |name: &str| {
        json!({
            "name": name, "image": "registry.example.com/load/locust:2.43.0", "imagePullPolicy": "IfNotPresent",
            "args": ["--locustfile", "/lotest/src/test.py", "--worker"],
            "env": [{"name": "REGION", "value": "eu"}], "ports": [{"containerPort": 8080}],
            "resources": {"requests": {"cpu": "250m", "memory": "128Mi"}},
            "volumeMounts": [{"name": "src", "mountPath": "/lotest/src"}]
        })
    };
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "checkout", "labels": {"app": "checkout"}},
        "spec": {"selector": {"matchLabels": {"app": "checkout"}}, "template": {
            "metadata": {"labels": {"app": "checkout"}},
            "spec": {
                "containers": [container("locust"), container("proxy")],
                "volumes": [{"name": "src", "configMap": {"name": "test"}}]
            }
        }}
    })
}

fn patch() -> Value {
    json!({"spec": {"template": {"metadata": {"labels": {"team": "checkout"}}, "spec": {
        "containers": [{
            "name": "locust", "image": "registry.example.com/load/locust:2.44.0",
            "env": [{"name": "REGION", "value": "us"}, {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "shop", "key": "token"}}}],
            "volumeMounts": [{"name": "data", "mountPath": "/data"}]
        }],
        "volumes": [{"name": "data", "emptyDir": {}}], "nodeSelector": {"pool": "load"}
    }}}})
}

fn compiled_text(rounds: u64) {
    let (text, patch) = (deployment().to_string(), CompiledPatch::new(patch(), schema()));
    for _ in 0..rounds {
        black_box(patch.apply_to_text(black_box(&text)).unwrap());
    }
}

fn template(rounds: u64) {
    let (base, patch) = (deployment(), patch());
    for _ in 0..rounds {
        black_box(extend(base.clone(), black_box(&patch), schema(), Options::default(), &mut ()));
    }
}

fn folded_list(rounds: u64) {
    let list = |value: &str| {
        let variables = (0..100).map(|number| json!({"name": format!("VARIABLE_{number}"), "value": value}));
        let variables: Vec<Value> = variables.collect();
        json!({"spec": {"template": {"spec": {"containers": [{"name": "locust", "env": variables}]}}}})
    };
    let (base, patch) = (list("before"), list("after"));
    let layer = Layer { id: "a layer".into(), patch: Patch::Template(&patch), options: Options::default() };
    for _ in 0..rounds {
        black_box(fold(base.clone(), std::slice::from_ref(&layer), schema(), &Work::unlimited()));
    }
}

const TEST: &str = "apiVersion: locust.io/v2
kind: LocustTest
metadata: {name: checkout, namespace: load}
spec:
  image: locustio/locust:2.43.0
  master: {command: --locustfile /lotest/src/test.py --host https://example.com}
  worker: {command: --locustfile /lotest/src/test.py, replicas: 10}
  testFiles: {configMapRef: files}
  workerPodTemplate:
    spec:
      containers:
      - name: locust
        env: [{name: REGION, value: eu}]
      - {name: proxy, image: registry.example.com/proxy:1}
      nodeSelector: {pool: load}
";

fn read_test(rounds: u64) {
    for _ in 0..rounds {
        black_box(manifest::read("test", black_box(TEST.as_bytes())));
    }
}

fn overlays() -> String {
    let mut text = String::new();
    for number in 0..20 {
        let _ = write!(
            text,
            "---\napiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {{name: overlay-{number}}}\nspec:\n  defaults:\n    eachContainer:\n      \
             env: [{{name: SETTING_{number}, value: \"1\"}}]\n  overrides:\n    podTemplate:\n      metadata: {{labels: {{example.com/label-{number}: a}}}}\n"
        );
    }
    text
}

fn with_overlays(rounds: u64, work: fn(&manifest::Document, &ClusterContext<'_>, &Config)) {
    let overlays = read_overlays(manifest::read("overlays", overlays().as_bytes()).documents);
    let around = ClusterContext { overlays: &overlays, namespace: None, pod_security: None };
    let (tests, config) = (manifest::read("test", TEST.as_bytes()).documents, Config::default());
    for _ in 0..rounds {
        work(&tests[0], &around, &config);
    }
}

fn render_test(rounds: u64) {
    with_overlays(rounds, |test, around, config| {
        let rendered = render(test, around, config);
        assert!(!rendered.is_refused(), "{:?}", rendered.diagnostics);
        black_box(rendered);
    });
}

fn explain_test(rounds: u64) {
    with_overlays(rounds, |test, around, config| {
        black_box(explain(test, around, config));
    });
}
