//! Server-side apply with several managers: a template belongs to one of them as a whole.

use podgraft_testkit::control_plane::ControlPlane;
use serde_json::{Value, json};

use super::{
    objects::{assert_stored, locust_test, refused, taken},
    outcomes::Outcomes,
};

const SERVER_SIDE: [&str; 4] = ["apply", "--server-side", "-f", "-"];

/// What one manager applies: some fields of a test, and nothing else.
fn part(name: &str, fields: &Value) -> Value {
    json!({ "apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": { "name": name }, "spec": fields })
}

fn by<'a>(manager: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&SERVER_SIDE, &["--field-manager", manager][..], more].concat()
}

pub(crate) fn check(plane: &ControlPlane, outcomes: &mut Outcomes) {
    let of_a = json!({ "podTemplate": { "spec": { "hostname": "a" } } });
    let of_b = json!({ "workerPodTemplate": { "spec": { "nodeName": "b" } } });
    taken(plane, &by("a", &[]), &locust_test("managed", &of_a));
    taken(plane, &by("b", &[]), &part("managed", &of_b));
    let mut both = of_a.clone();
    both["workerPodTemplate"] = of_b["workerPodTemplate"].clone();
    assert_stored(plane, "managed", &both, "two managers");
    let owned = managed_templates(plane);
    assert_eq!(
        owned,
        [
            ("a".to_owned(), json!({ "f:podTemplate": {} })),
            ("b".to_owned(), json!({ "f:workerPodTemplate": {} }))
        ]
    );
    outcomes.add(
        "server-side apply, two managers",
        "different templates",
        "both stored, each owned as a whole",
    );

    let other = json!({ "podTemplate": { "spec": { "nodeName": "b" } }, "workerPodTemplate": of_b["workerPodTemplate"] });
    let said = refused(plane, &by("b", &[]), &part("managed", &other));
    assert!(said.contains("conflict with \"a\": .spec.podTemplate\n"), "{said}");
    assert_stored(plane, "managed", &both, "a conflict");
    outcomes.add(
        "server-side apply, two managers",
        "one template, other leaves",
        "refused: conflict on .spec.podTemplate",
    );

    taken(plane, &by("b", &["--force-conflicts"]), &part("managed", &other));
    assert_stored(plane, "managed", &other, "--force-conflicts");
    let said = refused(plane, &by("a", &[]), &locust_test("managed", &of_a));
    assert!(said.contains("conflict with \"b\": .spec.podTemplate\n"), "{said}");
    outcomes.add(
        "server-side apply --force-conflicts",
        "one template, other leaves",
        "the other's template is gone whole",
    );

    // The same template twice is no conflict; it stays until both have let it go.
    taken(plane, &by("a", &[]), &locust_test("managed", &json!({ "podTemplate": other["podTemplate"] })));
    taken(plane, &by("b", &[]), &part("managed", &of_b));
    assert_stored(plane, "managed", &other, "one of two owners left");
    taken(plane, &by("a", &[]), &locust_test("managed", &json!({})));
    assert_stored(plane, "managed", &of_b, "both owners left");
    outcomes.add(
        "server-side apply, two managers",
        "the same template",
        "no conflict; stays until both let go",
    );

    taken(plane, &["apply", "-f", "-"], &locust_test("client-side", &of_a));
    let said = refused(plane, &by("gitops", &[]), &part("client-side", &other));
    assert!(said.contains("conflict with \"kubectl-client-side-apply\""), "{said}");
    assert!(said.contains(": .spec.podTemplate\n"), "{said}");
    outcomes.add(
        "client-side, then another's server-side apply",
        "one template",
        "refused: conflict on .spec.podTemplate",
    );
}

/// Which manager owns which templates, and how much of them.
fn managed_templates(plane: &ControlPlane) -> Vec<(String, Value)> {
    let arguments = ["get", "locusttest", "managed", "-o", "json", "--show-managed-fields"];
    let object: Value = serde_json::from_str(&plane.kubectl_ok(&arguments, b"")).unwrap();
    let mut found: Vec<(String, Value)> = Vec::new();
    for entry in object["metadata"]["managedFields"].as_array().unwrap() {
        let fields = entry["fieldsV1"]["f:spec"].as_object().unwrap().clone();
        let fields = fields.into_iter().filter(|(name, _)| name.ends_with("odTemplate")).collect();
        found.push((entry["manager"].as_str().unwrap().to_owned(), Value::Object(fields)));
    }
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}
