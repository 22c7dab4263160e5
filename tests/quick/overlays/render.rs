//! What the tests of overlays share: objects in few words, and rendering them.

use std::collections::BTreeMap;

use podgraft_locust::{ClusterContext, Rendered, config::Config, read_overlays, role::Role};
use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::{manifest::Document, overlay::Namespace};
use serde_json::{Value, json};

/// A test in namespace team-a with these fields in its spec.
pub(crate) fn test(fields: Value) -> Value {
    let mut test = json!({
        "apiVersion": "locust.io/v2",
        "kind": "LocustTest",
        "metadata": {"name": "checkout", "namespace": "team-a", "labels": {"team": "shop"}},
        "spec": {"image": "locust", "master": {"command": ""}, "worker": {"command": "", "replicas": 1}}
    });
    merge(&mut test["spec"], fields);
    test
}

/// A cluster overlay with these fields in its spec.
pub(crate) fn cluster(name: &str, spec: Value) -> Value {
    json!({"apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay", "metadata": {"name": name}, "spec": spec})
}

/// An overlay of namespace team-a with these fields in its spec.
pub(crate) fn namespaced(name: &str, spec: Value) -> Value {
    json!({
        "apiVersion": "locust.io/v1alpha1", "kind": "PodOverlay",
        "metadata": {"name": name, "namespace": "team-a"}, "spec": spec
    })
}

/// The namespace team-a, which is gold.
pub(crate) fn team_a() -> Namespace {
    Namespace::labelled("team-a", BTreeMap::from([("tier".to_owned(), "gold".to_owned())]))
}

pub(crate) fn render_in(test: Value, overlays: Vec<Value>, namespace: Option<&Namespace>) -> Rendered {
    let overlays = read_overlays(overlays.into_iter().map(Document::from_value));
    assert_eq!(overlays.diagnostics(), [], "an overlay is wrong");
    let surroundings = ClusterContext { overlays: &overlays, namespace, pod_security: None };
    podgraft_locust::render(&Document::from_value(test), &surroundings, &Config::default())
}

pub(crate) fn render(test: Value, overlays: Vec<Value>) -> Rendered {
    render_in(test, overlays, Some(&team_a()))
}

/// Renders what must not be refused.
pub(crate) fn rendered(test: Value, overlays: Vec<Value>) -> Rendered {
    let rendered = render(test, overlays);
    assert!(!rendered.is_refused(), "{:#?}", rendered.diagnostics);
    rendered
}

/// A role's pod template.
pub(crate) fn pod(rendered: &Rendered, role: Role) -> &Value {
    &rendered.job(role).unwrap()["spec"]["template"]
}

/// The errors, each with its code.
pub(crate) fn errors(rendered: &Rendered) -> Vec<&Diagnostic> {
    rendered.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect()
}

/// The codes of everything that is said.
pub(crate) fn codes(rendered: &Rendered) -> Vec<&'static str> {
    rendered.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect()
}

pub(crate) fn merge(into: &mut Value, fields: Value) {
    match (into, fields) {
        (Value::Object(into), Value::Object(fields)) => {
            for (name, value) in fields {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, fields) => *into = fields,
    }
}
