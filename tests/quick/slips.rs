//! Fields that are written elsewhere than they belong, and objects that are nearly a `LocustTest` or overlay: a table of
//! what people write, with the first line that they read.

use podgraft_locust::{self, ClusterContext, config::Config, read_overlays};
use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::{manifest, overlay::Overlays};
use podgraft_testkit::{files::root, snapshot::assert_file};
use serde_json::{Value, json};

const TABLE: &str = include_str!("../slips/table.txt");

/// The places of the table, each with the pointer to the object that gets the wrong field.
const PLACES: [(&str, &str); 39] = [
    ("object", ""),
    ("metadata", "/metadata"),
    ("spec", "/spec"),
    ("worker", "/spec/worker"),
    ("master", "/spec/master"),
    ("test files", "/spec/testFiles"),
    ("env", "/spec/env"),
    ("secret mount", "/spec/env/secretMounts/0"),
    ("scheduling", "/spec/scheduling"),
    ("typed volume", "/spec/volumes/0"),
    ("typed secret volume", "/spec/volumes/1/secret"),
    ("worker resources", "/spec/worker/resources"),
    ("template", "/spec/workerPodTemplate"),
    ("template metadata", "/spec/workerPodTemplate/metadata"),
    ("pod", "/spec/workerPodTemplate/spec"),
    ("container", "/spec/workerPodTemplate/spec/containers/0"),
    ("variable", "/spec/workerPodTemplate/spec/containers/0/env/0"),
    ("resources", "/spec/workerPodTemplate/spec/containers/0/resources"),
    ("probe", "/spec/workerPodTemplate/spec/containers/0/livenessProbe"),
    ("port", "/spec/workerPodTemplate/spec/containers/0/ports/0"),
    ("mount", "/spec/workerPodTemplate/spec/containers/0/volumeMounts/0"),
    ("container security", "/spec/workerPodTemplate/spec/containers/0/securityContext"),
    ("pod security", "/spec/workerPodTemplate/spec/securityContext"),
    ("volume", "/spec/workerPodTemplate/spec/volumes/0"),
    ("secret volume", "/spec/workerPodTemplate/spec/volumes/1/secret"),
    ("claim volume", "/spec/workerPodTemplate/spec/volumes/2/persistentVolumeClaim"),
    ("env from", "/spec/workerPodTemplate/spec/containers/0/envFrom/0"),
    ("http get", "/spec/workerPodTemplate/spec/containers/0/livenessProbe/httpGet"),
    ("pull secret", "/spec/workerPodTemplate/spec/imagePullSecrets/0"),
    ("toleration", "/spec/workerPodTemplate/spec/tolerations/0"),
    (
        "node term",
        "/spec/workerPodTemplate/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0",
    ),
    (
        "node requirement",
        "/spec/workerPodTemplate/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions/0",
    ),
    ("pod anti-affinity", "/spec/workerPodTemplate/spec/affinity/podAntiAffinity"),
    (
        "pod affinity term",
        "/spec/workerPodTemplate/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0",
    ),
    ("spread constraint", "/spec/workerPodTemplate/spec/topologySpreadConstraints/0"),
    ("typed variables", "/spec/env/variables"),
    ("typed variable", "/spec/env/variables/0"),
    ("affinity", "/spec/workerPodTemplate/spec/affinity"),
    ("typed mount", "/spec/volumeMounts/0"),
];

/// A test that has each of the places.
fn test() -> Value {
    json!({
        "apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": "a"},
        "spec": {
            "image": "locustio/locust:2.43.0",
            "master": {"command": "-f a.py"},
            "worker": {"command": "-f a.py", "replicas": 1, "resources": {}},
            "testFiles": {"configMapRef": "files"},
            "env": {
                "secretMounts": [{"name": "keys", "mountPath": "/keys"}],
                "variables": [{"name": "TYPED", "value": "1"}]
            },
            "scheduling": {},
            "volumeMounts": [{"name": "typed", "mountPath": "/typed"}],
            "volumes": [{"name": "typed", "emptyDir": {}}, {"name": "typed-secret", "secret": {"secretName": "s"}}],
            "workerPodTemplate": {
                "metadata": {},
                "spec": {
                    "securityContext": {},
                    "imagePullSecrets": [{"name": "regcred"}],
                    "tolerations": [{"key": "spot", "operator": "Exists"}],
                    "topologySpreadConstraints": [{
                        "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway",
                        "labelSelector": {"matchLabels": {"a": "b"}}
                    }],
                    "affinity": {
                        "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                            {"matchExpressions": [{"key": "spot", "operator": "Exists"}]}
                        ]}},
                        "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
                            {"topologyKey": "zone", "labelSelector": {"matchLabels": {"a": "b"}}}
                        ]}
                    },
                    "volumes": [
                        {"name": "scratch", "emptyDir": {}},
                        {"name": "secret", "secret": {"secretName": "s"}},
                        {"name": "claim", "persistentVolumeClaim": {"claimName": "c"}}
                    ],
                    "containers": [{
                        "name": "locust",
                        "env": [{"name": "A", "value": "1"}],
                        "envFrom": [{"configMapRef": {"name": "settings"}}],
                        "resources": {},
                        "livenessProbe": {"httpGet": {"path": "/", "port": 8089}},
                        "ports": [{"name": "extra", "containerPort": 9000}],
                        "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
                        "securityContext": {}
                    }]
                }
            }
        }
    })
}

fn overlay(place: &str, name: &str) -> Option<Value> {
    let mut overlay = json!({
        "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay", "metadata": {"name": "a"},
        "spec": {"defaults": {}, "selector": {}, "constraints": [{"path": ".spec.hostNetwork", "required": true}]}
    });
    let pointer = match place {
        "overlay" => "/spec",
        "overlay metadata" => "/metadata",
        "overlay defaults" => "/spec/defaults",
        "overlay selector" => "/spec/selector",
        "overlay constraint" => "/spec/constraints/0",
        _ => return None,
    };
    overlay.pointer_mut(pointer).unwrap()[name] = json!({});
    Some(overlay)
}

/// A test of v1.
fn test_of_v1() -> Value {
    json!({
        "apiVersion": "locust.io/v1", "kind": "LocustTest", "metadata": {"name": "a"},
        "spec": {"image": "locustio/locust:2.43.0", "masterCommandSeed": "-f a.py", "workerCommandSeed": "-f a.py", "workerReplicas": 1}
    })
}

fn first_error(diagnostics: Vec<Diagnostic>) -> Option<String> {
    diagnostics.into_iter().find(Diagnostic::is_error).map(|found| found.message)
}

/// What is said of a test.
fn said_of(test: &Value) -> Option<String> {
    let document = manifest::read("test.yaml", test.to_string().as_bytes()).documents.remove(0);
    let overlays = Overlays::none();
    let around = ClusterContext { overlays: &overlays, namespace: None, pod_security: None };
    first_error(podgraft_locust::render(&document, &around, &Config::default()).diagnostics)
}

/// What is said of a name, which may have a value behind `=`, at a place.
fn said(place: &str, written: &str) -> Option<String> {
    let valued = written.split_once('=');
    let valued = valued.and_then(|(name, value)| Some((name, serde_json::from_str(value).ok()?)));
    let (name, value) = valued.unwrap_or((written, json!({})));
    if let Some(overlay) = overlay(place, name) {
        let read = manifest::read("overlay.yaml", overlay.to_string().as_bytes());
        return first_error(read_overlays(read.documents).diagnostics());
    }
    let (mut test, pointer) = match place {
        "v1 spec" => (test_of_v1(), "/spec"),
        _ => (test(), PLACES.iter().find(|(known, _)| *known == place).expect(place).1),
    };
    let at = test.pointer_mut(pointer).unwrap();
    match name.parse::<usize>() {
        Ok(index) => at[index] = value,
        Err(_) => at[name] = value,
    }
    said_of(&test)
}

#[test]
fn misplaced_fields_are_told_where_they_belong() {
    let (mut count, mut public) = (0, 0);
    let mut lines = String::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let mut parts = line.splitn(4, " | ");
        let (place, name, source) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        assert!(["public", "own"].contains(&source), "{line}");
        let message = said(place, name).unwrap_or_else(|| "nothing".to_owned());
        lines.extend([place, " | ", name, " | ", source, " | ", &message, "\n"]);
        count += 1;
        public += usize::from(source == "public");
    }
    println!("{count} slips, {public} of them public");
    assert!(count >= 200 && public * 2 >= count, "{count} slips, {public} of them public");
    let heading: String =
        TABLE.lines().filter(|line| line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
    let whole = heading + &lines;
    assert_file(&root().join("tests/slips/table.txt"), &whole);
    assert!(!whole.contains(" | nothing\n"), "nothing is said of some slips");
}

#[test]
fn no_field_of_the_sound_tests_is_refused() {
    assert_eq!(said_of(&test()), None);
    assert_eq!(said_of(&test_of_v1()), None);
}

#[test]
fn what_is_nearly_of_the_group_is_an_error() {
    for (text, wanted) in [
        (
            "kind: LocustTest\nspec: {}\n",
            Some("add apiVersion: locust.io/v2: without it the LocustTest would be left out"),
        ),
        (
            "apiVersion: locust.io/v2\nkind: Locusttest\n",
            Some(
                "write kind as LocustTest, not as \"Locusttest\"; did you mean \"LocustTest\"? It would be left out",
            ),
        ),
        (
            "kind: PodOverlay\nspec: {}\n",
            Some("add apiVersion: locust.io/v1alpha1: without it the PodOverlay would be left out"),
        ),
        (
            "kind: locusttest\n",
            Some(
                "write kind as LocustTest, not as \"locusttest\", and add apiVersion: locust.io/v2; did you mean \"LocustTest\"?",
            ),
        ),
        (
            "apiVersion: v2\nkind: LocustTest\n",
            Some(
                "write apiVersion as locust.io/v2, not as \"v2\"; did you mean \"locust.io/v2\"? The LocustTest would be left out",
            ),
        ),
        (
            "apiVersion: locusts.io/v2\nkind: LocustTest\n",
            Some(
                "write apiVersion as locust.io/v2, not as \"locusts.io/v2\"; did you mean \"locust.io/v2\"? The LocustTest would be left out",
            ),
        ),
        (
            "apiversion: locust.io/v2\nkind: LocustTest\n",
            Some("write \"apiversion\" as apiVersion: without it the LocustTest would be left out"),
        ),
        (
            "apiVersion: locust.io/v2\nKind: LocustTest\n",
            Some("write \"Kind\" as kind: without it the LocustTest would be left out"),
        ),
        (
            "apiVersion: locust.io/v2\nspec: {}\n",
            Some("add kind: LocustTest: without it the object would be left out"),
        ),
        (
            "spec: {master: {}, worker: {}}\n",
            Some(
                "add apiVersion: locust.io/v2 and kind: LocustTest: without them the LocustTest would be left out",
            ),
        ),
        (
            "spec: {overrides: {podTemplate: {}}}\n",
            Some(
                "add apiVersion: locust.io/v1alpha1 and kind: ClusterPodOverlay: without them the ClusterPodOverlay would be left out",
            ),
        ),
        (
            "apiVersion: locust.io/v2\nkind: LoadRun\n",
            Some(
                "write kind as one of LocustTest, ClusterPodOverlay, PodOverlay: locust.io has no \"LoadRun\"",
            ),
        ),
        (
            "kind: List\nitems: [{kind: LocustTest}]\n",
            Some("add apiVersion: v1 to the List: without it all its items would be left out"),
        ),
        // What is none of them is left alone.
        ("apiVersion: v1\nkind: Pod\n", None),
        ("apiVersion: v1\nkind: List\nitems: []\n", None),
        ("kind: Pod\n", None),
        ("apiVersion: v1\nkind: PodTemplate\n", None),
        ("apiVersion: locust.cloud/v1\nkind: LocustTest\n", None),
        ("apiVersion: example.com/v1\nkind: LocustTest\n", None),
        ("apiVersion: example.com/v1\nkind: PodOverlays\n", None),
        ("apiVersion: apps/v1\nkind: Deployment\nspec: {template: {}}\n", None),
        ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", None),
        ("name: values\nspec: {image: a}\n", None),
        ("apiVersion: locust.io/v2\nkind: LocustTest\n", None),
        ("apiVersion: locust.io/v2\nkind: LocustTestList\nitems: null\n", None),
    ] {
        let document = manifest::read("a.yaml", text.as_bytes()).documents.remove(0);
        let found = podgraft_locust::near_miss(&document);
        assert!(found.as_ref().is_none_or(Diagnostic::is_error), "{text}");
        assert_eq!(found.map(|found| found.message).as_deref(), wanted, "{text}");
    }
}
