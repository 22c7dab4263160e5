//! A change that would break the test, through every door.

use podgraft_testkit::cluster::condition;
use serde_json::{Value, json};

use crate::scenario::{Place, test};

/// The workers are to find another master.
const WRONG: &str =
    "  workerPodTemplate: {spec: {containers: [{name: locust, $append/args: [--master-host, elsewhere]}]}}\n";

pub(crate) fn every_door_is_closed(place: &Place<'_>) {
    let plane = &place.cluster.plane;
    let in_namespace = |arguments: &[&str]| {
        [arguments, &["-n", &place.namespace]]
            .concat()
            .iter()
            .map(|one| (*one).to_owned())
            .collect::<Vec<_>>()
    };
    let kubectl = |arguments: &[&str], input: &str| {
        let arguments = in_namespace(arguments);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        plane.kubectl_ok(&arguments, input.as_bytes());
    };
    let doors: [(&str, &[&str]); 4] = [
        ("apply", &["apply", "-f", "-"]),
        ("ssa", &["apply", "--server-side", "-f", "-"]),
        ("create", &["create", "-f", "-"]),
        ("replace", &["replace", "-f", "-"]),
    ];
    for (door, arguments) in doors {
        let name = place.name(door);
        if door == "replace" {
            kubectl(&["create", "-f", "-"], &test(&name, WRONG));
        }
        kubectl(arguments, &test(&name, WRONG));
        is_told(place, &name);
        assert!(place.get("job", &format!("{name}-worker")).is_null(), "{door}: a Job is there");
        assert!(place.get("service", &format!("{name}-master")).is_null(), "{door}: a Service is there");
        // Mended, it starts.
        kubectl(
            &["apply", "--server-side", "--force-conflicts", "-f", "-"],
            &test(&name, "  workerPodTemplate: {}\n"),
        );
        place.phase(&name, "Running");
    }
    // While it runs: patched and edited.
    let name = place.name("running");
    kubectl(&["apply", "-f", "-"], &test(&name, "  updatePolicy: Recreate\n"));
    place.phase(&name, "Running");
    let uid = place.get("job", &format!("{name}-worker"))["metadata"]["uid"].clone();
    let item = json!({"name": "locust", "$append/args": ["--master-host", "elsewhere"]});
    let template = json!({"spec": {"containers": [item]}});
    let merge = json!({"spec": {"workerPodTemplate": template}}).to_string();
    let json_patch = json!([{"op": "add", "path": "/spec/workerPodTemplate", "value": template}]).to_string();
    let good = json!({"spec": {"workerPodTemplate": Value::Null}}).to_string();
    for (kind, patch) in [("merge", &merge), ("json", &json_patch)] {
        kubectl(&["patch", "locusttest", &name, "--type", kind, "-p", patch], "");
        is_told(place, &name);
        place.reason(&name, "TemplateUpToDate", "SpecRefused");
        kubectl(&["patch", "locusttest", &name, "--type=merge", "-p", &good], "");
        place.reason(&name, "TemplatesAccepted", "Accepted");
    }
    assert_eq!(
        place.get("job", &format!("{name}-worker"))["metadata"]["uid"],
        uid,
        "it went on all the time"
    );
}

/// The author reads what is wrong, in `kubectl describe`.
fn is_told(place: &Place<'_>, name: &str) {
    let said = place.reason(name, "TemplatesAccepted", "Refused");
    let master = format!("set --master-host back to {name}-master");
    assert!(said.contains(&master) && said.contains("(workerPodTemplate)"), "{said}");
    let told = place.describe(name);
    assert!(told.contains(&master) && told.contains("TemplatesRefused"), "{told}");
}

/// `kubectl apply` strips nulls; its own annotation still knows them.
pub(crate) fn a_lost_null_is_told(place: &Place<'_>) {
    let name = place.name("null");
    place.apply(&test(&name, "  podTemplate: {spec: {securityContext: null, hostNetwork: false}}\n"));
    place.phase(&name, "Running");
    let stored = place.until("locusttest", &name, |test| {
        condition(test, "TemplatesAccepted")["reason"] == "AcceptedWithWarnings"
    });
    assert!(stored["spec"]["podTemplate"]["spec"].get("securityContext").is_none(), "{stored:#}");
    let said = condition(&stored, "TemplatesAccepted")["message"].as_str().unwrap();
    assert!(said.contains(".spec.podTemplate.spec.securityContext"), "{said}");
    assert!(said.contains("$unset: [securityContext]"), "{said}");
    assert!(place.describe(&name).contains("TemplatesWarning"));
}
