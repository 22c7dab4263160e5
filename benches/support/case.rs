//! [`Case`]: an object and a patch for it.

use podgraft_merge::{patch::apply, schema::Schema};
use serde_json::{Value, json};

/// An object and a patch for it, as texts.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) base: String,
    pub(crate) patch: String,
}

impl Case {
    fn new(name: &str, base: &Value, patch: &Value) -> Self {
        Self { name: name.into(), base: base.to_string(), patch: patch.to_string() }
    }

    /// What the patch makes of the object.
    pub(crate) fn result(&self) -> Value {
        apply(parse(&self.base), &parse(&self.patch), deployment(), &mut ()).unwrap()
    }
}

/// The schema of every case.
pub(crate) fn deployment() -> Schema {
    Schema::for_kind("apps/v1", "Deployment").unwrap()
}

pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A deployment as an operator makes it, and a template as people write it.
pub(crate) fn realistic() -> Case {
    let container = |name: &str| {
        json!({
            "name": name, "image": "registry.example.com/load/locust:2.43.0", "imagePullPolicy": "IfNotPresent",
            "args": ["--locustfile", "/lotest/src/test.py", "--worker", "--master-port=5557", "--master-host=checkout-master"],
            "env": [{"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}, {"name": "REGION", "value": "eu"}],
            "ports": [{"containerPort": 8080}],
            "resources": {"requests": {"cpu": "250m", "memory": "128Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
            "volumeMounts": [{"name": "src", "mountPath": "/lotest/src"}, {"name": "lib", "mountPath": "/opt/locust/lib"}]
        })
    };
    let base = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "checkout-worker", "labels": {"app": "checkout", "managed-by": "operator"}},
        "spec": {"selector": {"matchLabels": {"app": "checkout"}}, "template": {
            "metadata": {"labels": {"app": "checkout"}, "annotations": {"prometheus.io/scrape": "true"}},
            "spec": {
                "containers": [container("locust"), container("proxy")],
                "volumes": [{"name": "src", "configMap": {"name": "test"}}, {"name": "lib", "configMap": {"name": "lib"}}],
                "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}
            }
        }}
    });
    let patch = json!({"spec": {"template": {"metadata": {"labels": {"team": "checkout"}}, "spec": {
        "containers": [{
            "name": "locust", "image": "registry.example.com/load/locust:2.44.0",
            "env": [{"name": "REGION", "value": "us"}, {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "shop", "key": "token"}}}],
            "resources": {"limits": {"memory": "2Gi"}},
            "volumeMounts": [{"name": "data", "mountPath": "/data"}]
        }],
        "volumes": [{"name": "data", "emptyDir": {}}],
        "nodeSelector": {"pool": "load"}, "tolerations": [{"key": "load", "operator": "Exists"}]
    }}}});
    Case::new("realistic", &base, &patch)
}

/// One container with many variables, all of which change.
pub(crate) fn list(items: usize) -> Case {
    let variables = |value: &str| -> Vec<Value> {
        (0..items)
            .map(|n| json!({"name": format!("VARIABLE_{n}"), "value": format!("{value} {n}")}))
            .collect()
    };
    let deployment = |value: &str| json!({"spec": {"selector": {}, "template": {"spec": {"containers": [{"name": "locust", "env": variables(value)}]}}}});
    let mut base = deployment("before");
    base["apiVersion"] = "apps/v1".into();
    base["kind"] = "Deployment".into();
    Case::new(&format!("list of {items}"), &base, &deployment("after"))
}

/// All cases of the tables.
pub(crate) fn all() -> Vec<Case> {
    std::iter::once(realistic()).chain([10, 100, 1_000, 4_000, 10_000].map(list)).collect()
}
