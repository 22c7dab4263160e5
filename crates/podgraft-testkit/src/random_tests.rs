//! Random LocustTests: valid ones with a few fields from `tests/cases/fragments.yaml` in their templates.

use fastrand::Rng;
use podgraft_pod::manifest;
use serde_json::{Map, Value, json};

const FRAGMENTS: &str = include_str!("../../../tests/cases/fragments.yaml");

/// The source of tests; the same seed makes the same tests.
pub struct RandomTests {
    rng: Rng,
    fragments: Value,
}

impl RandomTests {
    /// Starts from this seed.
    pub fn new(seed: u64) -> Self {
        let fragments = manifest::read("fragments.yaml", FRAGMENTS.as_bytes()).documents.remove(0).value;
        Self { rng: Rng::with_seed(seed), fragments }
    }

    /// A test of this name.
    pub fn test(&mut self, name: &str) -> Value {
        let mut spec = json!({
            "image": "locustio/locust:2.43.0",
            "master": {"command": "--locustfile /lotest/src/test.py"},
            "worker": {"command": "--locustfile /lotest/src/test.py", "replicas": self.rng.i32(1..5)},
            "testFiles": {"configMapRef": "test"}
        });
        for template in ["podTemplate", "masterPodTemplate", "workerPodTemplate"] {
            if self.rng.u8(..3) > 0 {
                spec[template] = self.template();
            }
        }
        json!({"apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": name}, "spec": spec})
    }

    fn template(&mut self) -> Value {
        let mut spec = self.fields("spec");
        let container = self.fields("container");
        if !container.is_empty() {
            let mut container = container;
            // Now and then another container than the test's.
            let other = self.rng.u8(..6) == 0;
            container.insert("name".into(), if other { "sidecar" } else { "locust" }.into());
            if other {
                container.insert("image".into(), "busybox".into());
            }
            spec.insert("containers".into(), json!([container]));
        }
        json!({"metadata": self.fields("metadata"), "spec": spec})
    }

    /// At most two random fields of a part of the fragments, each with a random value.
    fn fields(&mut self, part: &str) -> Map<String, Value> {
        let mut chosen = Map::new();
        for _ in 0..self.rng.usize(..3) {
            let fields = self.fragments[part].as_object().unwrap();
            let (name, values) = fields.iter().nth(self.rng.usize(..fields.len())).unwrap();
            let values = values.as_array().unwrap();
            // The first value of a field is a valid one: most fields of most tests are.
            let index = if self.rng.u8(..4) > 0 { 0 } else { self.rng.usize(..values.len()) };
            chosen.insert(name.clone(), values[index].clone());
        }
        chosen
    }
}
