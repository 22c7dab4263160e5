//! What a test is told when several things are wrong, or when what is wrong was written by somebody else.

use podgraft_locust::{self, ClusterContext, config::Config, read_overlays};
use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::manifest;

const HEAD: &str = "apiVersion: locust.io/v2
kind: LocustTest
metadata: {name: shop}
spec:
  image: locustio/locust:2.43.0
  master: {command: -f a.py}
  worker: {command: -f a.py, replicas: 1}
";

/// What is said of a test of v2 with these fields beside the required ones, under overlays.
fn said_under(overlays: &str, fields: &str) -> Vec<Diagnostic> {
    said_of(overlays, &format!("{HEAD}{fields}"))
}

fn said_of(overlays: &str, test: &str) -> Vec<Diagnostic> {
    let read = manifest::read("test.yaml", test.as_bytes());
    assert!(read.diagnostics.is_empty(), "{test}: {:?}", read.diagnostics);
    let overlays = read_overlays(manifest::read("overlay.yaml", overlays.as_bytes()).documents);
    assert_eq!(overlays.diagnostics(), Vec::new());
    let around = ClusterContext { overlays: &overlays, namespace: None, pod_security: None };
    podgraft_locust::render(&read.documents[0], &around, &Config::default()).diagnostics
}

fn said(fields: &str) -> Vec<Diagnostic> {
    said_under("", fields)
}

/// The messages of these, each with its place.
fn lines(diagnostics: &[Diagnostic]) -> Vec<String> {
    let place = |said: &Diagnostic| said.position.as_ref().map_or_else(String::new, |at| format!(" ({at})"));
    diagnostics.iter().map(|said| format!("{}: {}{}", said.severity, said.message, place(said))).collect()
}

fn errors(diagnostics: Vec<Diagnostic>) -> Vec<String> {
    let errors: Vec<Diagnostic> = diagnostics.into_iter().filter(Diagnostic::is_error).collect();
    lines(&errors)
}

#[test]
fn a_value_of_another_kind_hides_no_other_fault() {
    let template = "  workerPodTemplate:
    spec:
      tolerations: {$append: [{key: spot}]}
      dnsPolicy: Somehow
      containers:
        - name: locust
          imagePullPolicy: Sometimes
        - name: cache
          image: redis:8
          volumeMounts: [{name: nowhere, mountPath: /data}]
";
    let said = errors(said(template));
    let wanted = [
        "write \"tolerations\" as a list, not as a map: write $append/tolerations: [...] in its place",
        "set imagePullPolicy to ",
        "add a volume named \"nowhere\"",
        "set dnsPolicy to ",
    ];
    assert_eq!(said.len(), wanted.len(), "{said:#?}");
    for wanted in wanted {
        assert!(said.iter().any(|said| said.contains(wanted)), "{wanted}: {said:#?}");
    }
}

/// What is missing because it was refused is not missed once more.
#[test]
fn what_follows_from_a_refusal_is_not_said() {
    for (template, wanted) in [
        (
            "volumes: {data: {emptyDir: {}}}, containers: [{name: locust, volumeMounts: [{name: data, mountPath: /data}]}]",
            "\"volumes\" as a list",
        ),
        (
            "volumes: [{name: data, emptyDir: []}], containers: [{name: locust, volumeMounts: [{name: data, mountPath: /data}]}]",
            "\"emptyDir\" as a map",
        ),
        ("containers: [{name: locust, volumeMounts: [{name: locust-src, mountpath: /data}]}]", "mountPath"),
        ("containers: [{name: locust, args: [[a]]}]", "each item of \"args\""),
        ("containers: [{name: locust, livenessProbe: {httpGet: [8089]}}]", "\"httpGet\" as a map"),
        ("containers: [{name: locust, env: {A: b}}]", "\"env\" as a list"),
        ("containers: {name: locust}", "\"containers\" as a list"),
    ] {
        let said = errors(said(&format!("  workerPodTemplate: {{spec: {{{template}}}}}\n")));
        assert!(said.len() == 1 && said[0].contains(wanted), "{template}: {said:#?}");
    }
}

#[test]
fn an_item_that_is_there_twice_is_told_with_both_layers() {
    let spot = "{key: spot, operator: Exists, effect: NoSchedule}";
    let twice = format!(
        "  scheduling: {{tolerations: [{spot}]}}\n  workerPodTemplate: {{spec: {{$append/tolerations: [{spot}]}}}}\n"
    );
    let found = said(&twice);
    let wanted = "warning: remove one of two items of tolerations, which are the same: typed field \
        .spec.scheduling.tolerations sets the first, workerPodTemplate the second (test.yaml:9:30)";
    assert_eq!(lines(&found), [wanted]);
    let own = said(&format!("  podTemplate: {{spec: {{tolerations: [{spot}, {spot}]}}}}\n"));
    assert!(lines(&own).iter().any(|said| said.contains("the same: podTemplate sets both")), "{own:?}");
    let from = "{configMapRef: {name: settings}}";
    let env = said(&format!(
        "  masterPodTemplate: {{spec: {{containers: [{{name: locust, envFrom: [{from}, {from}]}}]}}}}\n"
    ));
    assert!(lines(&env).iter().any(|said| said.contains("two items of envFrom")), "{env:?}");
    // Words may well be there twice, and items that differ are two.
    for fine in [
        "  masterPodTemplate: {spec: {containers: [{name: locust, $append/args: [--tags, a, --exclude-tags, a]}]}}\n",
        "  podTemplate: {spec: {tolerations: [{key: a, operator: Exists}, {key: b, operator: Exists}]}}\n",
    ] {
        assert_eq!(lines(&said(fine)), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn a_container_that_is_meant_for_locust_is_told_its_name() {
    let template = |name: &str, rest: &str| {
        lines(&said(&format!("  workerPodTemplate: {{spec: {{containers: [{{name: {name}{rest}}}]}}}}\n")))
    };
    let is_told = |said: &[String]| {
        said.iter().any(|said| said.contains("to change Locust itself, name it \"locust\""))
    };
    for name in
        ["worker", "master", "main", "locust-worker", "shop", "shop-worker", "test", "app", "worker-0"]
    {
        assert!(is_told(&template(name, ", image: 'registry.example.com/shop:1'")), "{name}");
        assert!(is_told(&template(name, "")), "{name} without an image");
    }
    assert!(is_told(&template("load", ", image: 'example.com/my-locust:2'")));
    assert!(is_told(&template("helper", ", image: 'example.com/my-locust:2'")));
    for name in ["cache", "log-agent", "istio-proxy", "locust-exporter", "worker-cache"] {
        assert!(!is_told(&template(name, ", image: 'redis:8'")), "{name}");
    }
}

#[test]
fn advice_for_v1_names_what_v1_has() {
    let test = |fields: &str| {
        let head = "apiVersion: locust.io/v1\nkind: LocustTest\nmetadata: {name: a}\nspec:\n  image: i\n  masterCommandSeed: ''\n  workerCommandSeed: ''\n";
        errors(said_of("", &format!("{head}{fields}")))
    };
    for (fields, wanted) in [
        ("  workers: 2\n", "write the number of workers as spec.workerReplicas"),
        ("  worker: {replicas: 2}\n", "it needs apiVersion: locust.io/v2"),
        ("  scheduling: {}\n", "it needs apiVersion: locust.io/v2"),
        ("  command: x\n", "spec.masterCommandSeed and spec.workerCommandSeed"),
        (
            "  resources: {}\n",
            "spec.worker.resources or spec.master.resources, which needs apiVersion: locust.io/v2",
        ),
        ("  workerPodTemplate: {spec: {replicas: 2}}\n", "spec.workerReplicas of the LocustTest"),
    ] {
        let said = test(fields);
        assert!(said.iter().any(|said| said.contains(wanted)), "{fields}: {said:#?}");
        let has_only_v2 = |said: &&String| {
            ["spec.worker.", "spec.master.", "spec.scheduling", "spec.testFiles"]
                .iter()
                .any(|name| said.contains(name))
                && !said.contains("needs apiVersion: locust.io/v2")
        };
        assert_eq!(said.iter().find(has_only_v2), None, "{fields}");
    }
}

const OVERLAY: &str = "apiVersion: locust.io/v1alpha1
kind: ClusterPodOverlay
metadata: {name: platform}
spec:
  constraints:
";

/// A constraint that the operator's own containers break is told at the overlay's line, with the container.
#[test]
fn a_constraint_that_the_operator_breaks_is_told_at_the_overlay() {
    let own = "is the operator's own";
    for (constraint, message, help) in [
        (
            "{eachContainer: .image, pattern: 'example\\.com/.*'}",
            "(container \"locust-metrics-exporter\")",
            own,
        ),
        ("{eachContainer: .imagePullPolicy, enum: [Always]}", "(container \"locust-metrics-exporter\")", own),
        (
            "{eachContainer: .resources.limits.memory, max: 1Mi}",
            "(container \"locust-metrics-exporter\")",
            own,
        ),
        ("{eachContainer: .livenessProbe, required: true}", "(container \"locust-metrics-exporter\")", own),
        ("{path: .spec.priorityClassName, required: true}", "add \"priorityClassName\"", "no layer sets it"),
        ("{path: .metadata.labels.cost, required: true}", "add \"cost\"", "no layer sets it"),
        (
            "{expression: 'object.spec.?initContainers.orValue([]).all(c, c.image.startsWith(\"example.com/\"))'}",
            "(container \"locust-metrics-exporter\")",
            own,
        ),
        (
            "{expression: '!object.spec.containers.exists(c, !has(c.livenessProbe))', message: Probe all}",
            "Probe all (container \"locust\")",
            own,
        ),
        ("{expression: 'has(object.spec.priorityClassName)'}", "change the pod so that", "demands it"),
        (
            "{expression: 'object.spec.priorityClassName == \"a\"'}",
            "there is no \"priorityClassName\"; ask with has",
            "demands it",
        ),
    ] {
        let found = said_under(&format!("{OVERLAY}    - {constraint}\n"), "");
        assert!(!found.is_empty(), "{constraint}");
        // The image of Locust is the test's.
        for said in found.iter().filter(|said| said.layer_name() != Some("typed field .spec.image")) {
            let at = said.position.as_ref().map(ToString::to_string);
            assert_eq!(at.as_deref(), Some("overlay.yaml:6:7"), "{constraint}: {said:?}");
            assert!(!said.message.contains("namespace"), "{said:?}");
        }
        let is_told = |said: &Diagnostic| {
            said.message.contains(message) && said.help.as_deref().is_some_and(|said| said.contains(help))
        };
        assert!(found.iter().any(is_told), "{constraint}: {found:#?}");
    }
}

/// What the test itself set is told at the test's line.
#[test]
fn a_constraint_that_the_test_breaks_is_told_at_the_test() {
    let sidecar = "  workerPodTemplate:\n    spec:\n      initContainers:\n        - name: cache\n          image: redis:8\n          restartPolicy: Always\n      volumes:\n        - name: scratch\n          emptyDir: {}\n";
    for (constraint, message, place) in [
        ("{eachContainer: .image, pattern: '.*locust.*'}", "(container \"cache\")", "test.yaml:12:11"),
        (
            "{eachContainer: .image, pattern: '.*locust.*', message: From our registry}",
            "From our registry (container \"cache\")",
            "test.yaml:12:11",
        ),
        (
            "{expression: 'object.spec.?initContainers.orValue([]).all(c, c.image.contains(\"locust\"))'}",
            "(container \"cache\")",
            "test.yaml:11:11",
        ),
        (
            "{expression: '(object.spec.containers + object.spec.?initContainers.orValue([])).all(c, c.image != \"redis:8\")', message: No redis}",
            "No redis (container \"cache\")",
            "test.yaml:11:11",
        ),
        (
            "{expression: 'object.spec.volumes.all(v, !has(v.emptyDir))', message: No scratch.}",
            "No scratch (volume \"scratch\").",
            "test.yaml:15:11",
        ),
    ] {
        let found = said_under(&format!("{OVERLAY}    - {constraint}\n"), sidecar);
        let is_told = |said: &&Diagnostic| said.message.contains(message);
        let told = found.iter().find(is_told).unwrap_or_else(|| panic!("{constraint}: {found:#?}"));
        assert_eq!(told.position.as_ref().map(ToString::to_string).as_deref(), Some(place), "{constraint}");
    }
}
