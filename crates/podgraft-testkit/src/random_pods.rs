//! Random pod templates that set what few people set: every field of Kubernetes' schema of a pod is as likely as any
//! other of its object.

use fastrand::Rng;
use podgraft_pod::manifest;
use serde_json::{Map, Value, json};

const SCHEMA: &str = include_str!("../../podgraft-pod/src/validity/job.schema.json");
const VALUES: &str = include_str!("../../../tests/cases/pod-values.yaml");

/// Objects of which one of these fields is set, nearly always.
const ONE_OF: [(&str, &[&str]); 7] = [
    ("Probe", &["exec", "httpGet", "tcpSocket", "grpc"]),
    ("LifecycleHandler", &["exec", "httpGet", "tcpSocket", "sleep"]),
    ("EnvVarSource", &["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"]),
    ("EnvFromSource", &["configMapRef", "secretRef"]),
    ("DownwardAPIVolumeFile", &["fieldRef", "resourceFieldRef"]),
    ("PodResourceClaim", &["resourceClaimName", "resourceClaimTemplateName"]),
    (
        "VolumeProjection",
        &[
            "secret",
            "configMap",
            "downwardAPI",
            "serviceAccountToken",
            "clusterTrustBundle",
            "podCertificate",
        ],
    ),
];

/// Fields of a pod that are made otherwise, or that depend on the cluster.
const LEFT_OUT: [&str; 6] =
    ["ephemeralContainers", "restartPolicy", "serviceAccountName", "containers", "initContainers", "volumes"];

/// How deep objects go below a field that is set.
const DEPTH: usize = 5;

/// The source of pods; the same seed makes the same pods.
pub struct RandomPods {
    rng: Rng,
    schema: Value,
    values: Value,
    /// Whether the next values are mostly the first of their field, and never wrong ones: several fields that fit
    /// are needed to see what they may not be together.
    careful: bool,
}

impl RandomPods {
    /// Starts from this seed.
    pub fn new(seed: u64) -> Self {
        let values = manifest::read("pod-values.yaml", VALUES.as_bytes()).documents.remove(0).value;
        Self {
            rng: Rng::with_seed(seed),
            schema: serde_json::from_str(SCHEMA).unwrap(),
            values,
            careful: false,
        }
    }

    /// A pod template: a plain one with a few rare fields.
    pub fn pod(&mut self) -> Value {
        self.careful = self.rng.bool();
        let count = if self.careful { self.rng.usize(2..10) } else { self.rng.usize(1..5) };
        let mut pod = json!({
            "metadata": {"labels": {"app": "a"}},
            "spec": {
                "restartPolicy": if self.rng.u8(..4) == 0 { "OnFailure" } else { "Never" },
                "serviceAccountName": "default",
                "initContainers": [{"name": "init", "image": "a"}, {"name": "sidecar", "image": "a", "restartPolicy": "Always"}],
                "containers": [{"name": "main", "image": "a", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
                "volumes": [{"name": "data", "emptyDir": {}}]
            }
        });
        for _ in 0..count {
            let (pointer, ty) = match self.rng.u8(..20) {
                0..=6 => ("/spec", "PodSpec"),
                7..=10 => ("/spec/containers/0", "Container"),
                11 => ("/spec/initContainers/0", "Container"),
                12 => ("/spec/initContainers/1", "Container"),
                13..=17 => {
                    let volume = self.volume();
                    pod["spec"]["volumes"].as_array_mut().unwrap().push(volume);
                    continue;
                }
                18 => {
                    let (key, value) = self.annotation();
                    pod["metadata"]["annotations"][key] = value;
                    continue;
                }
                _ => {
                    let labels = self.map(|random| random.text("labels", "labels"));
                    pod["metadata"]["labels"] = labels;
                    continue;
                }
            };
            let fields = self.fields(ty);
            let (name, schema) = fields[self.rng.usize(..fields.len())].clone();
            let is_kept = pointer != "/spec" && matches!(name.as_str(), "name" | "image");
            let is_left = pointer == "/spec" && LEFT_OUT.contains(&name.as_str());
            if !(is_kept || is_left) {
                let value = self.value(ty, &name, &schema, 0);
                pod.pointer_mut(pointer).unwrap()[name] = value;
            }
        }
        pod
    }

    fn fields(&self, ty: &str) -> Vec<(String, Value)> {
        let properties = self.schema["$defs"][ty]["properties"].as_object();
        properties.into_iter().flatten().map(|(name, schema)| (name.clone(), schema.clone())).collect()
    }

    fn volume(&mut self) -> Value {
        let fields: Vec<(String, Value)> =
            self.fields("Volume").into_iter().filter(|(name, _)| name != "name").collect();
        let (name, schema) = fields[self.rng.usize(..fields.len())].clone();
        let source = self.value("Volume", &name, &schema, 0);
        json!({"name": self.text("Volume", "name"), name: source})
    }

    fn annotation(&mut self) -> (String, Value) {
        let all = self.values["annotations"].as_object().unwrap();
        let (key, values) = all.iter().nth(self.rng.usize(..all.len())).unwrap();
        let values = values.as_array().unwrap();
        (key.clone(), values[self.rng.usize(..values.len())].clone())
    }

    /// A value of a field `name` of the type `of`.
    fn value(&mut self, of: &str, name: &str, schema: &Value, depth: usize) -> Value {
        if let Some(ty) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
            return match ty {
                "Quantity" => self.pick(of, name, "quantities"),
                "IntOrString" => self.pick(of, name, "numbers"),
                "ObjectMeta" => {
                    let labels = self.map(|random| random.text("labels", "labels"));
                    if self.rng.u8(..6) == 0 { json!({"name": "a"}) } else { json!({"labels": labels}) }
                }
                "ResourceRequirements" | "VolumeResourceRequirements" => self.resources(ty),
                _ => self.object(ty, depth),
            };
        }
        match schema["type"].as_str() {
            Some("array") => {
                let count = [0, 1, 1, 1, 2][self.rng.usize(..5)];
                (0..count).map(|_| self.value(of, name, &schema["items"], depth)).collect()
            }
            Some("boolean") => self.rng.bool().into(),
            Some("integer") => self.pick(of, name, "numbers"),
            Some("object") => {
                let inner = schema["additionalProperties"].clone();
                self.map(|random| random.value(of, name, &inner, depth + 1))
            }
            _ => self.pick(of, name, "texts"),
        }
    }

    fn object(&mut self, ty: &str, depth: usize) -> Value {
        let required = self.schema["$defs"][ty]["required"].clone();
        let is_required =
            |name: &str| required.as_array().is_some_and(|names| names.iter().any(|other| other == name));
        let group = ONE_OF.iter().find(|(of, _)| *of == ty).map_or(&[][..], |(_, members)| *members);
        let chosen =
            group.get(self.rng.usize(..group.len().max(1))).copied().filter(|_| self.rng.u8(..16) > 0);
        let fields = self.fields(ty);
        let mut made = Map::new();
        for (name, schema) in &fields {
            let is_set = if group.contains(&name.as_str()) {
                chosen == Some(name) || self.rng.u8(..30) == 0
            } else if is_required(name) {
                self.rng.u8(..20) > 0
            } else {
                // About two of many, at once deeper down.
                depth < DEPTH && self.rng.usize(..fields.len() + depth) < 2
            };
            if is_set {
                made.insert(name.clone(), self.value(ty, name, schema, depth + 1));
            }
        }
        Value::Object(made)
    }

    fn resources(&mut self, ty: &str) -> Value {
        let names: Vec<String> = if ty == "VolumeResourceRequirements" {
            vec!["storage".into()]
        } else {
            let names = self.values["resources"].as_array().unwrap().clone();
            (0..self.rng.usize(1..3))
                .map(|_| names[self.rng.usize(..names.len())].as_str().unwrap().to_owned())
                .collect()
        };
        let mut made = json!({});
        for name in names {
            for kind in ["limits", "requests"] {
                if self.rng.u8(..3) > 0 {
                    made[kind][&name] = self.pick(ty, "amount", "quantities");
                }
            }
        }
        if ty == "ResourceRequirements" && self.rng.u8(..8) == 0 {
            made["claims"] = json!([self.object("ResourceClaim", DEPTH)]);
        }
        made
    }

    fn map(&mut self, mut value: impl FnMut(&mut Self) -> Value) -> Value {
        let count = self.rng.usize(..3);
        let mut made = Map::new();
        for _ in 0..count {
            let key = self.pick("", "", "keys");
            let value = value(self);
            made.insert(key.as_str().unwrap().to_owned(), value);
        }
        Value::Object(made)
    }

    fn text(&mut self, of: &str, name: &str) -> Value {
        self.pick(of, name, "texts")
    }

    /// A value for a field: of its own values, of those of its kind, seldom of the wrong ones.
    fn pick(&mut self, of: &str, name: &str, kind: &str) -> Value {
        let fields = &self.values["fields"];
        let own = fields.get(format!("{of}.{name}")).or_else(|| fields.get(name));
        let list = match (self.rng.u8(..12), own) {
            (0, _) if !self.careful => &self.values["wrong"][kind],
            (_, Some(own)) if !own.as_array().unwrap().is_empty() => own,
            _ => &self.values[kind],
        };
        let list = if list.is_array() { list } else { &self.values[kind] };
        let list = list.as_array().unwrap();
        let index = if self.careful && self.rng.u8(..5) > 1 { 0 } else { self.rng.usize(..list.len()) };
        list[index].clone()
    }
}
