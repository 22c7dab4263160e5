//! The webhooks of a release, which the API server reaches by their Service.

use std::{
    path::Path,
    sync::mpsc::{TryRecvError, channel},
    thread,
};

use podgraft_testkit::{
    control_plane::ControlPlane,
    files::{root, text},
};
use serde_json::Value;

use crate::{
    cluster::{empty_cluster, helm_ok, load_test, old_test, overlays, phase, ports, set, until, wrong_test},
    helm::{HELMS, rendered_as},
    pod_process::{PodProcess, get},
    support::{PODGRAFT, podgraft},
    values::CHART,
};

/// Whether the API server takes this, without writing it.
fn is_taken(plane: &ControlPlane, object: &str) -> bool {
    plane.kubectl(&["apply", "--dry-run=server", "-f", "-"], object.as_bytes()).status.success()
}

/// A wrong test is refused with what `render` says of it, and a test of v1 is a test of v2.
fn both_webhooks_answer(plane: &ControlPlane) {
    until("a right test is taken", || is_taken(plane, &load_test("right")));
    let wrong = wrong_test("wrong");
    let rendered = podgraft(&["render", "-f", "-"], wrong.as_bytes());
    let words = text(&rendered.stderr).lines().next().unwrap().split_once(": ").unwrap().1.to_owned();
    for way in [&["apply"][..], &["apply", "--server-side"], &["apply", "--dry-run=server"], &["create"]] {
        let refused = plane.kubectl(&[way, &["-f", "-"]].concat(), wrong.as_bytes());
        let said = text(&refused.stderr);
        assert!(!refused.status.success() && said.contains(&words), "{way:?}: {said}, not {words}");
    }
    until("v1 is converted", || is_taken(plane, &old_test("old")));
    plane.kubectl_ok(&["apply", "-f", "-"], old_test("old").as_bytes());
    until("the test of v1 runs", || phase(plane, "default", "old") == "Running");
    let old = get(plane, "default", "locusttests.v1.locust.io", "old");
    assert_eq!(old["spec"]["workerReplicas"], 3);
    let new = get(plane, "default", "locusttests.v2.locust.io", "old");
    assert_eq!(
        (&new["spec"]["worker"]["replicas"], &new["metadata"]["uid"]),
        (&3.into(), &old["metadata"]["uid"])
    );
}

/// Whom the API server trusts: the bundle of each webhook and of the conversion.
fn bundles(plane: &ControlPlane, configuration: &str) -> Vec<Value> {
    let configuration = get(plane, "default", "validatingwebhookconfiguration", configuration);
    let crd = get(plane, "default", "crd", "locusttests.locust.io");
    let webhooks = configuration["webhooks"].as_array().unwrap().iter();
    let bundles = webhooks.map(|webhook| webhook["clientConfig"]["caBundle"].clone());
    bundles.chain([crd["spec"]["conversion"]["webhook"]["clientConfig"]["caBundle"].clone()]).collect()
}

/// What a change does to both objects that name the webhooks: it arrives, and takes no bundle away. All the while tests are
/// judged and converted.
fn change(plane: &ControlPlane, configuration: &str, what: &str, mut apply: impl FnMut(u64)) {
    let before = bundles(plane, configuration);
    assert!(
        before.len() == 3 && before.iter().all(|bundle| bundle.as_str().is_some_and(|one| !one.is_empty()))
    );
    let (stop, stopped) = channel::<()>();
    thread::scope(|scope| {
        let reviews = scope.spawn(move || {
            let (mut count, mut failed) = (0, Vec::new());
            while stopped.try_recv() == Err(TryRecvError::Empty) {
                for output in [
                    plane.kubectl(&["apply", "--dry-run=server", "-f", "-"], load_test("load").as_bytes()),
                    plane.kubectl(&["get", "locusttests.v1.locust.io", "old"], b""),
                ] {
                    count += 1;
                    if !output.status.success() {
                        failed.push(text(&output.stderr).to_owned());
                    }
                }
            }
            (count, failed)
        });
        for seconds in [7, 8] {
            apply(seconds);
            let found = get(plane, "default", "validatingwebhookconfiguration", configuration);
            assert_eq!(found["webhooks"][0]["timeoutSeconds"], seconds, "{what}");
            let crd = get(plane, "default", "crd", "locusttests.locust.io");
            assert_eq!(crd["metadata"]["annotations"]["example.com/change"], format!("n{seconds}"), "{what}");
            assert_eq!(bundles(plane, configuration), before, "{what}");
        }
        drop(stop);
        let (count, failed) = reviews.join().unwrap();
        assert_eq!(failed, Vec::<String>::new(), "{what}");
        assert!(count > 8, "{what}: {count} reviews");
    });
}

/// Installed on an empty cluster in one go, with overlays; then changed by Helm, and by what Argo CD does, which is
/// to render the chart and to apply what comes out; and gone without a trace.
#[test]
fn the_webhooks_answer_from_the_first_day_to_the_last() {
    for major in HELMS {
        let (plane, _life) = empty_cluster();
        let settings = format!("{},overlays.shipped={{mesh-opt-out}}", ports());
        let release = ["podgraft", CHART, "-n", "podgraft", "--set", &settings];
        helm_ok(&plane, major, &[&["install", "--create-namespace"], &release[..]].concat());
        let pod = PodProcess::start(&plane, "podgraft", "podgraft", Path::new(PODGRAFT));
        until("the overlay is applied", || overlays(&plane) == set(&["mesh-opt-out"]));
        both_webhooks_answer(&plane);

        let changed = |seconds: u64| {
            format!("webhook.timeoutSeconds={seconds},crds.annotations.example\\.com/change=n{seconds}")
        };
        let configuration = "podgraft.podgraft";
        change(&plane, configuration, &format!("upgrade with {major}"), |seconds| {
            let changed = changed(seconds);
            let upgrade = [&["upgrade"], &release[..], &["--set", &changed]].concat();
            helm_ok(&plane, major, &upgrade);
        });
        for way in [
            &["apply"][..],
            &["apply", "--server-side", "--force-conflicts", "--field-manager=argocd-controller"],
        ] {
            change(&plane, configuration, &format!("{way:?} of {major}"), |seconds| {
                let arguments = ["--set", &settings, "--set", &changed(seconds)];
                let objects = rendered_as(major, "podgraft", "podgraft", &arguments);
                plane.kubectl_ok(&[way, &["-f", "-"]].concat(), objects.as_bytes());
            });
        }
        both_webhooks_answer(&plane);
        drop(pod);

        assert!(!is_taken(&plane, &load_test("later")), "nobody answers, and failurePolicy is Fail");
        helm_ok(&plane, major, &["uninstall", "podgraft", "-n", "podgraft"]);
        assert_eq!(webhook_configurations(&plane), "", "{major}");
        until("tests can be written", || is_taken(&plane, &load_test("later")));
        plane.kubectl_ok(&["apply", "-f", "-"], load_test("later").as_bytes());
        plane.kubectl_ok(&["delete", "locusttests", "--all", "--timeout=60s"], b"");
    }
}

fn webhook_configurations(plane: &ControlPlane) -> String {
    let kinds = "validatingwebhookconfigurations,mutatingwebhookconfigurations";
    plane.kubectl_ok(&["get", kinds, "-o", "name"], b"")
}

/// The same of the plain manifests.
#[test]
fn the_webhooks_of_the_plain_manifests_answer() {
    let (plane, _life) = empty_cluster();
    let manifests = std::fs::read_to_string(root().join("deploy/install.yaml")).unwrap();
    let [health, webhook] = podgraft_testkit::control_plane::free_ports::<2>();
    assert!(manifests.contains("8081") && manifests.contains("9443"));
    let manifests = manifests.replace("8081", &health.to_string()).replace("9443", &webhook.to_string());
    let ways = [&["apply"][..], &["apply", "--server-side", "--force-conflicts"]];
    plane.kubectl_ok(&["apply", "--server-side", "-f", "-"], manifests.as_bytes());
    let pod = PodProcess::start(&plane, "podgraft", "podgraft", Path::new(PODGRAFT));
    both_webhooks_answer(&plane);
    for way in ways {
        change(&plane, "podgraft.podgraft", &format!("{way:?}"), |seconds| {
            let timeout = format!("timeoutSeconds: {seconds}");
            let annotation = format!("  annotations:\n    example.com/change: n{seconds}\n");
            let name = "  name: locusttests.locust.io\n";
            let changed = manifests
                .replace("timeoutSeconds: 10", &timeout)
                .replace(name, &format!("{annotation}{name}"));
            plane.kubectl_ok(&[way, &["-f", "-"]].concat(), changed.as_bytes());
        });
    }
    drop(pod);
    plane.kubectl_ok(&["delete", "-f", "-", "--timeout=60s"], manifests.as_bytes());
    assert_eq!(webhook_configurations(&plane), "");
    assert_eq!(plane.kubectl_ok(&["get", "crd", "-o", "name"], b""), "");
}
