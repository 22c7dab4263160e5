//! Every example that ships, in a namespace that enforces Pod Security's level `restricted`, with and without the overlay
//! `restricted-security`.

use std::{collections::BTreeMap, fs};

use podgraft_locust::{ClusterContext, Rendered, config::Config, read_overlays};
use podgraft_pod::{
    manifest::{self, Document},
    overlay::{Namespace, Overlays},
    pod_security::{ENFORCE_LABEL, PodSecurityLevel},
};
use podgraft_testkit::files::{files, relative, root};
use serde_json::Value;

/// A test of an example's file.
pub(crate) struct Example {
    /// The file, and the test's name.
    pub(crate) name: String,
    test: Document,
}

/// The tests of all examples and overlays that ship, and all of these overlays.
pub(crate) fn examples() -> (Vec<Example>, Overlays) {
    let mut examples = Vec::new();
    let mut overlays = Vec::new();
    for file in ["docs/examples", "overlays"].iter().flat_map(|folder| files(&root().join(folder), "yaml")) {
        for document in manifest::read("example", &fs::read(&file).unwrap()).documents {
            let name = document.value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
            match document.value["kind"].as_str() {
                Some("LocustTest") => {
                    let name = format!("{} ({name})", relative(&file));
                    examples.push(Example { name, test: document });
                }
                Some("ClusterPodOverlay" | "PodOverlay") => overlays.push(document),
                _ => {}
            }
        }
    }
    assert!(examples.len() >= 25, "only {} examples", examples.len());
    (examples, read_overlays(overlays))
}

impl Example {
    /// What it renders to in a namespace that enforces this level, with the label that asks for `restricted-security` or
    /// without it.
    pub(crate) fn render(&self, level: PodSecurityLevel, secured: bool, overlays: &Overlays) -> Rendered {
        let mut test = self.test.clone();
        let name = test.value.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or("default");
        let labels = BTreeMap::from([(ENFORCE_LABEL.to_owned(), level.to_string())]);
        let namespace = Namespace::labelled(name, labels);
        let labels = &mut test.value["metadata"]["labels"];
        if secured {
            labels["example.com/security"] = "restricted".into();
        } else if let Some(labels) = labels.as_object_mut() {
            labels.remove("example.com/security");
        }
        let context = ClusterContext { overlays, namespace: Some(&namespace), pod_security: None };
        podgraft_locust::render(&test, &context, &Config::default())
    }
}
