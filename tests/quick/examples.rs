//! The examples in `docs/examples` render to what their pages show, in both versions.

use std::collections::BTreeMap;

use podgraft_pod::manifest;
use podgraft_testkit::{
    files::{files, relative, root, text},
    snapshot::assert_file,
};

use crate::support::podgraft;

#[test]
fn every_example_renders_as_recorded() {
    let folder = root().join("docs/examples");
    let examples = [files(&folder, "v1.yaml"), files(&folder, "v2.yaml")].concat();
    assert!(examples.len() >= 15, "eight examples, seven of them in both versions");
    for example in examples {
        let output = podgraft(&["render", "-f", relative(&example)], b"");
        assert!(output.status.success(), "{}: {}", relative(&example), text(&output.stderr));
        // Both versions of an example say the same.
        assert_file(&example.with_file_name("rendered"), text(&output.stdout));
        // A name in a message differs between the versions, so messages are recorded for v2.
        if example.ends_with("v2.yaml") {
            assert_file(&example.with_file_name("messages"), text(&output.stderr));
        }
        assert!(example.with_file_name("README.md").exists(), "{} has no page", relative(&example));
    }
}

#[test]
fn the_folder_renders_at_once_in_both_formats() {
    let yaml = podgraft(&["render", "-f", "docs/examples"], b"");
    assert!(yaml.status.success());
    assert_eq!(text(&yaml.stdout).matches("kind: Service").count(), 17);
    let json = podgraft(&["render", "-f", "docs/examples", "-o", "json"], b"");
    let list: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let kinds: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 47);
    assert_eq!(kinds[..3], ["Service", "Job", "Job"]);
    let workers = podgraft(&["render", "-f", "docs/examples", "--role", "worker"], b"");
    assert_eq!(text(&workers.stdout).matches("kind: Job").count(), 15);
    assert_eq!(text(&workers.stdout).matches("kind: Service").count(), 0);
}

/// All examples and all tests of overlays can be applied to one namespace.
#[test]
fn no_two_examples_are_the_same_object() {
    let (examples, overlays) = (root().join("docs/examples"), root().join("overlays"));
    let mut seen = BTreeMap::new();
    for file in [files(&examples, "v2.yaml"), files(&overlays, "test.yaml"), files(&overlays, "overlay.yaml")]
        .concat()
    {
        for document in manifest::read("-", &std::fs::read(&file).unwrap()).documents {
            let part = |pointer: &str| document.value.pointer(pointer).unwrap().as_str().unwrap().to_owned();
            // Jobs are called like their tests, with dashes for dots.
            let object = (part("/kind"), part("/metadata/name").replace('.', "-"));
            let other = seen.insert(object.clone(), relative(&file).to_owned());
            assert!(other.is_none(), "{object:?} is in {} and in {}", other.unwrap(), relative(&file));
        }
    }
    assert!(seen.len() >= 8 + 14 + 13);
    // Both versions of an example are one test.
    for file in files(&examples, "v1.yaml") {
        let name = |file: &std::path::Path| {
            let read = manifest::read("-", &std::fs::read(file).unwrap());
            read.documents[0].value["metadata"]["name"].clone()
        };
        assert_eq!(name(&file), name(&file.with_file_name("v2.yaml")), "{}", relative(&file));
    }
}
