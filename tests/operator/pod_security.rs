//! Pod Security on the cluster: what the webhook warns of, what the test's condition says, what the API server does.

use podgraft_testkit::{cluster::condition, files::text, webhook_process::serve_namespace};

use crate::scenario::{Place, test};

pub(crate) fn what_the_namespace_would_refuse_is_told_before(place: &Place<'_>) {
    let label = |level: &str| {
        let label = format!("pod-security.kubernetes.io/enforce={level}");
        place.cluster.plane.kubectl_ok(&["label", "namespace", &place.namespace, &label, "--overwrite"], b"");
    };
    label("baseline");
    let (_webhook, _) = serve_namespace(place.cluster, &place.namespace);
    let (bad, good) = (place.name("host"), place.name("plain"));
    let apply = |text_of_test: &str| {
        let output = place
            .cluster
            .plane
            .kubectl(&["apply", "-n", &place.namespace, "-f", "-"], text_of_test.as_bytes());
        assert!(output.status.success(), "{output:?}");
        text(&output.stderr).to_owned()
    };
    // The API server needs a moment to ask a new webhook.
    let bad_test = test(&bad, "  workerPodTemplate: {spec: {hostPID: true}}\n");
    let warning =
        "Warning: [pod-security] set hostPID to false in the pod: Pod Security baseline:latest demands it";
    let warned = (0..100).any(|_| {
        let said = place
            .cluster
            .plane
            .kubectl(&["apply", "--dry-run=server", "-n", &place.namespace, "-f", "-"], bad_test.as_bytes());
        std::thread::sleep(std::time::Duration::from_millis(100));
        text(&said.stderr).contains(warning)
    });
    assert!(warned, "no warning at admission");
    assert!(apply(&bad_test).contains(warning));
    let said = place.reason(&bad, "PodSecurity", "Violated");
    assert!(said.starts_with(".spec.hostPID (workerPodTemplate): set hostPID to false"), "{said}");
    assert!(said.contains(&format!("namespace {} enforces it by its labels", place.namespace)), "{said}");
    // The API server says the same of the pod.
    let said = place.reason(&bad, "TemplatesApplied", "RefusedByServer");
    assert!(
        said.contains("violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)"),
        "{said}"
    );
    assert_eq!(apply(&test(&good, "")), "");
    let said = place.reason(&good, "PodSecurity", "Allowed");
    assert_eq!(said, "the namespace enforces baseline:latest, which allows the pods");
    place.phase(&good, "Running");
    // A namespace that enforces nothing has no condition, and lets the test start.
    label("privileged");
    let running = place.phase(&bad, "Running");
    assert!(condition(&running, "PodSecurity").is_null(), "{running:#}");
}
