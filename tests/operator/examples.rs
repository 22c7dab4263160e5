//! What is stored is what `podgraft render` prints, leaf by leaf.

use std::path::Path;

use podgraft_locust::{self, ClusterContext, Rendered, config::Config, read_overlays, role::Role};
use podgraft_merge::schema::Schema;
use podgraft_pod::{
    difference::differences,
    live::without_server_fields,
    manifest,
    overlay::{Namespace, Overlays},
};
use podgraft_testkit::{
    cluster::condition,
    files::{files, root, text},
};
use serde_json::Value;

use crate::{command_line::podgraft, scenario::Place};

/// The overlays that ship are installed as their page says, and stay; the tests beside them use them, the examples do
/// not.
pub(crate) fn every_example_is_stored_as_it_is_rendered(place: &Place<'_>) {
    let folder = root().join("overlays");
    place.cluster.plane.kubectl_ok(&["apply", "-k", folder.to_str().unwrap()], b"");
    let shipped: Vec<_> = files(&folder, "overlay.yaml")
        .iter()
        .flat_map(|file| manifest::read("overlay", &std::fs::read(file).unwrap()).documents)
        .collect();
    for overlay in &shipped {
        let name = overlay.value["metadata"]["name"].as_str().unwrap();
        place.until("clusterpodoverlay", name, |stored| condition(stored, "Accepted")["status"] == "True");
    }
    for account in
        files(&folder, "overlay.yaml").iter().flat_map(|file| named(&std::fs::read(file).unwrap(), ACCOUNT))
    {
        place.kubectl(&["create", "serviceaccount", &account]);
    }
    let count = shipped.len();
    assert!(count >= 12);
    let overlays = read_overlays(shipped);
    let mut counted = Counted::default();
    let examples = files(&root().join("docs/examples"), "v2.yaml");
    let tests = files(&folder, "test.yaml");
    for file in examples.iter().chain(&tests) {
        is_stored_as_it_is_rendered(place, file, &overlays, &mut counted);
    }
    let Counted { objects, leaves, most_overlays } = counted;
    println!(
        "{} examples, {count} overlays, {} tests with them: {objects} objects stored as rendered, {leaves} leaves",
        examples.len(),
        tests.len()
    );
    assert!(objects >= (examples.len() + tests.len()) * 3);
    assert_eq!(most_overlays, count, "one test uses all overlays");
}

/// What was compared.
#[derive(Default)]
struct Counted {
    objects: usize,
    leaves: usize,
    /// The most overlays that applied to one test.
    most_overlays: usize,
}

fn is_stored_as_it_is_rendered(place: &Place<'_>, file: &Path, overlays: &Overlays, counted: &mut Counted) {
    let bytes = std::fs::read(file).unwrap();
    for account in named(&bytes, ACCOUNT) {
        place.cluster.plane.kubectl(&["create", "serviceaccount", &account, "-n", &place.namespace], b"");
    }
    for class in named(&bytes, "priorityClassName: ") {
        place.cluster.plane.kubectl(&["create", "priorityclass", &class, "--value=1"], b"");
    }
    // Some examples name a namespace of their own.
    let text = String::from_utf8(bytes)
        .unwrap()
        .replace("namespace: load-tests", &format!("namespace: {}", place.namespace));
    place.apply(&text);
    let namespace = Namespace::named(&place.namespace);
    let around = ClusterContext { overlays, namespace: Some(&namespace), pod_security: None };
    for mut document in manifest::read("example", text.as_bytes()).documents {
        if document.value["kind"] != "LocustTest" {
            continue;
        }
        document.value["metadata"]["namespace"] = place.namespace.clone().into();
        let rendered = podgraft_locust::render(&document, &around, &Config::default());
        let name = document.value["metadata"]["name"].as_str().unwrap().to_owned();
        // Jobs are not always called like their tests: a name may have dots.
        for (_, job) in rendered.jobs() {
            place.until("job", job["metadata"]["name"].as_str().unwrap(), |job| !job.is_null());
        }
        let stored = place.until("locusttest", &name, |test| !test["status"]["phase"].is_null());
        let applied = stored["status"]["overlays"].as_array().map_or(&[][..], Vec::as_slice);
        let wanted: Vec<&str> = rendered.overlays.iter().map(|overlay| overlay.name.as_str()).collect();
        assert_eq!(
            applied.iter().map(|one| one["name"].as_str().unwrap()).collect::<Vec<_>>(),
            wanted,
            "{name}"
        );
        counted.most_overlays = counted.most_overlays.max(wanted.len());
        let services = rendered.service.iter().chain(&rendered.web_service);
        let service = services.map(|service| ("Service", "v1", service));
        let jobs = rendered.jobs().map(|(_, job)| ("Job", "batch/v1", job));
        for (kind, api_version, wanted) in service.chain(jobs) {
            is_stored(place, kind, api_version, wanted);
            counted.objects += 1;
            counted.leaves += count(wanted);
        }
        the_command_line_agrees(place, &name, &rendered);
        for (role, job) in rendered.jobs() {
            let job_name = job["metadata"]["name"].as_str().unwrap();
            the_pods_carry_it(place, job_name, role, &job["spec"]["template"]);
        }
    }
    place.kubectl(&["delete", "locusttests", "--all"]);
}

/// `locusttest/NAME` renders what runs, finds no difference and nothing wrong, and names the overlays behind values.
fn the_command_line_agrees(place: &Place<'_>, name: &str, rendered: &Rendered) {
    let run = |arguments: &[&str]| {
        let object = format!("locusttest/{name}");
        let all = [&[arguments[0], &*object, "-n", &*place.namespace], &arguments[1..]].concat();
        let output = podgraft(place, &all);
        assert_eq!(output.status.code(), Some(0), "{all:?}: {output:?}");
        text(&output.stdout).to_owned()
    };
    let printed: Value = serde_json::from_str(&run(&["render", "-o", "json"])).unwrap();
    let services = rendered.service.iter().chain(&rendered.web_service);
    let objects: Vec<&Value> = services.chain(rendered.jobs().map(|(_, job)| job)).collect();
    assert_eq!(printed["items"].as_array().unwrap().iter().collect::<Vec<_>>(), objects, "{name}");
    assert_eq!(run(&["diff"]), "", "{name}");
    run(&["validate"]);
    let explained = run(&["explain"]);
    for (_, job) in rendered.by_role.iter().flatten() {
        for layer in job.origins.layers().iter().filter(|layer| layer.id.as_str().ends_with("(overrides)")) {
            assert!(explained.contains(layer.id.as_str()), "{name}: {layer:?}");
        }
    }
}

/// What the server stores is what is wanted, and what it adds itself.
fn is_stored(place: &Place<'_>, kind: &str, api_version: &str, wanted: &Value) {
    let name = wanted["metadata"]["name"].as_str().unwrap();
    let stored = place.get(kind, name);
    let schema = Schema::for_kind(api_version, kind);
    let projected = without_server_fields(&stored, &[wanted], schema);
    let differences: Vec<String> = differences(wanted, &projected, schema)
        .iter()
        .map(ToString::to_string)
        // Set at the end, so that an expired Job is never taken for a lost one.
        .filter(|one| !one.starts_with(".spec.ttlSecondsAfterFinished"))
        .collect();
    assert!(differences.is_empty(), "{name} {kind}: {differences:#?}");
}

/// The real Job controller's pods are the template, and what the server adds.
fn the_pods_carry_it(place: &Place<'_>, name: &str, role: Role, template: &Value) {
    place.until("job", name, |job| job["status"]["active"].as_i64() > Some(0));
    let pods = place.pods(name);
    assert!(!pods.is_empty(), "{role}");
    let schema = Schema::for_kind("v1", "Pod");
    for pod in pods {
        let projected = without_server_fields(&pod, &[template], schema);
        // A tolerations list gets the server's own tolerations at its end.
        let differences: Vec<String> = differences(template, &projected, schema)
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

/// How a text names a service account.
const ACCOUNT: &str = "serviceAccountName: ";

/// What a text names behind this: pods need it to be there.
fn named(text: &[u8], field: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    text.lines().filter_map(|line| line.trim().strip_prefix(field)).map(str::to_owned).collect()
}
