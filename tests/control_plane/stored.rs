//! The shipped CRD and what podgraft renders, on a real API server.

use std::{collections::BTreeSet, process::Command};

use podgraft_merge::work::Work;
use podgraft_pod::{
    manifest::Document,
    validity::{Workload, validity},
};
use podgraft_testkit::{
    control_plane::ControlPlane,
    files::{files, relative, root, text},
    last_applied, nulls,
    random_pods::RandomPods,
    random_tests::RandomTests,
};
use serde_json::{Value, json};

/// A test with every directive of both dialects, partial items, empty maps and lists, and fields that no
/// schema knows.
const DIRECTIVES: &str = include_str!("../cases/every-directive.yaml");

/// An overlay with every field.
const OVERLAY: &str = include_str!("../cases/every-overlay-field.yaml");

#[test]
fn a_real_api_server_takes_what_people_write() {
    let (_turn, plane) = crate::plane();
    plane.install("crds/locusttests.locust.io.yaml", "locusttests");
    let explained = plane.kubectl_ok(&["explain", "locusttest.spec.workerPodTemplate.spec.containers"], b"");
    assert!(explained.contains("volumeMounts"), "{explained}");
    plane.install("crds/clusterpodoverlays.locust.io.yaml", "clusterpodoverlays");
    plane.install("crds/podoverlays.locust.io.yaml", "podoverlays");
    let explained = plane.kubectl_ok(&["explain", "podoverlay.spec.defaults.podTemplate.spec.volumes"], b"");
    assert!(explained.contains("configMap"), "{explained}");
    columns_and_categories_are_printed(&plane);
    fields_are_explained(&plane);
    overlays_are_stored_as_they_are_written(&plane);
    every_directive_survives(&plane);
    every_example_is_taken(&plane);
    fields_with_nothing_behind_them_are_taken(&plane);
    random_tests_are_judged_as_the_server_judges(&plane);
    random_pods_are_judged_as_the_server_judges(&plane);
}

/// `kubectl get` tells how a test is and whether an overlay is used; `all` has what belongs to a namespace.
fn columns_and_categories_are_printed(plane: &ControlPlane) {
    let objects = [
        json!({"apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": "seen"},
            "spec": {"image": "i", "master": {"command": "m"}, "worker": {"command": "w", "replicas": 5}}}),
        json!({"apiVersion": "locust.io/v1alpha1", "kind": "PodOverlay", "metadata": {"name": "seen"}, "spec": {}}),
        json!({"apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay", "metadata": {"name": "seen"},
            "spec": {"priority": 7}}),
    ];
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    plane.kubectl_ok(&["apply", "-f", "-"], list.to_string().as_bytes());
    let time = "2026-01-02T03:04:05Z";
    let restarts = json!({"count": 12, "last": [{"time": time, "cause": "the master's Job was deleted"}]});
    let patch = json!({"status": {"phase": "Pending", "expectedWorkers": 4, "connectedWorkers": 3,
        "reason": "WorkersMissing", "restarts": restarts}});
    plane.kubectl_ok(
        &["patch", "locusttest", "seen", "--subresource=status", "--type=merge", "-p", &patch.to_string()],
        b"",
    );
    let stored = plane.kubectl_ok(&["get", "locusttest", "seen", "-o", "jsonpath={.status.restarts}"], b"");
    assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), restarts);
    let condition = |kind: &str, status: &str| json!({"type": kind, "status": status, "reason": "R", "message": "", "lastTransitionTime": time});
    let patch = json!({"status": {"matchedTests": 2, "conditions": [condition("Accepted", "True"), condition("Conflicted", "False")]}});
    for kind in ["podoverlay", "clusterpodoverlay"] {
        plane.kubectl_ok(
            &["patch", kind, "seen", "--subresource=status", "--type=merge", "-p", &patch.to_string()],
            b"",
        );
    }
    for (kind, columns, row) in [
        ("locusttest", "NAME PHASE EXPECTED CONNECTED REASON IMAGE AGE", "seen Pending 4 3 WorkersMissing i"),
        ("podoverlay", "NAME PRIORITY OPT-IN TESTS ACCEPTED CONFLICTED AGE", "seen 2 True False"),
        ("clusterpodoverlay", "NAME PRIORITY OPT-IN TESTS ACCEPTED CONFLICTED AGE", "seen 7 2 True False"),
    ] {
        let printed = plane.kubectl_ok(&["get", kind, "seen", "-o", "wide"], b"");
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = printed.lines().map(words).collect();
        assert_eq!(lines[0], columns);
        assert!(lines[1].starts_with(row), "{printed}");
    }
    let names = |category: &str| plane.kubectl_ok(&["get", category, "-o", "name"], b"");
    let (test, overlay, cluster) =
        ("locusttest.locust.io/seen", "podoverlay.locust.io/seen", "clusterpodoverlay.locust.io/seen");
    let (all, locust) = (names("all"), names("locust"));
    assert!(all.contains(test) && all.contains(&format!("\n{overlay}")) && !all.contains(cluster), "{all}");
    assert!([test, overlay, cluster].iter().all(|name| locust.contains(name)), "{locust}");
    for kind in ["locusttest", "podoverlay", "clusterpodoverlay"] {
        plane.kubectl_ok(&["delete", kind, "seen"], b"");
    }
}

/// `kubectl explain` says of what people look up what it is for; and kubectl's copy is as large as `tests/quick/crds.rs`
/// counts it.
fn fields_are_explained(plane: &ControlPlane) {
    for (path, text) in [
        ("locusttest.spec.worker.replicas", "How many workers."),
        ("locusttest.spec.masterPodTemplate.spec.containers.env", "Environment variables, by name."),
        (
            "locusttest.spec.workerPodTemplate.spec.containers.volumeMounts.subPath",
            "The path inside of the volume.",
        ),
        ("locusttest.spec.podTemplate.spec.nodeSelector", "Labels that the node must have."),
        ("locusttest.spec.volumes.persistentVolumeClaim", "A PersistentVolumeClaim, by claimName."),
        ("locusttest.spec.scheduling.tolerations.key", "The taint's key"),
        ("locusttest.status.restarts.last.cause", "Why, in words."),
        ("podoverlay.spec.overrides.podTemplate.spec.serviceAccountName", "The ServiceAccount as which"),
        ("clusterpodoverlay.spec.defaults.eachContainer.securityContext", "User, capabilities"),
    ] {
        let explained = plane.kubectl_ok(&["explain", path], b"");
        assert!(explained.contains(text), "{path}: {explained}");
    }
    for crd in podgraft_locust::api::crds() {
        let name = crd["metadata"]["name"].as_str().unwrap();
        let stored = plane.kubectl_ok(&["get", "crd", name, "-o", "json"], b"");
        let stored: Value = serde_json::from_str(&stored).unwrap();
        let copy = stored["metadata"]["annotations"][last_applied::KEY].as_str().unwrap();
        assert_eq!(copy.len(), last_applied::copy(&crd).len(), "{name}");
    }
}

/// Both ways of applying keep every template and constraint of an overlay; wrong ones are refused on arrival.
fn overlays_are_stored_as_they_are_written(plane: &ControlPlane) {
    for way in ["--server-side=false", "--server-side"] {
        plane.kubectl_ok(&["apply", way, "-f", "-"], OVERLAY.as_bytes());
        let stored = plane.kubectl_ok(&["get", "cpo", "every-field", "-o", "json"], b"");
        assert_eq!(serde_json::from_str::<Value>(&stored).unwrap()["spec"], written(OVERLAY), "{way}");
        plane.kubectl_ok(&["delete", "cpo", "every-field"], b"");
    }
    for (field, part) in [
        ("optIn: maybe", "optIn"),
        ("priority: 1.5", "priority"),
        ("selector: {matchExpressions: [{key: a}]}", "operator"),
    ] {
        let overlay = format!(
            "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {{name: wrong}}\nspec: {{{field}}}\n"
        );
        let refused = plane.kubectl(&["apply", "-f", "-"], overlay.as_bytes());
        assert!(
            !refused.status.success() && text(&refused.stderr).contains(part),
            "{}",
            text(&refused.stderr)
        );
    }
}

/// Client-side apply (create, then edit) and server-side apply store the templates as they are written.
fn every_directive_survives(plane: &ControlPlane) {
    let edited = DIRECTIVES.replace("value: first", "value: second");
    assert_ne!(edited, DIRECTIVES);
    for (way, text) in [("--server-side=false", DIRECTIVES), ("--server-side=false", &*edited)] {
        plane.kubectl_ok(&["apply", way, "-f", "-"], text.as_bytes());
        assert_eq!(stored(plane), written(text), "client-side apply");
    }
    plane.kubectl_ok(&["delete", "locusttest", "directives"], b"");
    for text in [DIRECTIVES, &*edited] {
        plane.kubectl_ok(&["apply", "--server-side", "-f", "-"], text.as_bytes());
        assert_eq!(stored(plane), written(text), "server-side apply");
    }
}

fn stored(plane: &ControlPlane) -> Value {
    let text = plane.kubectl_ok(&["get", "locusttest", "directives", "-o", "json"], b"");
    serde_json::from_str::<Value>(&text).unwrap()["spec"].take()
}

fn written(text: &str) -> Value {
    podgraft_pod::manifest::read("-", text.as_bytes()).documents[0].value["spec"].clone()
}

/// The commands of the examples' page apply all examples and tests of overlays at once, and the Services and Jobs that
/// the examples render to are accepted.
fn every_example_is_taken(plane: &ControlPlane) {
    let page = std::fs::read_to_string(root().join("docs/examples/README.md")).unwrap();
    let commands = page.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let kubectl = plane.binary("kubectl");
    let output = Command::new("sh")
        .args(["-euc", commands])
        .env("PATH", format!("{}:/usr/bin:/bin", kubectl.parent().unwrap().display()))
        .env("KUBECONFIG", plane.kubeconfig("admin"))
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = text(&output.stdout);
    let (created, listed) = printed.split_once("NAME").unwrap();
    let tests =
        [files(&root().join("docs/examples"), "v2.yaml"), files(&root().join("overlays"), "test.yaml")]
            .concat();
    assert_eq!(created.matches("locusttest.locust.io/").count(), tests.len(), "{printed}");
    assert_eq!(
        created.lines().filter(|line| line.ends_with(" created")).count(),
        created.lines().count(),
        "{printed}"
    );
    assert_eq!(
        listed.matches("locusttest.locust.io/").count(),
        tests.len(),
        "none took the place of another: {printed}"
    );
    for example in files(&root().join("docs/examples"), "v2.yaml") {
        let rendered = example.with_file_name("rendered");
        plane.kubectl_ok(&["create", "--dry-run=server", "-f", relative(&rendered)], b"");
    }
}

/// Whatever way a test with nulls goes to the server, what is stored renders as the file does.
fn fields_with_nothing_behind_them_are_taken(plane: &ControlPlane) {
    let rendered = |value: &Value| {
        let document = Document::from_value(value.clone());
        let rendered = podgraft_locust::render(
            &document,
            &podgraft_locust::ClusterContext::empty(),
            &podgraft_locust::config::Config::default(),
        );
        assert!(!rendered.is_refused(), "{:#?}", rendered.diagnostics);
        rendered.jobs().map(|(_, job)| job.clone()).collect::<Vec<_>>()
    };
    let schema = podgraft_locust::api::offline_schemas()["v2"].take();
    let minimal =
        json!({"image": "i", "master": {"command": "m"}, "worker": {"command": "w", "replicas": 5.0}});
    let everything = std::fs::read(root().join("docs/examples/g-everything/v2.yaml")).unwrap();
    let everything = podgraft_pod::manifest::read("-", &everything).documents[0].value["spec"].clone();
    for mut spec in [minimal, everything] {
        assert!(nulls::fill(&schema, &mut spec) > 10);
        let metadata = json!({"name": "nulls", "namespace": "default"});
        let test =
            json!({"apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": metadata, "spec": spec});
        for way in [&["create"][..], &["apply"], &["apply", "--server-side"]] {
            plane.kubectl_ok(&[way, &["-f", "-"]].concat(), test.to_string().as_bytes());
            let stored = plane.kubectl_ok(&["get", "locusttest", "nulls", "-o", "json"], b"");
            assert_eq!(rendered(&serde_json::from_str(&stored).unwrap()), rendered(&test), "{way:?}");
            plane.kubectl_ok(&["delete", "locusttest", "nulls"], b"");
        }
    }
    // A required field cannot be null, whatever way.
    let test = "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {name: nulls}\nspec: {image: , master: {command: m}, worker: {command: w, replicas: 1}}\n";
    for way in [&["create"][..], &["apply", "--server-side"]] {
        let refused = plane.kubectl(&[way, &["-f", "-"]].concat(), test.as_bytes());
        assert!(
            !refused.status.success() && text(&refused.stderr).contains("spec.image"),
            "{way:?}: {refused:?}"
        );
    }
}

/// How many random tests are judged, and which: `PODGRAFT_TESTS` and `PODGRAFT_SEED` choose others.
const TESTS: u64 = 500;
const SEED: u64 = 20;

/// No pod or Job that podgraft accepts is refused by the server, and none is accepted that podgraft refuses
/// for its validity. Both are asked for a Pod, as the Job controller would make it, and for the Job.
fn random_tests_are_judged_as_the_server_judges(plane: &ControlPlane) {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().map_or(default, |text| text.parse().unwrap());
    let (tests, seed) = (number("PODGRAFT_TESTS", TESTS), number("PODGRAFT_SEED", SEED));
    let mut random = RandomTests::new(seed);
    let (mut objects, mut expected) = (Vec::new(), Vec::new());
    for index in 0..tests {
        let test = random.test(&format!("t{index}"));
        let rendered = podgraft_locust::render(
            &Document::from_value(test.clone()),
            &podgraft_locust::ClusterContext::empty(),
            &podgraft_locust::config::Config::default(),
        );
        let errors: Vec<_> = rendered.diagnostics.iter().filter(|said| said.is_error()).collect();
        let only_validity =
            errors.iter().all(|error| matches!(error.code.as_str(), "invalid-field" | "invalid-structure"));
        if !only_validity {
            continue;
        }
        let mut names = Vec::new();
        for (_, job) in rendered.jobs() {
            let template = &job["spec"]["template"];
            let mut metadata = template["metadata"].clone();
            metadata["name"] = job["metadata"]["name"].clone();
            let name = metadata["name"].as_str().unwrap().to_owned();
            let mut spec = template["spec"].clone();
            if spec.get("serviceAccountName").is_none() {
                // What the ServiceAccount admission, which is off here, sets in every pod.
                spec["serviceAccountName"] = "default".into();
            }
            objects.push(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}));
            objects.push(job.clone());
            names.push(name);
        }
        let said: Vec<String> =
            errors.iter().map(|error| format!("{} {}", error.path.clone().unwrap(), error.message)).collect();
        expected.push((names, said, test));
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
    let output = plane.kubectl(&["create", "--dry-run=server", "-f", "-"], list.as_bytes());
    let accepted: BTreeSet<&str> =
        text(&output.stdout).lines().filter_map(|line| line.split(' ').next()).collect();
    let takes = |name: &String| {
        accepted.contains(&*format!("pod/{name}")) && accepted.contains(&*format!("job.batch/{name}"))
    };
    let (mut fine, mut refused, mut wrong) = (0, 0, Vec::new());
    for (names, said, test) in &expected {
        let taken = names.iter().all(takes);
        *(if said.is_empty() { &mut fine } else { &mut refused }) += 1;
        if taken != said.is_empty() {
            let server: Vec<&str> = text(&output.stderr)
                .lines()
                .filter(|line| names.iter().any(|name| line.contains(&**name)))
                .collect();
            wrong.push(format!("podgraft: {said:?}\nserver: {server:?}\n{test}"));
        }
    }
    println!(
        "seed {seed}, {tests} random tests: {fine} accepted, {refused} refused for validity, {} judged otherwise",
        wrong.len()
    );
    assert!(fine > 100 && refused > 100, "{fine} accepted and {refused} refused are too few to say much");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// How many random pods are judged: `PODGRAFT_PODS` chooses another number, `PODGRAFT_SEED` other pods.
const PODS: u64 = 1_000;
/// How many pods are sent at once.
const CHUNK: usize = 250;

/// Pods with rarely used fields are refused for their validity exactly where the server refuses the Job or the pod.
fn random_pods_are_judged_as_the_server_judges(plane: &ControlPlane) {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().map_or(default, |text| text.parse().unwrap());
    let (pods, seed) = (number("PODGRAFT_PODS", PODS), number("PODGRAFT_SEED", SEED));
    let mut random = RandomPods::new(seed);
    let pods: Vec<(String, Value)> = (0..pods).map(|index| (format!("p{index}"), random.pod())).collect();
    let chunks: Vec<&[(String, Value)]> = pods.chunks(CHUNK).collect();
    let (mut fine, mut refused, mut unknown, mut wrong) = (0, 0, 0, Vec::new());
    for pair in chunks.chunks(2) {
        let answers = std::thread::scope(|scope| {
            let asked: Vec<_> = pair.iter().map(|chunk| scope.spawn(|| answers(plane, chunk))).collect();
            asked.into_iter().map(|asked| asked.join().unwrap()).collect::<Vec<_>>()
        });
        for ((name, pod), answer) in pair.iter().copied().flatten().zip(answers.into_iter().flatten()) {
            let said = said_of(pod);
            match answer {
                Answer::Unknown => unknown += 1,
                Answer::Taken => fine += 1,
                Answer::Refused(_) => refused += 1,
            }
            let server = match answer {
                Answer::Taken if !said.is_empty() => "takes it".to_owned(),
                Answer::Refused(why) if said.is_empty() => why,
                _ => continue,
            };
            wrong.push(format!("{name} podgraft: {said:?}\nserver: {server}\n{pod}"));
        }
    }
    println!(
        "seed {seed}, {} random pods: {fine} accepted, {refused} refused, {unknown} refused for what the cluster lacks, {} judged otherwise",
        pods.len(),
        wrong.len()
    );
    assert!(fine * 5 > pods.len() && refused * 5 > pods.len(), "too few of a kind to say much");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn said_of(pod: &Value) -> Vec<String> {
    let said = validity(pod, Workload::Job, &Work::unlimited());
    said.iter().map(|one| format!("{} {}", one.path.clone().unwrap_or_default(), one.message)).collect()
}

/// What a server says of a pod, in a Job and alone.
enum Answer {
    Taken,
    Refused(String),
    /// It takes the Job, and an admission plugin refuses the pod before it is judged: a class is not there.
    Unknown,
}

fn answers(plane: &ControlPlane, pods: &[(String, Value)]) -> Vec<Answer> {
    let mut objects = Vec::new();
    for (name, pod) in pods {
        let mut metadata = pod["metadata"].clone();
        metadata["name"] = name.as_str().into();
        let spec = &pod["spec"];
        objects.push(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}));
        let job = json!({"template": pod});
        objects
            .push(json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": job}));
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
    // kubectl itself would refuse the whole list for a required field that the server reads as empty.
    let arguments = ["create", "--dry-run=server", "--validate=false", "-f", "-"];
    let output = plane.kubectl(&arguments, list.as_bytes());
    let taken: BTreeSet<&str> =
        text(&output.stdout).lines().filter_map(|line| line.split(' ').next()).collect();
    let errors = text(&output.stderr);
    let answer = |(name, _): &(String, Value)| {
        let about = format!("\"{name}\"");
        let said = || errors.lines().filter(|line| line.contains(&about)).collect::<Vec<_>>().join("\n");
        if !taken.contains(&*format!("job.batch/{name}")) {
            Answer::Refused(said())
        } else if taken.contains(&*format!("pod/{name}")) {
            Answer::Taken
        } else if said().contains(&format!("pods {about} is forbidden")) {
            Answer::Unknown
        } else {
            Answer::Refused(said())
        }
    };
    pods.iter().map(answer).collect()
}
