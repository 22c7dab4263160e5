//! What people read of the API server's refusals and of the operator's steps.

use std::{fs, thread::sleep, time::Duration};

use podgraft_testkit::{cluster::Cluster, files::text, operator_process::OperatorProcess};
use serde_json::Value;

use crate::{
    cluster,
    scenario::{Place, test},
    support::podgraft,
};

/// What etcd takes at once, and what is kept free of it for a revision's metadata.
const MOST: usize = 1_572_864 - 65_536;

/// A test both of whose pods have variables of so many bytes.
fn large(name: &str, bytes: usize) -> String {
    let each = 10_000;
    let variables = (0..bytes / each).map(|index| format!("{{name: V{index}, value: {}}}", "x".repeat(each)));
    let env = variables.collect::<Vec<_>>().join(", ");
    test(name, &format!("  podTemplate: {{spec: {{containers: [{{name: locust, env: [{env}]}}]}}}}\n"))
}

/// Two pods with a template that is half as large as etcd takes: it is told, with what to make smaller. A little
/// less is stored.
pub(crate) fn what_is_too_large_is_told_before_anything_is_made(place: &Place<'_>) {
    let name = place.name("huge");
    let create = |text: &str| {
        let arguments = ["create", "-n", &place.namespace, "-f", "-"];
        place.cluster.plane.kubectl_ok(&arguments, text.as_bytes());
    };
    create(&large(&name, 800_000));
    let said = place.reason(&name, "TemplatesAccepted", "Refused");
    assert!(said.contains("make this smaller, or mount it from a ConfigMap"), "{said}");
    assert!(said.contains(".spec.containers[name=\"locust\"].env (podTemplate)"), "{said}");
    assert!(said.contains("etcd takes 1572864 at once"), "{said}");
    for kind in ["jobs", "services", "controllerrevisions"] {
        let found: Value = serde_json::from_str(&place.kubectl(&["get", kind, "-o", "json"])).unwrap();
        assert_eq!(found["items"].as_array().map(Vec::len), Some(0), "{kind}");
    }
    let fits = place.name("fits");
    create(&large(&fits, (MOST - 20_000) / 2));
    place.phase(&fits, "Running");
}

/// Logs are plain where nobody looks at them on a terminal, in words, and tell once what goes on.
#[test]
fn logs_are_words() {
    let (_turn, cluster) = cluster();
    let _operator = OperatorProcess::of(&cluster);
    cluster.plane.kubectl_ok(&["create", "namespace", "full"], b"");
    cluster.plane.kubectl_ok(&["create", "quota", "none", "--hard=pods=0", "-n", "full"], b"");
    cluster.until("quota", "none", "full", |quota| quota["status"]["hard"]["pods"] == "0");
    cluster.plane.kubectl_ok(&["apply", "-n", "full", "-f", "-"], test("refused", "").as_bytes());
    cluster.reason("refused", "full", "TemplatesApplied", "RefusedByServer");
    cluster.apply(&test("fine", ""));
    cluster.phase("fine", "default", "Running");
    // It is asked again after one second, two and four.
    sleep(Duration::from_secs(8));
    let said = log(&cluster);
    assert!(!said.contains('\u{1b}'), "{said}");
    assert!(said.contains("creating the Service, the master's Job, the workers' Job"), "{said}");
    let refusals = said.lines().filter(|line| line.contains("refuses the test in a dry run"));
    let refusals: Vec<&str> = refusals.collect();
    assert!(refusals.len() == 1 && refusals[0].contains("exceeded quota: none"), "{said}");
    for part in ["Freeze", "Create {", "Some(", "Status {", "ApiError", "caches are behind"] {
        assert!(!said.contains(part), "{part}: {said}");
    }
}

fn log(cluster: &Cluster) -> String {
    fs::read_to_string(cluster.plane.folder().join("operator.log")).unwrap()
}

/// The command line says in words why a cluster cannot be asked.
#[test]
fn a_cluster_that_cannot_be_asked_is_told_in_words() {
    let (_turn, cluster) = cluster();
    let admin = fs::read_to_string(cluster.plane.kubeconfig("admin")).unwrap();
    let strict = admin.replace(", insecure-skip-tls-verify: true", "");
    let server = admin.split("server: '").nth(1).unwrap().split('\'').next().unwrap();
    let nowhere = admin.replace(server, "https://127.0.0.1:1");
    let stranger = admin.replace("admin-token", "nobody");
    for (name, kubeconfig, expected) in [
        ("untrusted", strict, "nobody that is trusted has signed it"),
        ("nowhere", nowhere, "nothing listens there: connection refused"),
        ("stranger", stranger, "log in: the API server does not accept the credentials: Unauthorized"),
        ("nameless", admin.replace("current-context: test\n", ""), "it has no current-context"),
    ] {
        let file = cluster.plane.folder().join(name);
        fs::write(&file, kubeconfig).unwrap();
        let file = file.to_str().unwrap();
        let output = podgraft(&["render", "locusttest/a", "-n", "default", "--kubeconfig", file], b"");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected), "{name}: {said}");
        for part in ["Error", "Some(", "os error", "{", "Unknown"] {
            assert!(!said.contains(part), "{part}: {said}");
        }
    }
    let output = podgraft(&["render", "locusttest/a", "-n", "default", "--kubeconfig", "/nowhere"], b"");
    assert!(
        text(&output.stderr).contains("it cannot be read from /nowhere: there is no such file"),
        "{output:?}"
    );
    let viewer = cluster.plane.kubeconfig("viewer");
    let output = podgraft(&["render", "locusttest/a", "-n", "default", "--kubeconfig", &viewer], b"");
    assert!(text(&output.stderr).contains("cannot get resource \"locusttests\""), "{output:?}");
}
