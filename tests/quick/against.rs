//! `podgraft diff --against`: what a change of overlays does to tests.

use std::{fmt::Write, fs, path::PathBuf};

use podgraft_testkit::files::text;
use serde_json::{Value, json};

use crate::support::podgraft;

/// A folder that is gone when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("podgraft-against-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (file, content) in files {
            fs::write(folder.join(file), content).unwrap();
        }
        Self(folder)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An overlay for the tests of a team; all tests without one.
fn overlay(name: &str, team: Option<&str>, spec: &str) -> String {
    let selector =
        team.map_or_else(String::new, |team| format!("  selector:\n    matchLabels: {{team: {team}}}\n"));
    let head = "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay";
    format!("{head}\nmetadata:\n  name: {name}\nspec:\n{selector}{spec}")
}

const PRIORITY: &str = "  defaults:\n    podTemplate:\n      spec:\n        priorityClassName: CLASS\n";

/// `count` tests with names that end in numbers, half of them of team red and half of team blue.
fn tests(count: usize) -> String {
    let mut all = String::new();
    for number in 0..count {
        let team = if number % 2 == 0 { "red" } else { "blue" };
        write!(
            all,
            "---\napiVersion: locust.io/v2\nkind: LocustTest\nmetadata:\n  name: test-{number:03}\n  namespace: load\n  labels: {{team: {team}}}\n\
             spec:\n  image: registry.example.com/locust:1\n  master:\n    command: --headless\n  worker:\n    command: --headless\n    replicas: 2\n"
        )
        .unwrap();
    }
    all
}

/// Exit code, standard output and standard error of a comparison of two folders.
fn diff(tests: &str, after: &Folder, before: &Folder, more: &[&str]) -> (Option<i32>, String, String) {
    let arguments = ["diff", "-f", "-", "--overlays", after.path(), "--against", before.path()];
    let output = podgraft(&[&arguments, more].concat(), tests.as_bytes());
    (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

fn diff_json(tests: &str, after: &Folder, before: &Folder) -> (Option<i32>, Value) {
    let (code, printed, said) = diff(tests, after, before, &["-o", "json"]);
    (code, serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{printed}{said}")))
}

#[test]
fn tests_that_change_alike_are_told_together() {
    let before = Folder::new(
        "alike-before",
        &[
            ("red.yaml", &overlay("red", Some("red"), &PRIORITY.replace("CLASS", "low"))),
            ("blue.yaml", &overlay("blue", Some("blue"), &PRIORITY.replace("CLASS", "low"))),
        ],
    );
    let after = Folder::new(
        "alike-after",
        &[
            ("red.yaml", &overlay("red", Some("red"), &PRIORITY.replace("CLASS", "high"))),
            ("blue.yaml", &overlay("blue", Some("blue"), &PRIORITY.replace("CLASS", "low"))),
        ],
    );
    let (code, printed, said) = diff(&tests(60), &after, &before, &[]);
    assert_eq!(code, Some(1), "{said}");
    let (old, new) = (before.path(), after.path());
    let names = "load/test-000, load/test-002, load/test-004, load/test-006, load/test-008, load/test-010, load/test-012, load/test-014";
    assert_eq!(
        printed,
        format!(
            "--- {old} (--against)\n+++ {new} (--overlays)\n@@ 30 tests: {names} and 22 more @@\n \
             .spec.priorityClassName, in both pods\n-  low  # ClusterPodOverlay red (defaults)\n+  high  # ClusterPodOverlay red (defaults)\n"
        )
    );
    assert_eq!(said, "60 tests: 30 changed, in 1 way; 30 equal; 0 refused\n");
    let (code, told) = diff_json(&tests(60), &after, &before);
    assert_eq!(code, Some(1));
    assert_eq!(told["changed"][0]["tests"].as_array().unwrap().len(), 30);
    assert_eq!(told["equal"].as_array().unwrap().len(), 30);
    assert_eq!(
        told["changed"][0]["changes"],
        json!([{
            "in": ["master", "worker"],
            "path": ".spec.priorityClassName",
            "before": "low",
            "after": "high",
            "beforeLayers": ["ClusterPodOverlay red (defaults)"],
            "afterLayers": ["ClusterPodOverlay red (defaults)"],
        }])
    );
}

#[test]
fn what_authors_set_themselves_is_no_change() {
    let before = Folder::new("own-before", &[]);
    let after =
        Folder::new("own-after", &[("a.yaml", &overlay("a", None, &PRIORITY.replace("CLASS", "low")))]);
    let own = tests(1) + "  podTemplate:\n    spec:\n      priorityClassName: mine\n";
    let (code, printed, said) = diff(&own, &after, &before, &[]);
    assert_eq!((code, &*printed), (Some(0), ""), "{said}");
    assert_eq!(said, "1 test: 0 changed, in 0 ways; 1 equal; 0 refused\n");
    // An empty folder is no overlays at all; so is no --overlays.
    let output = podgraft(&["diff", "-f", "-", "--against", after.path()], tests(1).as_bytes());
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    assert!(printed.contains("+++ without overlays\n"), "{printed}");
    assert!(printed.contains("\n-  low  # ClusterPodOverlay a (defaults)\n"), "{printed}");
}

#[test]
fn the_same_change_by_other_layers_is_the_same_change() {
    let before = Folder::new("layers-before", &[]);
    let after = Folder::new(
        "layers-after",
        &[
            ("red.yaml", &overlay("red", Some("red"), &PRIORITY.replace("CLASS", "high"))),
            ("blue.yaml", &overlay("blue", Some("blue"), &PRIORITY.replace("CLASS", "high"))),
        ],
    );
    let (_, printed, _) = diff(&tests(4), &after, &before, &[]);
    assert!(printed.contains("@@ 4 tests: "), "{printed}");
    let by = "+  high  # ClusterPodOverlay red (defaults) or ClusterPodOverlay blue (defaults)\n";
    assert!(printed.contains(by), "{printed}");
}

#[test]
fn a_refused_test_is_2_and_the_rest_is_told() {
    let bound = "  constraints:\n  - eachContainer: .image\n    pattern: mirror\\.example\\.com/.*\n";
    let before = Folder::new("refused-before", &[]);
    let after = Folder::new(
        "refused-after",
        &[
            ("red.yaml", &overlay("red", Some("red"), bound)),
            ("blue.yaml", &overlay("blue", Some("blue"), &PRIORITY.replace("CLASS", "high"))),
        ],
    );
    let (code, printed, said) = diff(&tests(6), &after, &before, &[]);
    assert_eq!(code, Some(2), "{printed}");
    assert!(printed.contains("@@ 3 tests: load/test-001, load/test-003, load/test-005 @@\n"), "{printed}");
    assert!(
        printed.contains(
            "@@ 3 tests refused: load/test-000, load/test-002, load/test-004 @@\n+  error[constraint]: "
        ),
        "{printed}"
    );
    assert!(printed.contains("+    ClusterPodOverlay red demands it: .spec.constraints[0]"), "{printed}");
    assert!(said.contains("6 tests: 3 changed, in 1 way; 0 equal; 3 refused\n"), "{said}");
    assert_eq!(said.matches("error[constraint]").count(), 2, "once for each path, not for each test: {said}");
    // The other way round the old overlays refuse them.
    let (code, told) = diff_json(&tests(6), &before, &after);
    assert_eq!(code, Some(2));
    assert_eq!(told["refused"][0]["errors"][0]["with"], json!(["before"]));
    let (code, told) = diff_json(&tests(6), &after, &after);
    assert_eq!(code, Some(2));
    assert_eq!(told["refused"][0]["errors"][0]["with"], json!(["before", "after"]));
}

#[test]
fn what_both_sides_refuse_is_counted_and_the_news_are_told() {
    let bound = "  constraints:\n  - eachContainer: .image\n    pattern: mirror\\.example\\.com/.*\n";
    let news = "  constraints:\n  - path: .spec.priorityClassName\n    required: true\n";
    let before = Folder::new("shared-before", &[("a.yaml", &overlay("a", None, bound))]);
    let after = Folder::new(
        "shared-after",
        &[("a.yaml", &overlay("a", None, bound)), ("b.yaml", &overlay("b", Some("red"), news))],
    );
    let (code, printed, said) = diff(&tests(4), &after, &before, &[]);
    assert_eq!(code, Some(2), "{printed}");
    let errors: Vec<&str> = printed.lines().filter(|line| line.contains("error[")).collect();
    assert!(
        errors.iter().all(|line| line.starts_with("+  error") && line.contains("priorityClassName")),
        "{printed}"
    );
    assert!(!errors.is_empty() && printed.contains("\n   and 2 errors that both sides have\n"), "{printed}");
    assert!(
        printed.contains("refused: load/test-001, load/test-003 @@\n   2 errors that both sides have\n"),
        "{printed}"
    );
    assert!(!said.contains("mirror") && said.contains("priorityClassName"), "{said}");
    assert!(said.contains("note: 2 errors that both sides have: podgraft validate shows them\n"), "{said}");
    // Programs get all of them.
    let (_, told) = diff_json(&tests(1), &after, &before);
    let with: Vec<&Value> =
        told["refused"][0]["errors"].as_array().unwrap().iter().map(|error| &error["with"]).collect();
    assert!(with.contains(&&json!(["before", "after"])) && with.contains(&&json!(["after"])), "{told:#}");
}

#[test]
fn one_role_is_compared_alone_in_every_mode() {
    let label = "  defaults:\n    masterPodTemplate:\n      metadata:\n        labels: {example.com/kind: m}\n\
                 \x20   workerPodTemplate:\n      metadata:\n        labels: {example.com/kind: w}\n";
    let before = Folder::new("role-before", &[]);
    let after = Folder::new("role-after", &[("a.yaml", &overlay("a", None, label))]);
    let (_, printed, _) = diff(&tests(1), &after, &before, &["--role", "worker"]);
    assert!(printed.contains("+  w") && !printed.contains("+  m"), "{printed}");
    let base = |more: &[&str]| {
        let arguments = ["diff", "-f", "-", "--overlays", after.path()];
        let output = podgraft(&[&arguments, more].concat(), tests(1).as_bytes());
        (output.status.code(), text(&output.stdout).to_owned())
    };
    let (code, printed) = base(&["--role", "master"]);
    assert_eq!(code, Some(1));
    assert!(
        printed.contains("+++ final/test-000-master") && !printed.contains("final/test-000-worker"),
        "{printed}"
    );
    let (code, printed) = base(&["--role", "worker", "-o", "json"]);
    let told: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((code, told["changed"].as_array().unwrap().len()), (Some(1), 1), "{told:#}");
    assert_eq!(told["changed"][0]["before"], "base/test-000-worker");
    let label = json!({"path": ".metadata.labels.example.com/kind", "before": null, "after": "w"});
    assert!(told["changed"][0]["changes"].as_array().unwrap().contains(&label), "{told:#}");
    assert_eq!(told["equal"], json!([]));
}

#[test]
fn the_service_and_each_role_are_looked_at() {
    let before = Folder::new("service-before", &[]);
    let removal = "  overrides:\n    masterPodTemplate:\n      spec:\n        initContainers:\n        - name: locust-metrics-exporter\n          $patch: delete\n\
                   \x20   workerPodTemplate:\n      metadata:\n        labels: {example.com/kind: load}\n";
    let after = Folder::new("service-after", &[("a.yaml", &overlay("a", None, removal))]);
    let (code, told) = diff_json(&tests(1), &after, &before);
    assert_eq!(code, Some(1));
    let changes = told["changed"][0]["changes"].as_array().unwrap();
    let places: Vec<String> = changes
        .iter()
        .map(|change| format!("{} {}", change["in"], change["path"].as_str().unwrap()))
        .collect();
    assert!(places.iter().any(|place| place.starts_with("[\"service\"] .spec.ports")), "{places:?}");
    assert!(places.iter().any(|place| place.starts_with("[\"master\"] .spec.initContainers")), "{places:?}");
    assert!(places.contains(&"[\"worker\"] .metadata.labels.example.com/kind".to_owned()), "{places:?}");
}

#[test]
fn new_warnings_are_told_once_and_old_ones_not_at_all() {
    let missing = "  defaults:\n    podTemplate:\n      spec:\n        containers:\n        - name: NAME\n          tty: true\n";
    let before =
        Folder::new("warn-before", &[("a.yaml", &overlay("a", None, &missing.replace("NAME", "old")))]);
    let both = overlay("a", None, &missing.replace("NAME", "old"))
        + "---\n"
        + &overlay("b", None, &missing.replace("NAME", "new"));
    let after = Folder::new("warn-after", &[("a.yaml", &both)]);
    let (code, _, said) = diff(&tests(5), &after, &before, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches("warning[").count(), 1, "{said}");
    assert!(said.contains("ClusterPodOverlay b"), "{said}");
}

#[test]
fn usage_and_input_failures_are_2() {
    let folder = Folder::new("usage", &[]);
    let broken = Folder::new("broken", &[("a.yaml", "kind: [")]);
    for arguments in [
        &["diff", "-f", "-", "--against"][..],
        &["diff", "-f", "-", "--against", "tests/nowhere"],
        &["diff", "-f", "-", "--live", "--against", folder.path()],
        &["diff", "-f", "-", "--against", broken.path()],
        &["diff", "--against", folder.path()],
    ] {
        let output = podgraft(arguments, tests(1).as_bytes());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stdout));
        assert!(output.stdout.is_empty() || arguments.contains(&broken.path()), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}
