//! `locusttest/NAME` on the command line: what the operator reads around a test counts there too.

use std::{fs, process::Output};

use podgraft_testkit::{cluster::condition, files::text};
use serde_json::{Value, json};

use crate::{
    command_line::{podgraft, podgraft_as},
    scenario::{Place, test},
};

const SECONDS: &str = ".spec.terminationGracePeriodSeconds";

/// An overlay of the scenario's namespace, or of the cluster for namespaces with its label.
fn overlay(place: &Place<'_>, kind: &str, name: &str, band: &str, seconds: u32) -> Value {
    let mut overlay = json!({"apiVersion": "locust.io/v1alpha1", "kind": kind, "metadata": {"name": name},
        "spec": {band: {"podTemplate": {"spec": {"terminationGracePeriodSeconds": seconds}}}}});
    if kind == "PodOverlay" {
        overlay["metadata"]["namespace"] = place.namespace.as_str().into();
    } else {
        overlay["spec"]["namespaceSelector"] = json!({"matchLabels": {"tier": place.namespace}});
    }
    overlay
}

fn publish(place: &Place<'_>, overlay: &Value) {
    place.apply(&overlay.to_string());
    let (kind, name) = (overlay["kind"].as_str().unwrap(), overlay["metadata"]["name"].as_str().unwrap());
    place.until(kind, name, |stored| condition(stored, "Accepted")["status"] == "True");
}

/// Writes objects to a file, and returns its path.
fn file(place: &Place<'_>, name: &str, objects: &[Value]) -> String {
    let path = place.cluster.plane.folder().join(format!("{}-{name}.json", place.namespace));
    fs::write(&path, json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A running test with an override of the cluster, which is for the namespace's label, over one of the namespace.
fn started(place: &Place<'_>) -> (String, String) {
    let cluster = place.name("baseline");
    place.kubectl(&["label", "namespace", &place.namespace, &format!("tier={}", place.namespace)]);
    publish(place, &overlay(place, "ClusterPodOverlay", &cluster, "overrides", 45));
    publish(place, &overlay(place, "PodOverlay", "team", "overrides", 30));
    let name = place.name("inputs");
    place.apply(&test(&name, "  workerPodTemplate: {spec: {terminationGracePeriodSeconds: 90}}\n"));
    place.phase(&name, "Running");
    (name, cluster)
}

fn run(place: &Place<'_>, command: &str, name: &str, more: &[&str]) -> Output {
    let object = format!("locusttest/{name}");
    podgraft(place, &[&[command, &*object, "-n", &*place.namespace], more].concat())
}

/// Runs a command that must end with this code, and returns what it prints.
fn ends(place: &Place<'_>, command: &str, name: &str, more: &[&str], code: i32) -> String {
    let output = run(place, command, name, more);
    assert_eq!(output.status.code(), Some(code), "{command} {more:?}: {output:?}");
    text(&output.stdout).to_owned()
}

pub(crate) fn overlays_and_labels_of_the_cluster_count(place: &Place<'_>) {
    let (name, cluster) = started(place);
    assert_eq!(ends(place, "diff", &name, &[], 0), "", "nothing differs");
    assert_eq!(ends(place, "validate", &name, &[], 0), "");
    let story = ends(place, "explain", &name, &[SECONDS], 0);
    assert!(story.contains("  is   45\n"), "{story}");
    assert!(story.contains(&format!("set by ClusterPodOverlay {cluster} (overrides)")), "{story}");
    assert!(story.contains("PodOverlay"), "the one of the namespace is a previous value: {story}");

    // A file is compared as it would be made, too.
    let written = test(&name, "  workerPodTemplate: {spec: {terminationGracePeriodSeconds: 90}}\n");
    let path = place.cluster.plane.folder().join(format!("{name}.yaml"));
    fs::write(&path, written).unwrap();
    let output = podgraft(place, &["diff", "-f", path.to_str().unwrap(), "--live", "-n", &place.namespace]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), ""), "{output:?}");

    // An overlay that changes later waits for the next start: what runs is another thing, and that is told.
    let later = overlay(place, "ClusterPodOverlay", &cluster, "overrides", 50);
    place.apply(&later.to_string());
    let explained = run(place, "explain", &name, &[SECONDS]);
    assert!(text(&explained.stdout).contains("  is   50\n"), "{explained:?}");
    assert!(text(&explained.stderr).contains("was started otherwise"), "{explained:?}");
    let differs = run(place, "diff", &name, &["--role", "worker", "-o", "json"]);
    assert_eq!(differs.status.code(), Some(1), "{differs:?}");
    assert!(text(&differs.stderr).contains("nobody has edited LocustTest"), "{differs:?}");
    let differs: Value = serde_json::from_str(text(&differs.stdout)).unwrap();
    let changes = &differs["changed"][0]["changes"];
    assert_eq!(changes.as_array().unwrap().len(), 1, "{differs:#}");
    assert_eq!(changes[0]["path"], ".spec.template.spec.terminationGracePeriodSeconds");
    assert_eq!((&changes[0]["before"], &changes[0]["after"]), (&45.into(), &50.into()));
    place.kubectl(&["delete", "clusterpodoverlay", &cluster]);
}

pub(crate) fn files_replace_or_add_to_what_the_cluster_has(place: &Place<'_>) {
    let (name, cluster) = started(place);
    let seconds = |more: &[&str]| {
        let rendered = ends(place, "render", &name, &[more, &["--role", "worker", "-o", "json"]].concat(), 0);
        let rendered: Value = serde_json::from_str(&rendered).unwrap();
        rendered["items"][0]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"].clone()
    };
    assert_eq!(seconds(&[]), 45);
    let edited = file(place, "edited", &[overlay(place, "PodOverlay", "team", "overrides", 31)]);
    let replaced = file(place, "replaced", &[overlay(place, "ClusterPodOverlay", &cluster, "overrides", 46)]);
    assert_eq!(seconds(&["--overlays", &edited]), 31, "instead of the cluster's");
    assert_eq!(seconds(&["--add-overlays", &edited]), 45, "the cluster's one is over it");
    assert_eq!(seconds(&["--add-overlays", &replaced]), 46, "as after kubectl apply");
    assert_eq!(seconds(&["--overlays", &edited, "--add-overlays", &replaced]), 46);
    // Labels that are given are used instead of those of the cluster.
    assert_eq!(seconds(&["-n", &format!("{}=tier=other", place.namespace)]), 30);

    // What names no namespace is of the context's, in a file of overlays too.
    let mut unplaced = overlay(place, "PodOverlay", "team", "overrides", 32);
    unplaced["metadata"].as_object_mut().unwrap().remove("namespace");
    let unplaced = file(place, "unplaced", &[unplaced]);
    let kubeconfig = place.cluster.plane.folder().join(format!("{}.kubeconfig", place.namespace));
    fs::copy(place.cluster.plane.kubeconfig("admin"), &kubeconfig).unwrap();
    let kubeconfig = kubeconfig.to_str().unwrap();
    let context = ["config", "set-context", "--current", "--kubeconfig", kubeconfig];
    place.kubectl(&context);
    let object = format!("locusttest/{name}");
    let rendered = podgraft(place, &["render", &object, "--kubeconfig", kubeconfig, "--overlays", &unplaced]);
    assert!(text(&rendered.stdout).contains("terminationGracePeriodSeconds: 32"), "{rendered:?}");

    // The same without a cluster: one more --overlays.
    let path = place.cluster.plane.folder().join(format!("{name}.yaml"));
    fs::write(&path, test(&name, "")).unwrap();
    let namespace = format!("{0}=tier={0}", place.namespace);
    let offline = |flag: &str| {
        let arguments = [
            "render",
            "-f",
            path.to_str().unwrap(),
            "-n",
            &namespace,
            "--overlays",
            &edited,
            flag,
            &replaced,
        ];
        podgraft(place, &arguments)
    };
    let (added, repeated) = (offline("--add-overlays"), offline("--overlays"));
    assert!(text(&added.stdout).contains("terminationGracePeriodSeconds: 46"), "{added:?}");
    assert_eq!(added.stdout, repeated.stdout);
    place.kubectl(&["delete", "clusterpodoverlay", &cluster]);
}

/// Whoever may not read what the operator reads is told which right lacks, and what to give instead.
pub(crate) fn a_right_that_lacks_is_named(place: &Place<'_>) {
    let name = place.name("rights");
    place.apply(&test(&name, ""));
    place.phase(&name, "Running");
    let namespace = place.namespace.as_str();
    let object = format!("locusttest/{name}");
    let render = |namespace: &str| podgraft_as(place, "viewer", &["render", &object, "-n", namespace]);
    let refused = |wanted: [&str; 2]| {
        let output = render(namespace);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        for part in wanted {
            assert!(text(&output.stderr).contains(part), "{part}: {}", text(&output.stderr));
        }
    };
    refused(["cannot read LocustTest", "cannot get resource \"locusttests\""]);
    grant(place, "", "locust.io", "locusttests", "get");
    refused([
        &format!("ask for the right to list podoverlays.locust.io in namespace {namespace}"),
        "or give the overlays in files with --overlays",
    ]);
    grant(place, "", "locust.io", "podoverlays", "list");
    refused(["ask for the right to list clusterpodoverlays.locust.io", "clusterOverlays: Off"]);
    grant(place, "Cluster", "locust.io", "clusterpodoverlays", "list");
    let instead = format!("--namespace {namespace}=LABEL=VALUE");
    refused([&format!("ask for the right to get namespaces \"{namespace}\""), &instead]);
    let output = render(&format!("{namespace}=tier=none"));
    assert_eq!(output.status.code(), Some(0), "labels that are given are not read: {output:?}");
    grant(place, "", "", "namespaces", "get");
    assert_eq!(render(namespace).status.code(), Some(0), "all rights are there");
}

/// Lets the viewer do something, in the scenario's namespace or in the whole cluster.
fn grant(place: &Place<'_>, scope: &str, group: &str, resource: &str, verb: &str) {
    let name = format!("{}-{resource}", place.namespace);
    let (role, binding) = (format!("{scope}Role"), format!("{scope}RoleBinding"));
    let api = "rbac.authorization.k8s.io";
    let rules = json!([{"apiGroups": [group], "resources": [resource], "verbs": [verb]}]);
    let subjects = json!([{"apiGroup": api, "kind": "User", "name": "viewer"}]);
    let version = format!("{api}/v1");
    let items = json!([
        {"apiVersion": version, "kind": role, "metadata": {"name": name}, "rules": rules},
        {"apiVersion": version, "kind": binding, "metadata": {"name": name}, "subjects": subjects,
            "roleRef": {"apiGroup": api, "kind": role, "name": name}}
    ]);
    place.apply(&json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string());
}
