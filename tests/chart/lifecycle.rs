//! A release from its first day to its last, with real Helm on a real control plane.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

use podgraft_testkit::{
    control_plane::{ControlPlane, free_ports},
    files::{root, text},
    pod_life::{Fate, PodLife},
};
use serde_json::Value;

use crate::{
    helm::{HELMS, helm},
    pod_process::{PodProcess, get},
    support::PODGRAFT,
    values::CHART,
};

/// How long anything may take to come true.
const PATIENCE: Duration = Duration::from_secs(60);

/// A cluster that has never seen podgraft.
pub(crate) fn empty_cluster() -> (ControlPlane, PodLife) {
    let plane = ControlPlane::start_all(&[]);
    let life = PodLife::start(&plane.kubeconfig("admin"));
    (plane, life)
}

/// Runs Helm with the administrator's rights; what it says must not be an error.
pub(crate) fn helm_ok(plane: &ControlPlane, major: &str, arguments: &[&str]) -> String {
    let output = helm(major, Some(&plane.kubeconfig("admin")), arguments);
    assert!(output.status.success(), "{major} {arguments:?}: {}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

pub(crate) fn until(what: &str, mut is: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is() {
        assert!(started.elapsed() < PATIENCE, "{what}: not after {PATIENCE:?}");
        sleep(Duration::from_millis(200));
    }
}

/// A chart of an earlier version, whose CustomResourceDefinition knows less.
fn earlier_chart(folder: &Path) -> PathBuf {
    let chart = folder.join("podgraft");
    let copied = std::process::Command::new("cp").arg("-r").arg(root().join(CHART)).arg(&chart).status();
    assert!(copied.unwrap().success());
    for (file, from, to) in [
        ("Chart.yaml", "\nversion: 0.1.0", "\nversion: 0.0.9"),
        ("files/crds/locusttests.locust.io.json", "\"shortNames\":[\"lotest\"]", "\"shortNames\":[\"old\"]"),
    ] {
        let text = fs::read_to_string(chart.join(file)).unwrap();
        assert!(text.contains(from), "{file}");
        fs::write(chart.join(file), text.replace(from, to)).unwrap();
    }
    chart
}

pub(crate) fn load_test(name: &str) -> String {
    format!(
        "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {{name: {name}}}\nspec:\n  image: locustio/locust:2.43.0\n  \
         master: {{command: --locustfile /lotest/src/test.py}}\n  worker: {{command: --locustfile /lotest/src/test.py, replicas: 2}}\n"
    )
}

pub(crate) fn phase(plane: &ControlPlane, namespace: &str, name: &str) -> String {
    let output =
        plane.kubectl(&["get", "locusttest", name, "-n", namespace, "-o", "jsonpath={.status.phase}"], b"");
    text(&output.stdout).to_owned()
}

/// The overlays that there are.
fn overlays(plane: &ControlPlane) -> BTreeSet<String> {
    let list = plane.kubectl(&["get", "clusterpodoverlays,podoverlays", "-A", "-o", "name"], b"");
    text(&list.stdout).lines().map(|line| line.rsplit('/').next().unwrap().to_owned()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Installed on an empty cluster in one go with its overlays, upgraded, rolled back, uninstalled, installed again: tests run
/// on, and what people made stays. With each major of Helm.
#[test]
fn a_release_lives() {
    for major in HELMS {
        let (plane, _life) = empty_cluster();
        let [health] = free_ports();
        let health = format!("health.port={health}");
        let old = earlier_chart(plane.folder());
        let release = ["podgraft", "--namespace", "podgraft"];
        let settings = ["--set", &health, "--set", "overlays.shipped={mesh-opt-out}"];
        let install = [
            &["install"],
            &release[..1],
            &[old.to_str().unwrap()],
            &release[1..],
            &["--create-namespace"],
            &settings,
        ]
        .concat();
        helm_ok(&plane, major, &install);
        let level = "pod-security.kubernetes.io/enforce=restricted";
        plane.kubectl_ok(&["label", "namespace", "podgraft", level], b"");
        let pod = PodProcess::start(&plane, "podgraft", "podgraft", Path::new(PODGRAFT));
        until("the overlay is applied", || overlays(&plane) == set(&["mesh-opt-out"]));
        plane.kubectl_ok(&["apply", "-f", "-"], load_test("checkout").as_bytes());
        until("the test runs", || phase(&plane, "default", "checkout") == "Running");
        let uid = |kind: &str, name: &str| get(&plane, "default", kind, name)["metadata"]["uid"].clone();
        let before = (uid("locusttest", "checkout"), uid("job", "checkout-master"));

        // The next version: the definition is upgraded with it, and overlays come and go.
        let settings = ["--set", &health, "--set", "overlays.spotWorkers.enabled=true"];
        helm_ok(&plane, major, &[&["upgrade"], &release[..1], &[CHART], &release[1..], &settings].concat());
        let crd = get(&plane, "default", "crd", "locusttests.locust.io");
        assert_eq!(crd["spec"]["names"]["shortNames"][0], "lotest", "{major}");
        until("the overlays are those of the values", || overlays(&plane) == set(&["spot-workers"]));
        // What somebody else made of the same name is not taken, and what somebody deletes is made again.
        plane.kubectl_ok(&["delete", "clusterpodoverlay", "spot-workers"], b"");
        helm_ok(&plane, major, &[&["rollback"], &release[..1], &["1"], &release[1..]].concat());
        until("the overlays are those of before", || overlays(&plane) == set(&["mesh-opt-out"]));
        assert_eq!(pod.stop(), Some(0), "{major}");

        let uninstall = [&["uninstall"], &release[..]].concat();
        helm_ok(&plane, major, &uninstall);
        assert_eq!((uid("locusttest", "checkout"), uid("job", "checkout-master")), before, "{major}");
        assert_eq!(overlays(&plane), set(&["mesh-opt-out"]));
        let rest = plane.kubectl_ok(
            &[
                "get",
                "clusterroles,clusterrolebindings",
                "-l",
                "app.kubernetes.io/name=podgraft",
                "-o",
                "name",
            ],
            b"",
        );
        assert_eq!(rest, "", "{major}");

        // The same release again takes its definitions back, and the test goes on.
        let again = [&["install"], &release[..1], &[CHART], &release[1..], &["--set", &health]].concat();
        helm_ok(&plane, major, &again);
        let pod = PodProcess::start(&plane, "podgraft", "podgraft", Path::new(PODGRAFT));
        until("overlays that have left are deleted", || overlays(&plane).is_empty());
        assert_eq!(uid("job", "checkout-master"), before.1, "{major}");
        drop(pod);
        helm_ok(&plane, major, &uninstall);
    }
}

/// The commands of the README's section, in its order.
fn commands_of_the_readme() -> Vec<String> {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let section = text.split("\n## Install\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut commands = Vec::new();
    for block in section.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap().replace("\\\n", " ");
        commands.extend(block.lines().map(ToOwned::to_owned));
    }
    commands
}

/// The README's own words, one after another: installed, upgraded, removed, and installed without Helm.
#[test]
fn the_readmes_commands_do_what_they_say() {
    for major in HELMS {
        let (plane, _life) = empty_cluster();
        let mut seen = Vec::new();
        for command in commands_of_the_readme() {
            let words: Vec<&str> = command.split_whitespace().collect();
            match words[0] {
                "helm" => drop(helm_ok(&plane, major, &words[1..])),
                "kubectl" => drop(plane.kubectl_ok(&words[1..], b"")),
                other => panic!("nothing runs {other}"),
            }
            let deployment =
                plane.kubectl(&["get", "deployment", "podgraft", "-n", "podgraft", "-o", "name"], b"");
            let crds = plane.kubectl_ok(&["get", "crd", "-o", "name"], b"").lines().count();
            seen.push((words[1].to_owned(), deployment.status.success(), crds));
        }
        let expected = [
            ("install", true, 3),
            ("upgrade", true, 3),
            ("uninstall", false, 3),
            ("delete", false, 0),
            ("apply", true, 3),
        ];
        let expected = expected.map(|(verb, is_there, crds)| (verb.to_owned(), is_there, crds));
        assert_eq!(seen, expected, "{major}");
    }
}

/// Two releases share a cluster: one has the definitions, and each has namespaces of its own.
#[test]
fn two_releases_share_a_cluster() {
    let (plane, _life) = empty_cluster();
    for namespace in ["team-a", "team-b"] {
        plane.kubectl_ok(&["create", "namespace", namespace], b"");
    }
    let [one, two] = free_ports();
    let settings = |namespace: &str, port: u16| format!("health.port={port},namespaces={{{namespace}}}");
    let install = |namespace: &str, settings: &str| {
        let arguments =
            ["install", "podgraft", CHART, "-n", namespace, "--create-namespace", "--set", settings];
        helm("helm4", Some(&plane.kubeconfig("admin")), &arguments)
    };
    let first = install("ops-a", &settings("team-a", one));
    assert!(first.status.success(), "{}", text(&first.stderr));
    let second = settings("team-b", two);
    let clash = install("ops-b", &second);
    let said = text(&clash.stderr);
    assert!(
        !clash.status.success() && said.contains("CustomResourceDefinition") && said.contains("ops-a"),
        "{said}"
    );
    let second = install("ops-b", &format!("{second},crds.install=false"));
    assert!(second.status.success(), "{}", text(&second.stderr));
    let pods = ["ops-a", "ops-b"]
        .map(|namespace| PodProcess::start(&plane, namespace, "podgraft", Path::new(PODGRAFT)));
    for namespace in ["team-a", "team-b", "default"] {
        plane.kubectl_ok(&["apply", "-n", namespace, "-f", "-"], load_test("load").as_bytes());
    }
    for namespace in ["team-a", "team-b"] {
        until("the test runs", || phase(&plane, namespace, "load") == "Running");
    }
    assert_eq!(phase(&plane, "default", "load"), "", "nobody looks after this namespace");
    drop(pods);
}

/// Every right that the chart gives is used, and none is missing: what the API server's audit log has of a release with
/// overlays, whose tests do everything that tests can do.
#[test]
fn the_rights_are_those_that_are_used() {
    let (plane, life) = empty_cluster();
    let [health] = free_ports();
    let settings = format!("health.port={health},overlays.shipped={{mesh-opt-out}}");
    let mut arguments = vec!["podgraft", CHART, "-n", "podgraft", "--create-namespace", "--set", &settings];
    arguments.extend(["--values", "tests/chart/namespaced-overlay.yaml"]);
    helm_ok(&plane, "helm4", &[&["install"], &arguments[..]].concat());
    let pod = PodProcess::start(&plane, "podgraft", "podgraft", Path::new(PODGRAFT));
    assert_eq!(pod.user(), (65532, 65532));
    until("the overlays are applied", || overlays(&plane) == set(&["mesh-opt-out", "of-namespace"]));
    everything_that_tests_do(&plane, &life);
    helm_ok(
        &plane,
        "helm4",
        &["upgrade", "podgraft", CHART, "-n", "podgraft", "--set", &format!("health.port={health}")],
    );
    until("the overlays are deleted", || overlays(&plane).is_empty());
    let user = "system:serviceaccount:podgraft:podgraft";
    let (used, refused) = audited(&plane, user);
    assert_eq!(refused, BTreeSet::new(), "rights are missing");
    let granted = granted(&plane);
    let unused: BTreeSet<String> = granted.difference(&used).cloned().collect();
    // Asked for by an admission plugin of some clusters, OwnerReferencesPermissionEnforcement: no request needs it.
    // Needed once, where tests are stored as v1: the operator's own tests take such a cluster over.
    let migration = "apiextensions.k8s.io customresourcedefinitions/status patch";
    let expected = set(&["locust.io locusttests/finalizers update", migration]);
    assert_eq!(unused, expected, "rights that nobody needs");
    drop(pod);
}

/// Brings about each kind of request that the operator makes.
fn everything_that_tests_do(plane: &ControlPlane, life: &PodLife) {
    let apply = |text: &str| plane.kubectl_ok(&["apply", "-f", "-"], text.as_bytes());
    // Made, changed with new Jobs and without its second Service, and ended.
    let more = |text: &str| format!("{}{text}", load_test("all"));
    apply(&more("  updatePolicy: Recreate\n  webService: {}\n  job: {ttlSecondsAfterFinished: 1000}\n"));
    until("it runs", || phase(plane, "default", "all") == "Running");
    apply(&more(
        "  updatePolicy: Recreate\n  workerPodTemplate: {spec: {priority: 0}}\n  job: {suspend: true}\n",
    ));
    let revisions = || {
        let list = plane.kubectl_ok(&["get", "controllerrevisions", "-o", "name"], b"");
        list.lines().count()
    };
    until("the second service is gone", || {
        let services = plane.kubectl_ok(&["get", "services", "-o", "name"], b"");
        !services.contains("web")
    });
    for grace in 1..14 {
        let template = format!(
            "  updatePolicy: Recreate\n  workerPodTemplate: {{spec: {{terminationGracePeriodSeconds: {grace}}}}}\n"
        );
        apply(&more(&template));
        let current = move || {
            let job = plane.kubectl(&["get", "job", "all-worker", "-o", "json"], b"");
            let job: Value = serde_json::from_slice(&job.stdout).unwrap_or_default();
            job["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == grace
        };
        until("the Jobs are made anew", current);
    }
    until("old revisions are gone", || revisions() < 14);
    // It ends, and its Jobs expire.
    life.fate("done-", Fate::Succeed);
    apply(&format!("{}  job: {{ttlSecondsAfterFinished: 1000}}\n", load_test("done")));
    until("it has ended", || phase(plane, "default", "done") == "Succeeded");
    let ttl = ["get", "job", "done-master", "-o", "jsonpath={.spec.ttlSecondsAfterFinished}"];
    until("its Jobs expire", || plane.kubectl_ok(&ttl, b"") == "1000");
    // There is room for three pods of six, which only events say.
    plane.kubectl_ok(&["create", "namespace", "full"], b"");
    plane.kubectl_ok(&["create", "quota", "pods", "--hard=pods=3", "-n", "full"], b"");
    let quota = || get(plane, "full", "resourcequota", "pods")["status"]["hard"].is_object();
    until("the quota is known", quota);
    let many = load_test("many").replace("replicas: 2", "replicas: 5");
    plane.kubectl_ok(&["apply", "-n", "full", "-f", "-"], many.as_bytes());
    let reason = || get(plane, "full", "locusttest", "many")["status"]["reason"] == "CreationError";
    until("what cannot be made is told", reason);
    // A finalizer of the public operator.
    let finalized = load_test("old").replace("{name: old}", "{name: old, finalizers: [locust.io/cleanup]}");
    apply(&finalized);
    until("it runs", || phase(plane, "default", "old") == "Running");
    plane.kubectl_ok(&["delete", "locusttest", "old", "--wait=true", "--timeout=30s"], b"");
}

/// What the audit log has of a user: verbs that were allowed, and those that were not.
fn audited(plane: &ControlPlane, user: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut allowed, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for line in fs::read_to_string(plane.folder().join("audit.log")).unwrap().lines() {
        let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
        if event["user"]["username"] != user || event["objectRef"].is_null() {
            continue;
        }
        let part = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or("").to_owned();
        let sub = part("/objectRef/subresource");
        let slash = if sub.is_empty() { "" } else { "/" };
        let right = format!(
            "{} {}{slash}{sub} {}",
            part("/objectRef/apiGroup"),
            part("/objectRef/resource"),
            part("/verb")
        );
        let code = event["responseStatus"]["code"].as_u64().unwrap_or_default();
        if code == 201 && right.ends_with(" patch") {
            // Server-side apply of what was not there needs both.
            allowed.insert(right.replace(" patch", " create"));
        }
        if code == 403 {
            refused.insert(right)
        } else {
            allowed.insert(right)
        };
    }
    (allowed, refused)
}

/// What the roles of the release allow its service account.
fn granted(plane: &ControlPlane) -> BTreeSet<String> {
    let mut granted = BTreeSet::new();
    for (kind, name) in [("clusterrole", "podgraft.podgraft"), ("role", "podgraft")] {
        let role = get(plane, "podgraft", kind, name);
        let list = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().map(|one| one.as_str().unwrap().to_owned()).collect()
        };
        for rule in role["rules"].as_array().unwrap() {
            for resource in list(&rule["resources"]) {
                for verb in list(&rule["verbs"]) {
                    granted.insert(format!("{} {resource} {verb}", rule["apiGroups"][0].as_str().unwrap()));
                }
            }
        }
    }
    granted
}
