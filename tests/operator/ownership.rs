//! Objects that are somebody else's.

use serde_json::{Value, json};

use crate::scenario::{Place, test};

pub(crate) fn a_foreign_object_is_never_adopted(place: &Place<'_>) {
    let name = place.name("mine");
    place.kubectl(&["create", "service", "clusterip", &format!("{name}-master"), "--tcp=80"]);
    let before = place.get("service", &format!("{name}-master"));
    place.apply(&test(&name, ""));
    let said = place.reason(&name, "TemplatesApplied", "NameTaken");
    assert!(said.contains(&format!("Service {name}-master belongs to nobody")), "{said}");
    assert_eq!(place.get("service", &format!("{name}-master")), before, "untouched");
    assert!(place.get("job", &format!("{name}-master")).is_null(), "nothing else is created");
    place.kubectl(&["delete", "service", &format!("{name}-master")]);
    place.phase(&name, "Running");
}

pub(crate) fn names_that_clash_are_told(place: &Place<'_>) {
    let (dotted, dashed) = (place.name("a.b"), place.name("a-b"));
    place.apply(&test(&dashed, ""));
    place.phase(&dashed, "Running");
    place.apply(&test(&dotted, ""));
    let said = place.reason(&dotted, "TemplatesApplied", "NameTaken");
    assert!(said.contains(&format!("belongs to LocustTest {dashed}")), "{said}");
    assert!(said.contains("dots in its name become dashes"), "{said}");
    place.kubectl(&["delete", "locusttest", &dashed]);
    place.phase(&dotted, "Running");
}

pub(crate) fn an_orphaned_master_is_never_doubled(place: &Place<'_>) {
    let name = place.name("orphan");
    place.apply(&test(&name, ""));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    place.kubectl(&["delete", "job", &format!("{name}-master"), "--cascade=orphan"]);
    let pod = place.pods(&format!("{name}-master"))[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let said = place.reason(&name, "TemplatesApplied", "Waiting");
    assert!(said.contains(&pod), "{said}");
    place.kubectl(&["delete", "pod", &pod]);
    place.phase(&name, "Running");
    place.until("job", &format!("{name}-master"), |job| job["status"]["active"] == 1);
    place.had_masters(&name, 2);
}

pub(crate) fn the_public_finalizer_goes(place: &Place<'_>) {
    let name = place.name("final");
    let text = test(&name, "").replace(
        &format!("  name: {name}\n"),
        &format!("  name: {name}\n  finalizers: [example.com/other, locust.io/cleanup]\n"),
    );
    place.apply(&text);
    place.phase(&name, "Running");
    place.kubectl(&["delete", "locusttest", &name, "--wait=false"]);
    let left = place
        .until("locusttest", &name, |test| test["metadata"]["finalizers"] == json!(["example.com/other"]));
    assert!(!left["metadata"]["deletionTimestamp"].is_null());
    let patch = json!({"metadata": {"finalizers": Value::Null}}).to_string();
    place.kubectl(&["patch", "locusttest", &name, "--type=merge", "-p", &patch]);
    place.gone("locusttest", &name);
    place.gone("job", &format!("{name}-master"));
}

/// A test that the public operator started has Jobs without a hash: they stay, whatever is rendered.
pub(crate) fn a_test_of_the_public_operator_is_left_alone(place: &Place<'_>) {
    let name = place.name("public");
    // Suspended by a foreign Service until the Jobs are there, as the public operator would have left them.
    place.kubectl(&["create", "service", "clusterip", &format!("{name}-master"), "--tcp=80"]);
    place.apply(&test(&name, ""));
    place.reason(&name, "TemplatesApplied", "NameTaken");
    let uid = place.get("locusttest", &name)["metadata"]["uid"].clone();
    let owner = json!([{
        "apiVersion": "locust.io/v2", "kind": "LocustTest", "name": name, "uid": uid,
        "controller": true, "blockOwnerDeletion": true
    }]);
    let labels = |role: &str| {
        json!({
            "app": name, "performance-test-name": name, "managed-by": "locust-k8s-operator",
            "performance-test-pod-name": format!("{name}-{role}")
        })
    };
    for (role, parallelism) in [("master", 1), ("worker", 2)] {
        let job = json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"name": format!("{name}-{role}"), "ownerReferences": owner},
            "spec": {"parallelism": parallelism, "backoffLimit": 0, "template": {
                "metadata": {"labels": labels(role)},
                "spec": {"restartPolicy": "Never", "containers": [{"name": format!("{name}-{role}"), "image": "locust"}]}
            }}
        });
        place.apply(&job.to_string());
    }
    let patch = json!({"metadata": {"ownerReferences": owner}}).to_string();
    place.kubectl(&["patch", "service", &format!("{name}-master"), "--type=merge", "-p", &patch]);
    place.reason(&name, "TemplatesApplied", "Adopted");
    place.phase(&name, "Running");
    let job = place.get("job", &format!("{name}-master"));
    assert_eq!(job["spec"]["template"]["spec"]["containers"][0]["name"], format!("{name}-master"));
    place.had_masters(&name, 1);
}
