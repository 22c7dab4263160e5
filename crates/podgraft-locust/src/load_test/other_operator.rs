//! A `LocustTest` of another operator: an object of the same kind, with other fields.

use serde_json::Value;

/// What to do about one.
pub(super) const ADVICE: &str = "write the test for this operator: this is a LocustTest of locustio/k8s-operator (locust.cloud). Put the \
    locustfile into a ConfigMap and name that in testFiles.configMapRef; write workers as worker.replicas, and args as \
    master.command and worker.command";

/// Whether an object is a `LocustTest` of that operator: by its group, or by its locustfile, which no `LocustTest`
/// of `locust.io` has.
///
/// # Source
/// locustio/k8s-operator, `charts/locust-operator/crds/locusttest.yaml`.
#[must_use]
pub fn is_of_other_operator(value: &Value) -> bool {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let group = text("apiVersion").split('/').next();
    let is_written = ["content", "configMap", "filename"]
        .iter()
        .any(|field| value.pointer(&format!("/spec/locustfile/{field}")).is_some());
    text("kind") == "LocustTest" && (group == Some("locust.cloud") || is_written)
}
