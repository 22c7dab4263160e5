//! What is refused with words, what is taken with a warning, and numbers that come out otherwise.

use podgraft_testkit::control_plane::ControlPlane;
use serde_json::{Value, json};

use super::{
    objects::{assert_stored, get, locust_test, refused, taken, yaml},
    outcomes::Outcomes,
};

const FILES: [(&str, &[&str]); 4] = [
    ("create", &["create", "-f", "-"]),
    ("client-side apply", &["apply", "-f", "-"]),
    ("server-side apply", &["apply", "--server-side", "--force-conflicts", "-f", "-"]),
    ("replace", &["replace", "-f", "-"]),
];

pub(crate) fn check(plane: &ControlPlane, outcomes: &mut Outcomes) {
    unknown_fields_outside_of_templates(plane, outcomes);
    strategic_patches(plane, outcomes);
    large_numbers(plane, outcomes);
}

/// Inside a template every field is kept (and judged by podgraft); outside a slip is refused, and so is a
/// directive. Only `kubectl patch` goes no further than to warn.
fn unknown_fields_outside_of_templates(plane: &ControlPlane, outcomes: &mut Outcomes) {
    let here = yaml("podTemplate: {spec: {hostname: a}}");
    let slip = yaml("podTemplat: {spec: {hostname: b}}");
    let directive = yaml("volumes: [{name: a, $patch: delete}]");
    for (name, arguments) in FILES {
        if name != "create" {
            taken(plane, &["create", "-f", "-"], &locust_test("slip", &here));
        }
        for (fields, path) in [(&slip, "spec.podTemplat"), (&directive, "spec.volumes[0].$patch")] {
            let said = refused(plane, arguments, &locust_test("slip", fields));
            let words =
                [format!("unknown field \"{path}\""), format!(".{path}: field not declared in schema")];
            assert!(words.iter().any(|words| said.contains(words)), "{name}: {said}");
        }
        if name != "create" {
            assert_stored(plane, "slip", &here, name);
            plane.kubectl_ok(&["delete", "locusttest", "slip"], b"");
        }
        outcomes.add(name, "an unknown field, or a directive, outside of templates", "refused");
    }
    taken(plane, &["create", "-f", "-"], &locust_test("slip", &here));
    let merge = json!({ "spec": slip });
    let json = json!([{ "op": "add", "path": "/spec/podTemplat", "value": {} }]);
    for (kind, patch) in [("merge", merge), ("json", json)] {
        let arguments = ["patch", "locusttest", "slip", "--type", kind, "-p", &patch.to_string()];
        let said = taken(plane, &arguments, &json!({}));
        assert!(said.contains("Warning: unknown field \"spec.podTemplat\""), "{said}");
        assert_eq!(get(plane, "slip")["spec"].get("podTemplat"), None);
        let path = format!("patch --type={kind}");
        outcomes.add(&path, "an unknown field outside of templates", "a warning; the field is dropped");
    }
}

/// The API server merges strategically only kinds that are built in.
fn strategic_patches(plane: &ControlPlane, outcomes: &mut Outcomes) {
    for more in [&["--type=strategic"][..], &[]] {
        let arguments = ["patch", "locusttest", "slip", "-p", r#"{"spec": {"podTemplate": {}}}"#];
        let said = refused(plane, &[&arguments[..], more].concat(), &json!({}));
        assert!(said.contains("application/strategic-merge-patch+json is not supported"), "{said}");
    }
    outcomes.add("patch --type=strategic, the default", "any patch", "refused");
}

/// kubectl computes the patch of an update with floating point numbers.
fn large_numbers(plane: &ControlPlane, outcomes: &mut Outcomes) {
    const EXACT: i64 = (1 << 53) + 1;
    let fields = |number: i64| json!({ "podTemplate": { "spec": { "activeDeadlineSeconds": number } } });
    let number = || get(plane, "numbers")["spec"]["podTemplate"]["spec"]["activeDeadlineSeconds"].as_i64();
    for (name, arguments) in FILES {
        let created = name == "create";
        if !created {
            // As this way would have made it, so that nothing but the update is tried.
            let first = if name == "replace" { FILES[0].1 } else { arguments };
            taken(plane, first, &locust_test("numbers", &fields(1)));
        }
        taken(plane, arguments, &locust_test("numbers", &fields(EXACT)));
        let rounded = name == "client-side apply";
        assert_eq!(number(), Some(EXACT - i64::from(rounded)), "{name}");
        let outcome = if rounded { "rounded to even on an update" } else { "stored as written" };
        outcomes.add(name, "2^53 + 1", outcome);
        plane.kubectl_ok(&["delete", "locusttest", "numbers"], b"");
    }
    taken(plane, FILES[1].1, &locust_test("numbers", &fields(EXACT)));
    assert_eq!(number(), Some(EXACT), "client-side apply of a new test");
    let one: Value = serde_json::from_str(r#"{"podTemplate": {"unknown": [1.0, 1e3, 0.1]}}"#).unwrap();
    taken(plane, &["replace", "-f", "-"], &locust_test("numbers", &one));
    assert_stored(plane, "numbers", &json!({ "podTemplate": { "unknown": [1, 1000, 0.1] } }), "replace");
    outcomes.add("all", "1.0 and 1e3", "stored as 1 and 1000");
}
