//! `locust.io/v1` is in the CRD and not served: what a cluster says of it, and what its schema keeps once it
//! is served.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use podgraft_testkit::control_plane::ControlPlane;
use serde_json::{Value, json};

use super::{
    objects::{FIELDS, difference, list, locust_test, maybe, refused, templates},
    outcomes::Outcomes,
    transitions::known_templates,
};

pub(crate) fn check(plane: &ControlPlane, outcomes: &mut Outcomes) {
    for arguments in
        [&["apply", "-f", "-"][..], &["apply", "--server-side", "-f", "-"], &["create", "-f", "-"]]
    {
        let said = refused(plane, arguments, &v1("old", &json!({})));
        assert!(said.contains("no matches for kind \"LocustTest\" in version \"locust.io/v1\""), "{said}");
    }
    outcomes.add("locust.io/v1, as shipped", "any file", "refused: no such kind");
    serve(plane);
    templates_survive_both_versions(plane, outcomes);
}

/// A test as v1 has it.
fn v1(name: &str, fields: &Value) -> Value {
    let mut spec = json!({
        "image": "locust", "masterCommandSeed": "", "workerCommandSeed": "", "workerReplicas": 2,
    });
    spec.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({ "apiVersion": "locust.io/v1", "kind": "LocustTest", "metadata": { "name": name }, "spec": spec })
}

/// Serves v1 beside v2, without a conversion of anything but the version's name.
fn serve(plane: &ControlPlane) {
    let versions = r#"[{"op": "replace", "path": "/spec/versions/1/served", "value": true}]"#;
    let name = "customresourcedefinition/locusttests.locust.io";
    plane.kubectl_ok(&["patch", name, "--type=json", "-p", versions], b"");
    let started = Instant::now();
    let explain = ["explain", "locusttest.spec.masterCommandSeed", "--api-version=locust.io/v1"];
    while !plane.kubectl(&explain, b"").status.success() {
        assert!(started.elapsed() < Duration::from_secs(60), "v1 cannot be used");
        sleep(Duration::from_millis(200));
    }
}

/// What is written in one version is read in both: neither schema prunes a directive.
fn templates_survive_both_versions(plane: &ControlPlane, outcomes: &mut Outcomes) {
    let known = known_templates();
    let served = [("v1", v1 as fn(&str, &Value) -> Value), ("v2", locust_test)];
    for (way, arguments) in [
        ("create", &["create", "-f", "-"][..]),
        ("client-side apply", &["apply", "-f", "-"]),
        ("server-side apply", &["apply", "--server-side", "-f", "-"]),
    ] {
        let mut written = Vec::new();
        for (version, test) in served {
            let object = |(index, (_, template)): (usize, &(String, Option<Value>))| {
                let field = FIELDS[index % FIELDS.len()];
                let name = format!("{version}-{}-{index}", &way.replace(' ', "-"));
                (name.clone(), test(&name, &maybe(field, template.as_ref())))
            };
            let (_, objects): (Vec<String>, Vec<Value>) = known.iter().enumerate().map(object).unzip();
            plane.kubectl_ok(arguments, &list(&objects));
            written.extend(objects);
        }
        for (version, _) in served {
            let text =
                plane.kubectl_ok(&["get", &format!("locusttests.{version}.locust.io"), "-o", "json"], b"");
            let found: Value = serde_json::from_str(&text).unwrap();
            let found = found["items"].as_array().unwrap();
            for wanted in &written {
                let is = |item: &&Value| item["metadata"]["name"] == wanted["metadata"]["name"];
                let item = found.iter().find(is).unwrap();
                assert_eq!(item["apiVersion"], format!("locust.io/{version}"));
                let difference = difference(&templates(&item["spec"]), &templates(&wanted["spec"]));
                assert!(difference.is_empty(), "{} in {version}:\n{difference}", wanted["metadata"]["name"]);
            }
        }
        outcomes.add(way, "written and read in v1 and v2, both served", "stored as written");
    }
}
