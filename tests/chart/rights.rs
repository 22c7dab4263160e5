//! The rights of a release: what the API server's audit log has of its service account.

use std::{collections::BTreeSet, fs, path::Path};

use http_body_util::BodyExt;
use kube::{Client, Config, client::Body};
use podgraft_testkit::{
    control_plane::ControlPlane,
    pod_life::{Fate, PodLife},
};
use serde_json::Value;

use crate::{
    cluster::{empty_cluster, helm_ok, load_test, overlays, phase, ports, set, until},
    pod_process::{PodProcess, get},
    support::PODGRAFT,
    values::CHART,
};

/// A release whose rights are looked at, and where its tests are.
struct Case {
    /// What it is set to.
    settings: &'static str,
    /// Where its tests are.
    namespace: &'static str,
    /// Its roles.
    roles: &'static [(&'static str, &'static str)],
    /// Whether it may take v1 out of the CRD's `storedVersions`.
    migrates: bool,
}

#[test]
fn the_rights_in_all_namespaces_are_those_that_are_used() {
    the_rights_are_those_that_are_used(&Case {
        settings: "overlays.shipped={mesh-opt-out},metrics.enabled=true,metrics.secure=true",
        namespace: "default",
        roles: &[("clusterrole", "podgraft.podgraft"), ("role", "podgraft")],
        migrates: true,
    });
}

#[test]
fn the_rights_in_some_namespaces_are_those_that_are_used() {
    the_rights_are_those_that_are_used(&Case {
        settings: "overlays.shipped={mesh-opt-out},namespaces={team-a,full},metrics.enabled=true,metrics.secure=true",
        namespace: "team-a",
        roles: &[("clusterrole", "podgraft.podgraft"), ("role", "podgraft"), ("role", "podgraft.podgraft")],
        migrates: false,
    });
}

/// Every right that the chart gives is used, and none is missing: what the API server's audit log has of a release with
/// overlays and webhooks, whose tests do everything that tests can do.
fn the_rights_are_those_that_are_used(case: &Case) {
    let (plane, life) = empty_cluster();
    for namespace in ["team-a", "full"] {
        plane.kubectl_ok(&["create", "namespace", namespace], b"");
    }
    let settings = format!("{},{}", ports(), case.settings);
    let overlay = format!(
        "overlays.custom=[{{\"kind\": \"PodOverlay\", \"metadata\": {{\"name\": \"of-namespace\", \"namespace\": \"{}\"}}, \
         \"spec\": {{\"optIn\": true, \"defaults\": {{\"podTemplate\": {{}}}}}}}}]",
        case.namespace
    );
    let release = ["podgraft", CHART, "-n", "podgraft", "--create-namespace", "--set", &settings];
    helm_ok(&plane, "helm4", &[&["install"], &release[..], &["--set-json", &overlay]].concat());
    let pod = PodProcess::start(&plane, "podgraft", "podgraft", Path::new(PODGRAFT));
    assert_eq!(pod.user(), (65532, 65532));
    until("the overlays are applied", || overlays(&plane) == set(&["mesh-opt-out", "of-namespace"]));
    everything_that_tests_do(&plane, &life, case.namespace);
    helm_ok(&plane, "helm4", &[&["upgrade"], &release[..], &["--set", "overlays.shipped=null"]].concat());
    until("the overlays are deleted", || overlays(&plane).is_empty());
    break_the_certificate(&plane);
    only_readers_have_metrics(&plane, pod.port("metrics"));
    if case.migrates {
        store_old_versions(&plane);
    }
    let user = "system:serviceaccount:podgraft:podgraft";
    let (used, refused) = audited(&plane, user);
    assert_eq!(refused, BTreeSet::new(), "rights are missing");
    let granted = granted(&plane, case);
    let unused: BTreeSet<String> = granted.difference(&used).cloned().collect();
    // Asked for by an admission plugin of some clusters, OwnerReferencesPermissionEnforcement: no request needs it.
    let expected = set(&["locust.io locusttests/finalizers update"]);
    assert_eq!(unused, expected, "rights that nobody needs");
    drop(pod);
}

/// The operator mends the Secret of its certificate.
fn break_the_certificate(plane: &ControlPlane) {
    let secret = || get(plane, "podgraft", "secret", "podgraft-webhook")["data"].clone();
    let made = secret();
    let patch = r#"{"data": {"tls.key": "bm9uc2Vuc2U="}}"#;
    plane.kubectl_ok(&["patch", "secret", "podgraft-webhook", "-n", "podgraft", "-p", patch], b"");
    until("the Secret is mended", || secret() == made);
}

/// Metrics are for those whom the cluster lets have them.
fn only_readers_have_metrics(plane: &ControlPlane, port: u16) {
    plane.kubectl_ok(&["create", "serviceaccount", "prometheus", "-n", "team-a"], b"");
    let token = plane.kubectl_ok(&["create", "token", "prometheus", "-n", "team-a"], b"");
    let other = plane.kubectl_ok(&["create", "token", "default", "-n", "team-a"], b"");
    let bind = ["--clusterrole=podgraft.podgraft.metrics-reader", "--serviceaccount=team-a:prometheus"];
    plane.kubectl_ok(&[&["create", "clusterrolebinding", "prometheus"], &bind[..]].concat(), b"");
    for (token, status, words) in [
        ("", 401, "show a bearer token"),
        ("nobody's", 401, "show a bearer token"),
        (other.trim(), 403, "system:serviceaccount:team-a:default may not get /metrics"),
        (token.trim(), 200, "podgraft_tests"),
    ] {
        // Twice: what was answered is remembered.
        for _ in 0..2 {
            let (found, answer) = scrape(port, token);
            assert!(found == status && answer.contains(words), "{found}, not {status}: {answer}");
        }
    }
}

/// What the metrics answer who shows this token, as Prometheus asks.
fn scrape(port: u16, token: &str) -> (u16, String) {
    let mut config = Config::new(format!("https://127.0.0.1:{port}").parse().unwrap());
    config.accept_invalid_certs = true;
    config.auth_info.token = (!token.is_empty()).then(|| token.to_owned().into());
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let request = http::Request::get("/metrics").body(Body::empty()).unwrap();
        let answer = Client::try_from(config).unwrap().send(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    })
}

/// The leader stores tests anew where they may be stored as v1.
fn store_old_versions(plane: &ControlPlane) {
    let crd = ["crd", "locusttests.locust.io"];
    let patch = r#"{"status": {"storedVersions": ["v1", "v2"]}}"#;
    plane.kubectl_ok(
        &[&["patch"], &crd[..], &["--subresource=status", "--type=merge", "-p", patch]].concat(),
        b"",
    );
    until("tests are stored as v2", || {
        get(plane, "default", crd[0], crd[1])["status"]["storedVersions"] == serde_json::json!(["v2"])
    });
}

/// Brings about each kind of request that the operator makes.
fn everything_that_tests_do(plane: &ControlPlane, life: &PodLife, namespace: &str) {
    let kubectl = |arguments: &[&str], input: &str| {
        plane.kubectl_ok(&[arguments, &["-n", namespace]].concat(), input.as_bytes())
    };
    let apply = |text: &str| kubectl(&["apply", "-f", "-"], text);
    // Made, changed with new Jobs and without its second Service, and ended.
    let more = |text: &str| format!("{}{text}", load_test("all"));
    apply(&more("  updatePolicy: Recreate\n  webService: {}\n  job: {ttlSecondsAfterFinished: 1000}\n"));
    until("it runs", || phase(plane, namespace, "all") == "Running");
    apply(&more(
        "  updatePolicy: Recreate\n  workerPodTemplate: {spec: {priority: 0}}\n  job: {suspend: true}\n",
    ));
    let revisions = || {
        let list = kubectl(&["get", "controllerrevisions", "-o", "name"], "");
        list.lines().count()
    };
    until("the second service is gone", || {
        let services = kubectl(&["get", "services", "-o", "name"], "");
        !services.contains("web")
    });
    for grace in 1..14 {
        let template = format!(
            "  updatePolicy: Recreate\n  workerPodTemplate: {{spec: {{terminationGracePeriodSeconds: {grace}}}}}\n"
        );
        apply(&more(&template));
        let current = move || {
            let job = plane.kubectl(&["get", "job", "all-worker", "-n", namespace, "-o", "json"], b"");
            let job: Value = serde_json::from_slice(&job.stdout).unwrap_or_default();
            job["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == grace
        };
        until("the Jobs are made anew", current);
    }
    until("old revisions are gone", || revisions() < 14);
    // It ends, and its Jobs expire.
    life.fate("done-", Fate::Succeed);
    apply(&format!("{}  job: {{ttlSecondsAfterFinished: 1000}}\n", load_test("done")));
    until("it has ended", || phase(plane, namespace, "done") == "Succeeded");
    let ttl = ["get", "job", "done-master", "-o", "jsonpath={.spec.ttlSecondsAfterFinished}"];
    until("its Jobs expire", || kubectl(&ttl, "") == "1000");
    // There is room for three pods of six, which only events say.
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
    until("it runs", || phase(plane, namespace, "old") == "Running");
    kubectl(&["delete", "locusttest", "old", "--wait=true", "--timeout=30s"], "");
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
fn granted(plane: &ControlPlane, case: &Case) -> BTreeSet<String> {
    let mut granted = BTreeSet::new();
    for (kind, name) in case.roles {
        let namespace = if *name == "podgraft" { "podgraft" } else { case.namespace };
        let role = get(plane, namespace, kind, name);
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
