//! How the webhook is served: to whom, with which certificate, and on which replica; and overlays of the whole cluster,
//! which are in no namespace.

use std::{
    fs,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use podgraft_testkit::{
    cluster::Cluster,
    control_plane::free_ports,
    files::text,
    operator_process::OperatorProcess,
    webhook_process::{WebhookProcess, base64, write_certificate},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use serde_json::json;

use crate::{
    cluster,
    scenario::{Place, count, test},
};

/// How long the API server may take to learn of something.
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes the API server ask a webhook about everything in the cluster.
fn ask(cluster: &Cluster, port: u16, authorities: &str) {
    let webhook = |name: &str, resources: &[&str], operations: &[&str]| {
        json!({
            "name": format!("{name}.locust.io"), "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Fail",
            "timeoutSeconds": 10,
            "clientConfig": {"url": format!("https://localhost:{port}/validate"), "caBundle": base64(authorities.as_bytes())},
            "rules": [{"apiGroups": ["locust.io"], "apiVersions": ["*"], "operations": operations, "resources": resources}]
        })
    };
    let configuration = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "everything"},
        "webhooks": [
            webhook("tests", &["locusttests"], &["CREATE", "UPDATE"]),
            webhook("overlays", &["podoverlays", "clusterpodoverlays"], &["CREATE", "UPDATE", "DELETE"])
        ]
    });
    cluster.apply(&configuration.to_string());
}

/// Whether kubectl succeeds, and what it says.
fn try_kubectl(cluster: &Cluster, arguments: &[&str], input: &str) -> (bool, String) {
    let output = cluster.plane.kubectl(arguments, input.as_bytes());
    (output.status.success(), text(&output.stderr).to_owned())
}

/// Waits until a test is judged so that kubectl says this.
fn until_told(cluster: &Cluster, spec: &str, words: &str) {
    let started = Instant::now();
    loop {
        let (_, said) = try_kubectl(cluster, &["create", "--dry-run=server", "-f", "-"], &test("told", spec));
        if said.contains(words) {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{words:?} is not in {said}");
        sleep(Duration::from_millis(200));
    }
}

const WRONG: &str = "  podTemplate: {spec: {hostNetwrok: true}}\n";
/// What is said of it when somebody judges it.
const TOLD: &str = "error[unknown-field]: ";

/// An authority, and files with a certificate of it that a client may show.
fn client_certificate(folder: &Path, name: &str) -> String {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut certificate = CertificateParams::default();
    certificate.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    fs::write(folder.join(format!("{name}.crt")), certificate.pem()).unwrap();
    fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    authority.pem()
}

/// Starts the API server again, which then shows a certificate of this folder to every webhook.
fn show(cluster: &mut Cluster, folder: &Path, name: &str) {
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let user = json!({"client-certificate": file(&format!("{name}.crt")), "client-key": file(&format!("{name}.key"))});
    let kubeconfig = json!({"apiVersion": "v1", "kind": "Config", "users": [{"name": "*", "user": user}]});
    fs::write(folder.join("kubeconfig"), kubeconfig.to_string()).unwrap();
    let admission = json!({
        "apiVersion": "apiserver.config.k8s.io/v1", "kind": "AdmissionConfiguration",
        "plugins": [{"name": "ValidatingAdmissionWebhook", "configuration": {
            "apiVersion": "apiserver.config.k8s.io/v1", "kind": "WebhookAdmissionConfiguration", "kubeConfigFile": file("kubeconfig")
        }}]
    });
    fs::write(folder.join("admission"), admission.to_string()).unwrap();
    let argument = format!("--admission-control-config-file={}", file("admission"));
    cluster.plane.restart_api_server_with(&[&argument]);
}

#[test]
fn webhook_only_answers_clients_of_its_authority() {
    let (_turn, mut cluster) = cluster();
    let folder = cluster.plane.folder().join("clients");
    let authority = write_certificate(&folder);
    fs::write(folder.join("ca.crt"), client_certificate(&folder, "known")).unwrap();
    client_certificate(&folder, "unknown");
    let client_ca = folder.join("ca.crt");
    let arguments = ["--webhook-client-ca", client_ca.to_str().unwrap()];
    let webhook = WebhookProcess::of_folder(&cluster, &folder, &arguments);
    ask(&cluster, webhook.port, &authority);
    // Whoever shows none is refused, and so is whoever shows one of somebody else.
    until_told(&cluster, WRONG, "certificate required");
    show(&mut cluster, &folder, "unknown");
    until_told(&cluster, WRONG, "failed calling webhook");
    until_told(&cluster, "", "failed calling webhook");
    show(&mut cluster, &folder, "known");
    until_told(&cluster, WRONG, TOLD);
    let (succeeded, said) = try_kubectl(&cluster, &["create", "-f", "-"], &test("fine", ""));
    assert!(succeeded, "{said}");
}

#[test]
fn webhook_on_the_replica_that_stands_by() {
    let (_turn, cluster) = cluster();
    let folder = cluster.plane.folder().join("standby");
    let authority = write_certificate(&folder);
    let [first, second] = free_ports();
    let replica = |identity: &str, port: u16| {
        let address = format!("--webhook-bind-address=127.0.0.1:{port}");
        let folder = format!("--webhook-cert-dir={}", folder.display());
        let arguments =
            ["--leader-elect", "--lease-namespace=podgraft", "--identity", identity, &address, &folder];
        OperatorProcess::start(&cluster, &cluster.plane.kubeconfig("podgraft"), &arguments)
    };
    let leader = replica("one", first);
    cluster.apply(&test("led", ""));
    cluster.phase("led", "default", "Running");
    let standby = replica("two", second);
    ask(&cluster, second, &authority);
    until_told(&cluster, WRONG, TOLD);
    assert_eq!(count(&leader, "podgraft_leader", ""), 1);
    assert_eq!(count(&standby, "podgraft_leader", ""), 0);
    assert!(count(&standby, "podgraft_webhook_reviews_total", "refused") > 0);
    assert_eq!(count(&leader, "podgraft_webhook_reviews_total", ""), 0);
    overlays_of_the_cluster_are_judged(&cluster);
}

/// Overlays of the whole cluster: refused when they are wrong, and with the tests of every namespace that they break.
fn overlays_of_the_cluster_are_judged(cluster: &Cluster) {
    let overlay = |spec: &str| {
        format!(
            "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {{name: images}}\nspec: {spec}\n"
        )
    };
    for namespace in ["team-a", "team-b"] {
        cluster.plane.kubectl_ok(&["create", "namespace", namespace], b"");
        cluster.plane.kubectl_ok(&["create", "-n", namespace, "-f", "-"], test("peak", "").as_bytes());
    }
    let apply = |text: &str| try_kubectl(cluster, &["apply", "-f", "-"], text);
    let (succeeded, said) = apply(&overlay("{overrides: {podTemplate: {spec: {restartPolicy: Always}}}}"));
    assert!(!succeeded && said.contains("error[protected-field]"), "{said}");
    assert!(said.contains("= layer: ClusterPodOverlay images (overrides)"), "{said}");
    let constraint = "constraints: [{path: '.spec.containers[name=\"locust\"].image', enum: [other]}]";
    let (succeeded, said) = apply(&overlay(&format!("{{{constraint}}}")));
    assert!(succeeded, "{said}");
    for test in ["default/led", "team-a/peak", "team-b/peak"] {
        assert!(
            said.contains(&format!("LocustTest {test} would be refused at its next start: [constraint]")),
            "{said}"
        );
    }
    let (succeeded, said) = try_kubectl(cluster, &["create", "-n", "team-a", "-f", "-"], &test("other", ""));
    assert!(!succeeded && said.contains("error[constraint]"), "{said}");
    // Only for some namespaces.
    let selector = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: team-b}}";
    let (succeeded, said) = apply(&overlay(&format!("{{{selector}, {constraint}}}")));
    assert!(succeeded && !said.contains("Warning"), "{said}");
    let (succeeded, said) = apply(&overlay(&format!("{{{selector}, optIn: true}}")));
    assert!(succeeded && !said.contains("Warning"), "{said}");
    // What tests list may go, with a warning for those of every namespace.
    let listing = test("listing", "  overlays: [{name: images}]\n");
    let (succeeded, said) = try_kubectl(cluster, &["create", "-n", "team-b", "-f", "-"], &listing);
    assert!(succeeded, "{said}");
    let (succeeded, said) = try_kubectl(cluster, &["create", "-n", "team-a", "-f", "-"], &listing);
    assert!(!succeeded && said.contains("error[overlay-not-for-test]"), "{said}");
    let (succeeded, said) = try_kubectl(cluster, &["delete", "clusterpodoverlay", "images"], "");
    let warning = "LocustTest team-b/listing would be refused at its next start: [missing-overlay]";
    assert!(succeeded && said.contains(warning), "{said}");
    assert!(!said.contains("team-a/listing"), "{said}");
}

pub(crate) fn a_certificate_in_a_folder_is_read_again(place: &Place<'_>) {
    let folder = place.cluster.plane.folder().join("read-again");
    let [first, second] = ["first", "second"].map(|name| write_certificate(&folder.join(name)));
    let copy = |from: &str, name: &str| {
        fs::copy(folder.join(from).join(name), folder.join(name)).unwrap();
    };
    for name in ["tls.crt", "tls.key"] {
        copy("first", name);
    }
    let webhook = WebhookProcess::of_folder(place.cluster, &folder, &[]);
    // A new bundle is a new connection.
    let ask = |authorities: &str| {
        podgraft_testkit::webhook_process::ask(
            &place.cluster.plane,
            &place.namespace,
            webhook.port,
            Some(authorities),
            &place.namespace,
        );
    };
    let until_judged = || {
        let arguments = ["create", "--dry-run=server", "-n", &place.namespace, "-f", "-"];
        let started = Instant::now();
        loop {
            let (_, said) = try_kubectl(place.cluster, &arguments, &test("judged", WRONG));
            if said.contains(TOLD) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "{said}");
            sleep(Duration::from_millis(200));
        }
    };
    ask(&first);
    until_judged();
    // Half a pair is none: the last one stays.
    copy("second", "tls.crt");
    sleep(Duration::from_secs(6));
    ask(&(first.clone() + &second));
    until_judged();
    ask(&first);
    until_judged();
    copy("second", "tls.key");
    ask(&second);
    until_judged();
}
