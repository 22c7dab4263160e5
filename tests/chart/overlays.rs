//! The overlays of the values: exactly those that ship, or the same in somebody's own words.

use std::{fmt::Write, fs};

use podgraft_pod::manifest::{Document, to_yaml};
use podgraft_testkit::{files::root, snapshot::assert_file};
use serde_json::Value;
use similar::TextDiff;

use crate::{
    helm::{HELMS, object, objects, rendered},
    values::{CHART, yaml},
};

/// The overlays that ship, by name.
fn shipped() -> Vec<(String, String)> {
    let folders = fs::read_dir(root().join("overlays")).unwrap();
    let mut found: Vec<(String, String)> = folders
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(path.join("overlay.yaml")).ok()?;
            Some((path.file_name().unwrap().to_str().unwrap().to_owned(), text))
        })
        .collect();
    found.sort();
    found
}

/// The overlays that a release with these arguments lists.
fn listed(major: &str, arguments: &[&str]) -> Vec<Value> {
    let objects_of_release = objects(&rendered(major, arguments));
    let config_map = object(&objects_of_release, "ConfigMap", "load-podgraft-overlays");
    objects(config_map["data"]["overlays.yaml"].as_str().unwrap())
}

#[test]
fn the_chart_has_the_overlays_that_ship() {
    for (name, text) in shipped() {
        assert_file(&root().join(CHART).join(format!("files/overlays/{name}.yaml")), &text);
    }
}

#[test]
fn each_overlay_can_be_had_as_it_ships() {
    let names: Vec<String> = shipped().into_iter().map(|(name, _)| name).collect();
    let set = format!("overlays.shipped={{{}}}", names.join(","));
    for major in HELMS {
        let listed = listed(major, &["--set", &set]);
        let expected: Vec<Value> = shipped().iter().map(|(_, text)| yaml(text)).collect();
        assert_eq!(listed, expected, "{major}");
    }
}

#[test]
fn a_pattern_at_its_defaults_is_the_overlay_that_ships() {
    for (settings, name) in [
        ("overlays.resultsPvc.enabled=true,overlays.resultsPvc.upload.enabled=true", "results-upload"),
        ("overlays.spotWorkers.enabled=true", "spot-workers"),
        ("overlays.corporateRegistry.enabled=true", "corporate-registry"),
        ("overlays.corporateCA.enabled=true", "corporate-ca"),
        ("overlays.restrictedSecurity.enabled=true", "restricted-security"),
        ("overlays.resourceBounds.enabled=true", "resource-bounds"),
        ("overlays.highNetworkNodes.enabled=true", "high-network-nodes"),
    ] {
        let text = fs::read_to_string(root().join(format!("overlays/{name}/overlay.yaml"))).unwrap();
        assert_eq!(listed("helm4", &["--set", settings]), [yaml(&text)], "{name}");
    }
}

/// What parameters change is recorded, and the operator can read what comes out.
#[test]
fn parameters_change_what_they_name_and_nothing_else() {
    let overlays = listed("helm3", &["--values", "tests/chart/values/overlays.yaml"]);
    let mut differences = String::new();
    for overlay in &overlays {
        let name = overlay["metadata"]["name"].as_str().unwrap();
        let of_file = if name == "results-pvc" { "results-upload" } else { name };
        let base = shipped().into_iter().find(|(shipped, _)| shipped == of_file);
        let base = base.map(|(_, text)| to_yaml(&yaml(&text))).unwrap_or_default();
        let now = to_yaml(overlay);
        let difference = TextDiff::from_lines(&base, &now);
        let mut unified = difference.unified_diff();
        unified.context_radius(1).header(&format!("overlays/{of_file}"), &format!("values/{name}"));
        write!(differences, "{unified}").unwrap();
    }
    assert_file(&root().join("tests/chart/overlays.diff"), &differences);
    let read = podgraft_locust::read_overlays(overlays.into_iter().map(Document::from_value));
    let said: Vec<_> = read.diagnostics().iter().map(|one| one.message.clone()).collect();
    assert!(said.is_empty(), "{said:?}");
}
