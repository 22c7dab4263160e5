//! A release from its first day to its last, with real Helm on a real control plane.

use std::{
    fs,
    path::{Path, PathBuf},
};

use podgraft_testkit::files::{root, text};

use crate::{
    cluster::{empty_cluster, helm_ok, load_test, old_test, overlays, phase, ports, set, until, wrong_test},
    helm::{HELMS, helm},
    pod_process::{PodProcess, get},
    support::PODGRAFT,
    values::CHART,
};

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

/// Installed on an empty cluster in one go with its overlays, upgraded, rolled back, uninstalled, installed again: tests run
/// on, and what people made stays. With each major of Helm.
#[test]
fn a_release_lives() {
    for major in HELMS {
        let (plane, _life) = empty_cluster();
        let ports = ports();
        let old = earlier_chart(plane.folder());
        let release = ["podgraft", "--namespace", "podgraft"];
        let settings = ["--set", &ports, "--set", "overlays.shipped={mesh-opt-out}"];
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
        let settings = ["--set", &ports, "--set", "overlays.spotWorkers.enabled=true"];
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
        let again = [&["install"], &release[..1], &[CHART], &release[1..], &["--set", &ports]].concat();
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
    let settings = |namespace: &str| format!("{},namespaces={{{namespace}}}", ports());
    let install = |namespace: &str, settings: &str| {
        let arguments =
            ["install", "podgraft", CHART, "-n", namespace, "--create-namespace", "--set", settings];
        helm("helm4", Some(&plane.kubeconfig("admin")), &arguments)
    };
    let first = install("ops-a", &settings("team-a"));
    assert!(first.status.success(), "{}", text(&first.stderr));
    let second = settings("team-b");
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
    // Each judges what is written in its own namespaces, and the one with the definitions converts for both.
    for namespace in ["team-a", "team-b"] {
        let apply = ["apply", "-n", namespace, "-f", "-"];
        let refused = plane.kubectl(&apply, wrong_test("wrong").as_bytes());
        assert!(!refused.status.success() && text(&refused.stderr).contains("restartPolicy"), "{namespace}");
        plane.kubectl_ok(&apply, old_test("old").as_bytes());
        until("the test of v1 runs", || phase(&plane, namespace, "old") == "Running");
    }
    let wrong = wrong_test("wrong");
    plane.kubectl_ok(&["apply", "-n", "default", "--dry-run=server", "-f", "-"], wrong.as_bytes());
    drop(pods);
}
