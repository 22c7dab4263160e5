//! [`tests`]: the LocustTests that an overlay is judged on, one of each shape that pods have.

use podgraft_pod::manifest::Document;
use serde_json::{Value, json};

/// A test that an overlay is judged on.
pub(crate) struct CanonicalTest {
    /// What is special about it, for people: `with a sidecar`.
    pub(crate) shape: &'static str,
    /// The test.
    pub(crate) document: Document,
}

/// The tests that an overlay is judged on, in this namespace. None of them has an error by itself.
pub(crate) fn tests(namespace: &str) -> Vec<CanonicalTest> {
    let container = |name: &str, more: &Value| {
        let mut container = json!({ "name": name, "image": "registry.k8s.io/pause:3.10" });
        json_patch::merge(&mut container, more);
        json!({ "podTemplate": { "spec": { "initContainers": [container] } } })
    };
    let otel = json!({ "enabled": true, "endpoint": "http://collector.example.com:4317" });
    let shapes = [
        ("with a sidecar", container("example-sidecar", &json!({ "restartPolicy": "Always" }))),
        ("with an init container", container("example-init", &json!({}))),
        ("with OpenTelemetry", json!({ "observability": { "openTelemetry": otel } })),
        (
            "without the metrics exporter",
            json!({ "observability": { "metricsExporter": { "enabled": false } } }),
        ),
    ];
    let test = |(shape, more): (&'static str, Value)| {
        let mut test = json!({
            "apiVersion": "locust.io/v2",
            "kind": "LocustTest",
            "metadata": { "name": "example", "namespace": namespace },
            "spec": {
                "image": "locustio/locust:2.43.0",
                "master": { "command": "--locustfile /lotest/src/test.py --host https://example.com" },
                "worker": { "command": "--locustfile /lotest/src/test.py", "replicas": 2 },
                "testFiles": { "configMapRef": "example" }
            }
        });
        json_patch::merge(&mut test, &json!({ "spec": more }));
        CanonicalTest { shape, document: Document::from_value(test) }
    };
    shapes.into_iter().map(test).collect()
}

#[cfg(test)]
mod tests {
    use podgraft_locust::{ClusterContext, config::Config, render};

    #[test]
    fn nothing_is_wrong_with_them() {
        for test in super::tests("default") {
            let rendered = render(&test.document, &ClusterContext::empty(), &Config::default());
            assert!(rendered.diagnostics.is_empty(), "{}: {:?}", test.shape, rendered.diagnostics);
        }
    }
}
