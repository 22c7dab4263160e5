//! From the public operator to podgraft and back, with real Helm and the commands of `docs/migration.md`. A chart with
//! the public CRD among its templates, as the public chart has it, stands for theirs.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use podgraft_pod::manifest;
use podgraft_testkit::{
    control_plane::ControlPlane,
    files::{root, text},
};
use serde_json::json;

use crate::{
    cluster::{empty_cluster, helm_ok, load_test, old_test, phase, ports, until},
    helm::program,
    pod_process::{PodProcess, get},
    support::PODGRAFT,
};

/// The CRD of LocustTests.
const CRD: &str = "locusttests.locust.io";

/// The public operator's CRD as a template: it stores v1 in the first version of the chart, and names webhooks where they are
/// enabled.
fn public_crd() -> String {
    let bytes = fs::read(root().join("tests/operator/public-crd.yaml")).unwrap();
    let crd = manifest::read("crd", &bytes).documents.remove(0).value;
    let versions = crd["spec"]["versions"].as_array().unwrap();
    let stores = |stored: &str| {
        let mut crd = crd.clone();
        let mut versions = versions.clone();
        versions.retain(|version| stored == "v2" || version["name"] == stored);
        for version in &mut versions {
            version["storage"] = (version["name"] == stored).into();
        }
        crd["spec"]["versions"] = versions.into();
        crd["metadata"]["annotations"] = json!({"controller-gen.kubebuilder.io/version": "v0.20.0"});
        crd
    };
    let mut converting = stores("v2");
    let service =
        json!({"name": "locust-operator-webhook", "namespace": "locust-operator", "path": "/convert"});
    converting["metadata"]["annotations"]["cert-manager.io/inject-ca-from"] =
        "locust-operator/locust-operator-serving-cert".into();
    converting["spec"]["conversion"] = json!({
        "strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"service": service}}
    });
    format!(
        "{{{{- if hasPrefix \"1.\" .Chart.Version }}}}\n{}\n{{{{- else if .Values.webhook.enabled }}}}\n{converting}\n{{{{- else }}}}\n{}\n{{{{- end }}}}\n",
        stores("v1"),
        stores("v2")
    )
}

/// What the public chart has beside its CRD, as far as it matters here.
const PUBLIC_REST: &str = "\
{{- if .Values.webhook.enabled }}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: locust-operator-validating}
webhooks:
  - name: vlocusttest.kb.io
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Fail
    clientConfig: {service: {name: locust-operator-webhook, namespace: locust-operator, path: /validate}}
    rules:
      - {apiGroups: [locust.io], apiVersions: [v1, v2], operations: [CREATE, UPDATE], resources: [locusttests]}
{{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: locust-operator, namespace: locust-operator}
spec:
  replicas: {{ .Values.replicaCount }}
  selector: {matchLabels: {app: locust-operator}}
  template:
    metadata: {labels: {app: locust-operator}}
    spec: {containers: [{name: manager, image: lotest/locust-k8s-operator}]}
";

/// Writes a version of the public chart.
fn write_public_chart(folder: &Path, version: &str) {
    fs::create_dir_all(folder.join("templates")).unwrap();
    let about = format!("apiVersion: v2\nname: locust-k8s-operator\nversion: {version}\n");
    for (file, content) in [
        ("Chart.yaml", about),
        ("values.yaml", "replicaCount: 2\nwebhook: {enabled: false}\n".into()),
        ("templates/crd.yaml", public_crd()),
        ("templates/rest.yaml", PUBLIC_REST.into()),
    ] {
        fs::write(folder.join(file), content).unwrap();
    }
}

/// The commands of a section of the page, a line each.
fn commands(section: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/migration.md")).unwrap();
    let section =
        page.split(&format!("\n## {section}\n")).nth(1).unwrap().split("\n## ").next().unwrap().to_owned();
    // What is for those without the webhook is in no list.
    let section = section.split("\n**").next().unwrap().replace("\n   ", "\n");
    let blocks = section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned());
    blocks
        .flat_map(|block| block.replace("\\\n", " ").lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// A cluster on which a person types.
struct Shell<'p> {
    plane: &'p ControlPlane,
    major: &'static str,
    /// Values by which podgraft listens where nobody does.
    ports: String,
}

impl Shell<'_> {
    /// Runs a command as it stands on the page, and returns what it prints.
    fn run(&self, command: &str) -> String {
        // There is no repository here; the public chart is in the folder. What the page says to edit in it is edited.
        let functions = format!(
            r#"set -euo pipefail
            kubectl() {{ {kubectl} "$@"; }}
            helm() {{
                case "$1" in
                    pull) sed -i 's/"annotations":{{/&"helm.sh\/resource-policy":"keep",/' locust-k8s-operator/templates/crd.yaml ;;
                    install | upgrade) {helm} "${{@/locust-k8s-operator\/locust-k8s-operator/./public}}" $([ "$2" = podgraft ] && echo --set {ports}) ;;
                    *) {helm} "$@" ;;
                esac
            }}"#,
            kubectl = self.plane.binary("kubectl").display(),
            helm = program(self.major).display(),
            ports = self.ports,
        );
        let output = Command::new("bash")
            .args(["-c", &format!("{functions}\n{command}")])
            .current_dir(self.plane.folder())
            .env("KUBECONFIG", self.plane.kubeconfig("admin"))
            .env("HOME", self.plane.folder())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}: {command}: {}", self.major, text(&output.stderr));
        text(&output.stdout).to_owned()
    }
}

/// The tests of all teams by UID, and their Jobs with how many pods of each run.
fn inventory(plane: &ControlPlane) -> (Vec<String>, Vec<String>) {
    let list = |kind: &str, path: &str| {
        let path = format!(
            "jsonpath={{range .items[*]}}{{.metadata.name}} {{.metadata.uid}}{path}{{\"\\n\"}}{{end}}"
        );
        let lines = plane.kubectl_ok(&["get", kind, "-A", "-o", &path], b"");
        lines.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    (list("locusttests.v2.locust.io", ""), list("jobs", " {.status.active}"))
}

/// A test that the public operator has started: its Jobs, as that makes them.
fn start_as_the_public_operator(plane: &ControlPlane, name: &str) {
    plane.kubectl_ok(&["create", "-f", "-"], load_test(name).as_bytes());
    let uid = get(plane, "default", "locusttests.v2.locust.io", name)["metadata"]["uid"].clone();
    for (role, parallelism) in [("master", 1), ("worker", 2)] {
        let labels = json!({
            "app": name, "performance-test-name": name, "managed-by": "locust-k8s-operator",
            "performance-test-pod-name": format!("{name}-{role}")
        });
        let job = json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"name": format!("{name}-{role}"), "ownerReferences": [{
                "apiVersion": "locust.io/v2", "kind": "LocustTest", "name": name, "uid": uid,
                "controller": true, "blockOwnerDeletion": true
            }]},
            "spec": {"parallelism": parallelism, "backoffLimit": 0, "template": {
                "metadata": {"labels": labels},
                "spec": {"restartPolicy": "Never", "containers": [{"name": format!("{name}-{role}"), "image": "locust"}]}
            }}
        });
        plane.kubectl_ok(&["create", "-f", "-"], job.to_string().as_bytes());
    }
    let running = || get(plane, "default", "job", &format!("{name}-worker"))["status"]["ready"] == 2;
    until("the Jobs of the public operator run", running);
}

/// Writes an object as soon as its version is served.
fn create(plane: &ControlPlane, object: &str) {
    until("the test is created", || {
        plane.kubectl(&["create", "-f", "-"], object.as_bytes()).status.success()
    });
}

/// Both ways, and no test and no Job is lost or made anew.
fn there_and_back(major: &'static str, their_webhooks: bool) {
    let (plane, _life) = empty_cluster();
    let shell = Shell { plane: &plane, major, ports: ports() };
    std::os::unix::fs::symlink(root().join("charts"), plane.folder().join("charts")).unwrap();
    let (old, public, copy) = (
        plane.folder().join("old"),
        plane.folder().join("public"),
        plane.folder().join("locust-k8s-operator"),
    );
    write_public_chart(&old, "1.1.1");
    for folder in [&public, &copy] {
        write_public_chart(folder, "2.3.0");
    }
    let release = |verb: &'static str, folder: &Path, more: &[&str]| {
        let chart = folder.to_str().unwrap();
        let all = [&[verb, "locust-operator", chart, "-n", "locust-operator"], more].concat();
        drop(helm_ok(&plane, major, &all));
    };
    release("install", &old, &["--create-namespace"]);
    create(&plane, &old_test("old"));
    release("upgrade", &public, &[]);
    create(&plane, &load_test("new"));
    start_as_the_public_operator(&plane, "running");
    let before = inventory(&plane);
    assert_eq!((before.0.len(), before.1.len()), (3, 2));
    if their_webhooks {
        release("upgrade", &public, &["--reuse-values", "--set", "webhook.enabled=true"]);
    }

    let mut pod = None;
    for command in commands("The steps") {
        let printed = shell.run(&command);
        if command.starts_with("helm install podgraft") {
            pod = Some(PodProcess::start(&plane, "podgraft", "podgraft", Path::new(PODGRAFT)));
            let stored = || get(&plane, "default", "crd", CRD)["status"]["storedVersions"].clone();
            until("tests are stored as v2", || stored() == json!(["v2"]));
        }
        if command.contains("grep resource-policy") {
            assert!(printed.contains("keep"), "{printed}");
        }
        if let Some((_, expected)) = command.split_once("   # [") {
            assert_eq!(printed.trim(), format!("[{expected}"), "{command}");
        }
    }
    for name in ["old", "new", "running"] {
        until("the test runs", || phase(&plane, "default", name) == "Running");
    }
    let (tests, jobs) = inventory(&plane);
    assert_eq!(tests, before.0, "{major}: the tests are those of before");
    assert!(before.1.iter().all(|job| jobs.contains(job)), "{major}: {jobs:?} are to have {:?}", before.1);
    assert_eq!(jobs.len(), 6, "the other two tests have started: {jobs:?}");
    let old = get(&plane, "default", "locusttests.v1.locust.io", "old");
    assert_eq!(old["spec"]["workerReplicas"], 3);

    let before = (tests, jobs);
    for command in commands("Back to the public operator") {
        shell.run(&command);
        if command.contains("replicaCount=0") {
            assert_eq!(pod.take().unwrap().stop(), Some(0));
        }
    }
    assert_eq!(inventory(&plane), before, "{major}: the way back changes nothing");
    let crd = get(&plane, "default", "crd", CRD);
    assert_eq!(crd["spec"]["conversion"], json!({"strategy": "None"}), "{major}");
    create(&plane, &load_test("later"));
}

#[test]
fn a_cluster_is_taken_over_from_the_public_operator_and_given_back() {
    for (major, their_webhooks) in [("helm3", true), ("helm4", true), ("helm4", false)] {
        there_and_back(major, their_webhooks);
    }
}
