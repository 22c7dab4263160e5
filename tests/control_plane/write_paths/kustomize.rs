//! kustomize, as it is in kubectl: what its transformers and patches make of a template.

use podgraft_testkit::control_plane::ControlPlane;
use serde_json::{Value, json};

use super::{
    edits::Scratch,
    objects::{all, assert_stored, difference, list, locust_test, maybe, templates, yaml},
    outcomes::Outcomes,
    transitions::known_templates,
};

/// A template with what kustomize's own patches understand, and a patch on it.
const STRATEGIC: &str = include_str!("../../cases/kustomize-strategic.yaml");

/// What kustomize makes of a test with these settings.
pub(crate) fn build(plane: &ControlPlane, resource: &Value, settings: &Value) -> Value {
    let scratch = folder(resource, settings);
    yaml(&plane.kubectl_ok(&["kustomize", scratch.0.to_str().unwrap()], b""))
}

/// An operation of a JSON patch for each of these fields.
pub(crate) fn json_patch(fields: &Value) -> Value {
    let operation = |(name, value)| json!({ "op": "add", "path": format!("/spec/{name}"), "value": value });
    fields.as_object().unwrap().iter().map(operation).collect()
}

/// The setting with which kustomize applies that JSON patch.
pub(crate) fn json_patches(fields: &Value) -> Value {
    let target = json!({ "kind": "LocustTest" });
    json!({ "patches": [{ "target": target, "patch": json_patch(fields).to_string() }] })
}

fn folder(resource: &Value, settings: &Value) -> Scratch {
    let scratch = Scratch::new("kustomize");
    scratch.write("tests.yaml", &resource.to_string());
    let mut settings = settings.clone();
    settings["resources"] = json!(["tests.yaml"]);
    scratch.write("kustomization.yaml", &settings.to_string());
    scratch
}

pub(crate) fn check(plane: &ControlPlane, outcomes: &mut Outcomes) {
    transformers_leave_templates_alone(plane, outcomes);
    image_transformers_reach_into_templates(plane, outcomes);
    json_patches_pass_everything(plane, outcomes);
    strategic_patches_eat_directives(plane, outcomes);
}

fn transformers_leave_templates_alone(plane: &ControlPlane, outcomes: &mut Outcomes) {
    plane.kubectl_ok(&["create", "namespace", "kustomized"], b"");
    let known = known_templates();
    let object = |(index, (_, template)): (usize, &(String, Option<Value>))| {
        locust_test(&format!("t{index}"), &maybe("podTemplate", template.as_ref()))
    };
    let objects: Vec<Value> = known.iter().enumerate().map(object).collect();
    let resource = serde_json::from_slice(&list(&objects)).unwrap();
    let settings = json!({
        "namePrefix": "team-",
        "nameSuffix": "-a",
        "namespace": "kustomized",
        "labels": [{ "pairs": { "team": "a" }, "includeSelectors": true, "includeTemplates": true }],
        "commonAnnotations": { "note": "of the team" },
    });
    let scratch = folder(&resource, &settings);
    let arguments = ["config", "set-context", "--current", "--namespace"];
    plane.kubectl_ok(&[&arguments[..], &["kustomized"]].concat(), b"");
    for (name, way) in [("apply -k", "--server-side=false"), ("apply -k --server-side", "--server-side")] {
        plane.kubectl_ok(&["apply", way, "-k", scratch.0.to_str().unwrap()], b"");
        let found = all(plane);
        for (index, (says, template)) in known.iter().enumerate() {
            let wanted = maybe("podTemplate", template.as_ref());
            let difference = difference(&templates(&found[&format!("team-t{index}-a")]), &wanted);
            assert!(difference.is_empty(), "{says}:\n{difference}");
        }
        plane.kubectl_ok(&["delete", "locusttest", "--all"], b"");
        outcomes.add(name, "prefix, suffix, namespace, labels, annotations", "stored as written");
    }
    plane.kubectl_ok(&[&arguments[..], &["default"]].concat(), b"");
}

/// kustomize looks for containers in objects of every kind: what people mean when they set an image.
fn image_transformers_reach_into_templates(plane: &ControlPlane, outcomes: &mut Outcomes) {
    let template = |image: &str| json!({ "podTemplate": { "spec": { "containers": [{ "$patch": "replace" }, { "name": "proxy", "image": image, "$unset": ["args"] }] } } });
    let settings = json!({ "images": [{ "name": "envoy", "newTag": "2" }] });
    let built = build(plane, &locust_test("images", &template("envoy:1")), &settings);
    assert_eq!(difference(&templates(&built["spec"]), &template("envoy:2")), "");
    outcomes.add("kustomize: images", "an image in a template", "replaced; all else as written");
}

fn json_patches_pass_everything(plane: &ControlPlane, outcomes: &mut Outcomes) {
    let old = locust_test("json6902", &json!({ "podTemplate": { "spec": { "hostname": "a" } } }));
    for (says, template) in known_templates() {
        let Some(template) = template else { continue };
        let fields = json!({ "podTemplate": template, "workerPodTemplate": template });
        let built = build(plane, &old, &json_patches(&fields));
        let difference = difference(&templates(&built["spec"]), &fields);
        assert!(difference.is_empty(), "{says}:\n{difference}");
    }
    let scratch = folder(&old, &json_patches(&json!({ "podTemplate": { "$patch": "replace", "spec": {} } })));
    plane.kubectl_ok(&["apply", "-k", scratch.0.to_str().unwrap()], b"");
    assert_stored(
        plane,
        "json6902",
        &json!({ "podTemplate": { "$patch": "replace", "spec": {} } }),
        "apply -k",
    );
    outcomes.add("kustomize: JSON6902 patch", "every directive, {} and []", "passes as written");
}

/// kustomize reads a patch for itself first: in maps it takes `$patch` as meant for itself, and nulls too.
/// Lists of a kind that it has no schema of it replaces as they are.
fn strategic_patches_eat_directives(plane: &ControlPlane, outcomes: &mut Outcomes) {
    let documents = podgraft_pod::manifest::read("kustomize-strategic.yaml", STRATEGIC.as_bytes()).documents;
    let [before, patch, after] = [0, 1, 2].map(|index| documents[index].value.clone());
    let patch = locust_test("strategic", &patch).to_string();
    let built = build(plane, &locust_test("strategic", &before), &json!({ "patches": [{ "patch": patch }] }));
    assert_eq!(difference(&templates(&built["spec"]), &after), "");
    for (what, outcome) in [
        ("$patch: delete in a map", "eaten: removes the map from the file"),
        ("$patch: replace in a map", "eaten: replaces the map of the file"),
        ("lists, and all in them", "replace the file's, as written"),
        ("$patch: merge in a map", "eaten: it means nothing else"),
        ("all other directives, {} and []", "pass as written"),
    ] {
        outcomes.add("kustomize: strategic patch", what, outcome);
    }
}
