//! The examples in `docs/overlays.md` are read without an error.

use podgraft_locust::read_overlays;
use podgraft_pod::manifest;
use podgraft_testkit::files::root;
use serde_json::{Value, json};

use super::render::{cluster, codes, render, test};

#[test]
fn the_pages_examples_are_overlays() {
    let page = std::fs::read_to_string(root().join("docs/overlays.md")).unwrap();
    let blocks: Vec<Value> = page
        .split("```yaml\n")
        .skip(1)
        .map(|block| {
            let read = manifest::read("page.yaml", block.split("```").next().unwrap().as_bytes());
            assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
            read.documents[0].value.clone()
        })
        .collect();
    assert_eq!(blocks.len(), 5);
    for block in blocks {
        let overlay = match &block {
            whole if whole["kind"] == "ClusterPodOverlay" => whole.clone(),
            test if test["spec"]["overlays"].is_array() => continue,
            spec => cluster("page", spec.clone()),
        };
        let read = read_overlays([manifest::Document::from_value(overlay.clone())]);
        assert_eq!(read.diagnostics(), [], "{overlay}");
        // They can be applied: what they demand is all that they refuse.
        let rendered = render(test(json!({})), vec![overlay]);
        let refused = rendered.diagnostics.iter().filter(|said| said.is_error());
        let by_constraint = |code: &str| matches!(code, "constraint" | "pod-security");
        assert!(refused.clone().all(|said| by_constraint(said.code.as_str())), "{:?}", codes(&rendered));
    }
}
