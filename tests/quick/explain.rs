//! The contract of `podgraft explain`: what it takes, prints and returns.

use podgraft_testkit::{
    files::{files, relative, root, text},
    snapshot::assert_file,
};
use serde_json::{Value, json};

use crate::support::podgraft;

const TEST: &str = "tests/explain/test.yaml";
const REFUSED: &str = "tests/explain/refused.yaml";
const OVERLAYS: &str = "tests/explain/overlays.yaml";

/// Explains the test with the overlays: exit code, result, messages.
fn explain(arguments: &[&str]) -> (Option<i32>, String, String) {
    of(TEST, arguments)
}

fn of(file: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let all = [&["explain", "-f", file, "--overlays", OVERLAYS], arguments].concat();
    let output = podgraft(&all, b"");
    (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

fn json_of(file: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let (code, printed, said) = of(file, &[&["-o", "json"], arguments].concat());
    (code, serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}{said}")))
}

/// The only leaf of the only role.
fn only<'v>(document: &'v Value, part: &str) -> &'v Value {
    let all = document["tests"][0]["roles"][0][part].as_array().unwrap();
    assert_eq!(all.len(), 1, "{document:#}");
    &all[0]
}

#[test]
fn the_text_is_yaml_with_the_layer_of_each_leaf() {
    let (code, printed, said) = explain(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert_file(&root().join("tests/explain/whole"), &printed);
    assert!(!printed.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn the_text_is_the_rendered_template() {
    let mut files = files(&root().join("docs/examples"), "v2.yaml");
    files.push(root().join(TEST));
    for file in files {
        let file = relative(&file);
        // The constraint of the overlays is for the one test alone.
        let overlays = if file == TEST { &["--overlays", OVERLAYS][..] } else { &[] };
        let printed = podgraft(&[&["explain", "-f", file], overlays].concat(), b"").stdout;
        let ours = podgraft_pod::manifest::read("explained", &printed).documents;
        let rendered = podgraft(&[&["render", "-f", file], overlays].concat(), b"").stdout;
        let jobs = podgraft_pod::manifest::read("rendered", &rendered).documents;
        let jobs: Vec<&Value> = jobs.iter().filter_map(|job| job.value.pointer("/spec/template")).collect();
        assert_eq!(ours.iter().map(|document| &document.value).collect::<Vec<_>>(), jobs, "{file}");
    }
}

#[test]
fn a_path_tells_the_whole_story() {
    let paths = [
        ".spec.containers[name=\"locust\"].image",
        ".spec.priorityClassName",
        "spec.nodeSelector",
        ".spec.containers[*].imagePullPolicy",
        ".spec.containers[name=sidecar].terminationMessagePolicy",
        ".spec.tolerations[0].key",
        ".spec.hostPID",
    ];
    let (code, printed, said) = explain(&paths);
    assert_eq!(code, Some(0), "{said}");
    assert_file(&root().join("tests/explain/stories"), &printed);
}

#[test]
fn a_path_as_podgraft_prints_it_is_understood() {
    for path in [
        ".metadata.annotations.kubectl.kubernetes.io/default-container",
        ".metadata.annotations[\"kubectl.kubernetes.io/default-container\"]",
        ".spec.containers[name=\"locust\"].ports[containerPort=5557,protocol=\"TCP\"]",
        ".spec.containers[name=locust].ports[containerPort=5557]",
        ".spec.containers[0].ports[0]",
    ] {
        let (code, document) = json_of(TEST, &["--role", "master", path]);
        assert_eq!(code, Some(0), "{path}");
        only(&document, "leaves");
    }
}

#[test]
fn json_has_the_story_of_each_leaf() {
    let path = ".spec.containers[name=\"locust\"].imagePullPolicy";
    let (code, document) = json_of(TEST, &["--role", "worker", path]);
    assert_eq!(code, Some(0));
    let at = |file: &str, line: u32, column: u32| json!({"file": file, "line": line, "column": column});
    let by = json!({"layer": "ClusterPodOverlay baseline (defaults)", "cause": "default", "position": at(OVERLAYS, 15, 13)});
    let typed = "typed field .spec.imagePullPolicy";
    assert_eq!(
        *only(&document, "leaves"),
        json!({
            "path": path, "value": "IfNotPresent", "layer": typed, "cause": "typedField", "position": at(TEST, 6, 3),
            "agreed": [{"layer": "ClusterPodOverlay pin (overrides)", "cause": "override", "position": at(OVERLAYS, 30, 13)}],
            "shadowed": [
                {"path": path, "value": "IfNotPresent", "layer": "base", "cause": "base", "by": by},
                {
                    "path": path, "value": "Always", "layer": by["layer"], "cause": "default", "position": by["position"],
                    "by": {"layer": typed, "cause": "typedField", "position": at(TEST, 6, 3)}
                },
            ],
        })
    );
    let test = &document["tests"][0];
    assert_eq!((&test["name"], &test["namespace"]), (&json!("checkout"), &json!("team-a")));
    assert_eq!((&test["refused"], &test["roles"][0]["role"]), (&json!(false), &json!("worker")));
    let layers = test["roles"][0]["layers"].as_array().unwrap();
    assert_eq!(layers[0], json!({"name": "base", "band": "base"}));
    let baseline = json!({"name": by["layer"], "band": "defaults of cluster overlays", "generation": 3});
    assert_eq!(layers[1], baseline);
    assert_eq!(test["diagnostics"][0]["code"], "plain-sidecar");
}

#[test]
fn removed_leaves_keep_their_story() {
    let (_, document) = json_of(TEST, &["--role", "master", ".spec.nodeSelector.pool"]);
    assert_eq!(document["tests"][0]["roles"][0]["leaves"], json!([]));
    let gone = only(&document, "removed");
    assert_eq!((&gone["value"], &gone["layer"]), (&json!("general"), &json!("podTemplate")));
    assert_eq!((&gone["cause"], &gone["position"]["line"]), (&json!("unset"), &json!(17)));
    assert_eq!(gone["shadowed"][0]["layer"], "ClusterPodOverlay baseline (defaults)");
}

#[test]
fn annotations_that_follow_the_exporter_say_so() {
    let input = std::fs::read_to_string(root().join(TEST)).unwrap();
    let (start, _) = input.split_once("  podTemplate:").unwrap();
    let start = start.replace("metricsExporter: {enabled: false}", "metricsExporter: {enabled: true}");
    let container =
        "  podTemplate:\n    spec:\n      initContainers:\n        - name: locust-metrics-exporter\n";
    let of = |patch: &str| {
        let test = format!("{start}{container}          {patch}\n");
        let arguments = [
            "explain",
            "-f",
            "-",
            "-o",
            "json",
            "--role",
            "master",
            ".metadata.annotations.prometheus.io/port",
        ];
        let output = podgraft(&arguments, test.as_bytes());
        serde_json::from_slice::<Value>(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
    };
    let moved = of("ports: [{$patch: replace}, {containerPort: 9000}]");
    let leaf = only(&moved, "leaves");
    assert_eq!((&leaf["value"], &leaf["cause"]), (&json!("9000"), &json!("followsExporter")));
    assert_eq!(leaf["shadowed"][0]["value"], "9646");
    let gone = of("$patch: delete");
    let removed = only(&gone, "removed");
    assert_eq!(removed["cause"], "followsExporter");
    // It follows from the pod: no line of a file says so.
    assert_eq!((&removed["layer"], removed.get("position")), (&json!("operator (scrape annotations)"), None));
}

#[test]
fn expected_workers_that_follow_processes_say_so() {
    let input = std::fs::read_to_string(root().join("docs/diagnostics/with/checkout.yaml")).unwrap();
    let input = input.replace("replicas: 1", "replicas: 3\n    extraArgs: [--processes, '2']");
    let path = ".spec.containers[name=\"locust\"].args[4]";
    let arguments = ["explain", "-f", "-", "-o", "json", "--role", "master", path];
    let output = podgraft(&arguments, input.as_bytes());
    assert_eq!(text(&output.stderr), "");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let leaf = only(&document, "leaves");
    assert_eq!(leaf["value"], "--expect-workers=6");
    assert_eq!(leaf["layer"], "operator (workers times their processes)");
    assert_eq!((&leaf["cause"], &leaf["position"]["line"]), (&json!("followsProcesses"), &json!(11)));
    assert!(
        leaf["shadowed"][0]["value"].as_array().unwrap().contains(&json!("--expect-workers=3")),
        "{leaf}"
    );
    let shown = podgraft(&["explain", "-f", "-", "--role", "master", path], input.as_bytes());
    assert!(text(&shown.stdout).contains("follows --processes of the workers"), "{}", text(&shown.stdout));
}

#[test]
fn a_refused_test_is_explained_all_the_same() {
    let (code, printed, said) = of(REFUSED, &[".spec.containers[name=\"locust\"].image", "--role", "worker"]);
    assert_eq!(code, Some(1));
    assert!(printed.contains("is   docker.io/locust:2\n       set by typed field .spec.image"), "{printed}");
    assert!(said.contains("error[constraint]"), "{said}");
    let (code, document) = json_of(REFUSED, &[]);
    assert_eq!((code, &document["tests"][0]["refused"]), (Some(1), &json!(true)));
    let errors = document["tests"][0]["diagnostics"].as_array().unwrap();
    let error = errors.iter().find(|said| said["severity"] == "error").unwrap();
    assert_eq!(error["position"], json!({"file": REFUSED, "line": 5, "column": 3}));
    // Of one that cannot be read there is nothing to tell but why.
    let output =
        podgraft(&["explain", "-f", "-", "-o", "json"], b"apiVersion: locust.io/v2\nkind: LocustTest\n");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &document["tests"][0]["roles"]), (Some(1), &json!([])));
}

#[test]
fn leaves_are_chosen_by_role_layer_and_change() {
    let leaves = |arguments: &[&str]| {
        let (_, document) = json_of(TEST, arguments);
        let roles = document["tests"][0]["roles"].as_array().unwrap().clone();
        roles.iter().flat_map(|role| role["leaves"].as_array().unwrap().clone()).collect::<Vec<Value>>()
    };
    let all = leaves(&[]);
    let changed = leaves(&["--changed-only"]);
    assert!(!changed.is_empty() && changed.iter().all(|leaf| leaf["layer"] != "base"));
    assert_eq!(changed.len(), all.iter().filter(|leaf| leaf["layer"] != "base").count());
    let pinned = leaves(&["--layer", "pin", "--role", "master"]);
    assert_eq!(pinned.iter().map(|leaf| &leaf["path"]).collect::<Vec<_>>(), [".spec.priorityClassName"]);
    let (_, document) = json_of(TEST, &["--layer", "podTemplate", "--role", "master"]);
    assert_eq!(only(&document, "removed")["path"], ".spec.nodeSelector.pool");
    // An item has its name also where somebody else set that.
    let (_, printed, _) = explain(&["--layer", "typed field .spec.image", "--role", "master"]);
    assert!(printed.contains("  - name: locust\n    image: registry.example.com/locust:2"), "{printed}");
    let (_, printed, _) = explain(&["--layer", "pin", "--role", "worker", ".spec.nodeSelector"]);
    assert!(printed.contains("nothing to tell"), "{printed}");
}

#[test]
fn what_can_mean_nothing_is_wrong_usage() {
    for (arguments, part) in [
        (&[".spec.contianers"][..], "did you mean \"containers\"?"),
        (&[".spec.containers[name=locst].image"], "did you mean \"locust\"?"),
        (&[".spec.containers[name=nginx]"], "there is locust, sidecar"),
        (&[".spec.containers[nme=locust]"], "write .spec.containers[name=...]"),
        (&[".spec.containers.locust.image"], "write .spec.containers[name=\"locust\"]"),
        (&[".spec.tolerations[key=spot]"], "write an index"),
        (&[".spec.template.spec"], "paths start at the pod template"),
        (&[".spec.containers[name=\"locust].image"], "close the quotes"),
        (&[".spec.hostPID.x"], "holds one value"),
        (&[".spec[0]"], "is no list"),
        (&["--layer", "basline"], "did you mean \"baseline\"?"),
        (&["--layer", "xyz"], "there is ClusterPodOverlay baseline (defaults)"),
        (&["--role", "boss"], "invalid value"),
        (&["--protected", "--changed-only"], "cannot be used"),
    ] {
        let (code, printed, said) = explain(arguments);
        assert_eq!((code, &*printed), (Some(2), ""), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
    assert_eq!(podgraft(&["explain"], b"").status.code(), Some(2));
    let nothing = podgraft(&["explain", "-f", "-"], b"");
    assert_eq!(nothing.status.code(), Some(1));
    assert!(text(&nothing.stderr).contains("no-locust-test"));
}

#[test]
fn protected_fields_need_no_file() {
    let table = podgraft_locust::protected::protected_fields();
    let output = podgraft(&["explain", "--protected"], b"");
    assert_eq!(output.status.code(), Some(0));
    for field in table {
        assert!(text(&output.stdout).contains(field.rule), "{}", field.path);
    }
    // Whichever tests are named, the table is the same.
    let named = podgraft(&["explain", "--protected", "-f", "tests/explain/test.yaml"], b"");
    assert_eq!((named.status.code(), named.stdout), (Some(0), output.stdout));
    let json = podgraft(&["explain", "--protected", "-o", "json", "--role", "worker"], b"").stdout;
    let listed = serde_json::from_slice::<Value>(&json).unwrap()["protected"].as_array().unwrap().len();
    let of_worker =
        table.iter().filter(|field| field.roles.contains(&podgraft_locust::role::Role::Worker)).count();
    assert_eq!(listed, of_worker);
    assert_eq!(podgraft(&["explain", "--protected", "-o", "html"], b"").status.code(), Some(2));
}

#[test]
fn the_page_holds_any_value_and_loads_nothing() {
    let (code, page, said) = explain(&["-o", "html"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(page.starts_with("<!doctype html>"));
    // The value with quotes and markup in it ends no script.
    assert_eq!(page.matches("</script").count(), 3, "the three of the page itself");
    assert!(page.contains(r#"a\"b\u003c/script\u003e\u003c!--\u003cb\u003e\u0026amp;"#), "{page}");
    let (_, data) = page.split_once("id=\"data\">").unwrap();
    let (data, _) = data.split_once("</script>").unwrap();
    let (_, document) = json_of(TEST, &[]);
    assert_eq!(serde_json::from_str::<Value>(data).unwrap(), document);
    for foreign in ["http://", "https://", "src=", "@import", "url("] {
        let code = page.replace(data, "");
        assert!(!code.contains(foreign), "the page names {foreign}");
    }
}
