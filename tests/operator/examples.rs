//! What is stored is what `podgraft render` prints, leaf by leaf.

use podgraft::{locust, manifest, report, role::Role, schema::Schema};
use serde_json::Value;

use crate::{
    scenario::Place,
    support::{files, root},
};

pub(crate) fn every_example_is_stored_as_it_is_rendered(place: &Place<'_>) {
    let examples = files(&root().join("docs/examples"), "v2.yaml");
    let (mut compared, mut leaves) = (0, 0);
    for example in &examples {
        let bytes = std::fs::read(example).unwrap();
        for account in named(&bytes, "serviceAccountName") {
            place.cluster.plane.kubectl(&["create", "serviceaccount", &account, "-n", &place.namespace], b"");
        }
        for class in named(&bytes, "priorityClassName") {
            place.cluster.plane.kubectl(&["create", "priorityclass", &class, "--value=1"], b"");
        }
        // Some examples name a namespace of their own.
        let text = String::from_utf8(bytes)
            .unwrap()
            .replace("namespace: load-tests", &format!("namespace: {}", place.namespace));
        place.apply(&text);
        for document in manifest::read("example", text.as_bytes()).documents {
            if document.value["kind"] != "LocustTest" {
                continue;
            }
            let mut document = document;
            document.value["metadata"]["namespace"] = place.namespace.clone().into();
            let rendered =
                locust::render(&document, &locust::Surroundings::empty(), &locust::config::Config::default());
            let name = document.value["metadata"]["name"].as_str().unwrap().to_owned();
            place.until("job", &format!("{name}-worker"), |job| !job.is_null());
            let mut same = |kind: &str, api_version: &str, wanted: &Value| {
                let stored = place.get(kind, wanted["metadata"]["name"].as_str().unwrap());
                let schema = Schema::for_kind(api_version, kind);
                let projected = report::as_written(&stored, &[wanted], schema);
                let differences: Vec<String> = report::differences(wanted, &projected, schema)
                    .iter()
                    .map(ToString::to_string)
                    // Set at the end, so that an expired Job is never taken for a lost one.
                    .filter(|one| !one.starts_with(".spec.ttlSecondsAfterFinished"))
                    .collect();
                assert!(differences.is_empty(), "{name} {kind}: {differences:#?}");
                compared += 1;
                leaves += count(wanted);
            };
            same("Service", "v1", rendered.service.as_ref().unwrap());
            for (_, job) in &rendered.jobs {
                same("Job", "batch/v1", job);
            }
            for (role, job) in &rendered.jobs {
                the_pods_carry_it(place, &format!("{name}-{role}"), *role, &job["spec"]["template"]);
            }
        }
        place.kubectl(&["delete", "locusttests", "--all"]);
    }
    println!("{} examples: {compared} objects stored as rendered, {leaves} leaves", examples.len());
    assert!(compared >= examples.len() * 3);
}

/// The real Job controller's pods are the template, and what the server adds.
fn the_pods_carry_it(place: &Place<'_>, name: &str, role: Role, template: &Value) {
    place.until("job", name, |job| job["status"]["active"].as_i64() > Some(0));
    let pods = place.pods(name);
    assert!(!pods.is_empty(), "{role}");
    let schema = Schema::for_kind("v1", "Pod");
    for pod in pods {
        let projected = report::as_written(&pod, &[template], schema);
        // A tolerations list gets the server's own tolerations at its end.
        let differences: Vec<String> = report::differences(template, &projected, schema)
            .iter()
            .filter(|difference| {
                !(difference.before.is_none()
                    && difference.path.to_string().starts_with(".spec.tolerations["))
            })
            .map(ToString::to_string)
            .collect();
        assert!(differences.is_empty(), "{name}: {differences:#?}");
    }
}

fn count(value: &Value) -> usize {
    match value {
        Value::Object(fields) if !fields.is_empty() => fields.values().map(count).sum(),
        Value::Array(items) if !items.is_empty() => items.iter().map(count).sum(),
        _ => 1,
    }
}

/// What a text names in a field: pods need it to be there.
fn named(text: &[u8], field: &str) -> Vec<String> {
    let (text, field) = (String::from_utf8_lossy(text), format!("{field}: "));
    text.lines().filter_map(|line| line.trim().strip_prefix(&field)).map(str::to_owned).collect()
}
