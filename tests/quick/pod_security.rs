//! Pod Security at the command line: of tests by option, namespace and overlay, and of pods and workloads.

use podgraft::codes;
use podgraft_pod::pod_security::PodSecurityLevel;
use podgraft_testkit::{
    files::{root, text},
    snapshot::assert_file,
};
use serde_json::{Value, json};

use crate::support::{podgraft, secured_examples::examples};

const TEST: &str = r"apiVersion: locust.io/v2
kind: LocustTest
metadata: {name: checkout, namespace: load-tests}
spec:
  image: locustio/locust:2.43.0
  master: {command: --locustfile /test.py}
  worker: {command: --locustfile /test.py, replicas: 1}
";

fn namespace(labels: &Value) -> String {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "load-tests", "labels": labels}});
    format!("---\n{namespace}\n")
}

fn enforcing(standard: &str) -> String {
    namespace(&json!({"pod-security.kubernetes.io/enforce": standard}))
}

/// Exit code, and what `validate -o json` says: severity, path and layer of each refusal by Pod Security.
fn validate(input: &str, arguments: &[&str]) -> (i32, Vec<String>) {
    let arguments: Vec<&str> =
        ["validate", "-f", "-", "-o", "json"].into_iter().chain(arguments.iter().copied()).collect();
    let output = podgraft(&arguments, input.as_bytes());
    let lines = text(&output.stdout).lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let said = lines.filter(|line| line["code"].as_str().unwrap().starts_with("pod-security"));
    let said = said.map(|line| {
        let part = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", part("severity"), part("path"), part("layer"))
    });
    (output.status.code().unwrap(), said.collect())
}

#[test]
fn an_option_refuses_and_a_namespace_warns() {
    let template = "  workerPodTemplate: {spec: {hostPID: true}}\n  podTemplate: {spec: {hostIPC: true}}\n";
    let test = format!("{TEST}{template}");
    // What is said of both pods is said once.
    let of = |severity: &str| {
        vec![
            format!("{severity} .spec.hostIPC podTemplate"),
            format!("{severity} .spec.hostPID workerPodTemplate"),
        ]
    };
    let sorted = |(code, mut said): (i32, Vec<String>)| {
        said.sort();
        (code, said)
    };
    assert_eq!(sorted(validate(&test, &["--pod-security", "baseline"])), (1, of("error")));
    let both = format!("{test}{}", enforcing("baseline"));
    assert_eq!(sorted(validate(&both, &[])), (0, of("warning")));
    assert_eq!(sorted(validate(&both, &["--deny", "warnings"])).0, 1);
    let label = "load-tests=pod-security.kubernetes.io/enforce=baseline";
    assert_eq!(sorted(validate(&test, &["--namespace", label])), (0, of("warning")));
    // What the option refuses is not said again for the namespace.
    assert_eq!(sorted(validate(&both, &["--pod-security", "restricted"])).0, 1);
    assert!(
        !validate(&both, &["--pod-security", "restricted"]).1.iter().any(|line| line.starts_with("warning"))
    );
    assert_eq!(validate(&format!("{test}{}", enforcing("privileged")), &[]), (0, Vec::new()));
    // The API server makes a volume without a source an emptyDir before it judges.
    let places = |volume: &str| {
        let test = format!("{TEST}  podTemplate: {{spec: {{volumes: [{{name: v{volume}}}]}}}}\n");
        let said = validate(&test, &["--pod-security", "restricted:v1.0"]).1;
        said.iter().any(|line| line.contains(".volumes["))
    };
    assert!(places(", nfs: {server: s, path: /}") && !places("") && !places(", emptyDir: {}"));
    assert_eq!(validate(&test, &[]), (0, Vec::new()));
}

#[test]
fn an_overlay_refuses_whatever_the_namespace_enforces() {
    let overlay = |constraint: &str| {
        let spec = format!(
            "  constraints: [{{podSecurity: {{{constraint}}}}}]\n  overrides: {{podTemplate: {{spec: {{hostPID: true}}}}}}\n"
        );
        let file = std::env::temp_dir().join(format!(
            "podgraft-pod-security-{}-{}.yaml",
            std::process::id(),
            constraint.len()
        ));
        let head =
            "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {name: secure}\nspec:\n";
        std::fs::write(&file, format!("{head}{spec}")).unwrap();
        file
    };
    let refused = |constraint: &str| {
        let file = overlay(constraint);
        let found = validate(TEST, &["--overlays", file.to_str().unwrap()]);
        std::fs::remove_file(file).unwrap();
        found
    };
    // Not even the overlay's own override excuses it.
    let line = "error .spec.hostPID ClusterPodOverlay secure (overrides)".to_owned();
    assert_eq!(refused("level: baseline"), (1, vec![line.clone()]));
    assert_eq!(refused("level: baseline, version: v1.20"), (1, vec![line]));
    assert_eq!(refused("level: privileged"), (0, Vec::new()));
    // What cannot be read refuses every test.
    for wrong in ["level: base", "version: v1.20", "level: baseline, version: '1.20'"] {
        assert_eq!(refused(wrong), (1, Vec::new()), "{wrong}");
    }
}

#[test]
fn pods_and_workloads_get_a_verdict_each() {
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"hostNetwork":true,"containers":[{"name":"a","image":"a","securityContext":{"privileged":true}}]}}"#;
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: b}\nspec: {template: {spec: {containers: [{name: a, image: a}]}}}\n";
    let broken = "apiVersion: v1\nkind: Pod\nmetadata: {name: c}\nspec: {hostPID: 'yes', containers: []}\n";
    let cron = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: d}\nspec: {jobTemplate: {spec: {template: {spec: {hostPID: true}}}}}\n";
    let input = format!("{pod}\n---\n{job}---\n{broken}---\n{cron}");
    let output = podgraft(
        &["validate", "-f", "-", "-o", "json", "--pod-security", "baseline:v1.30"],
        input.as_bytes(),
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "");
    let lines: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines,
        [
            json!({"allowed": false, "checks": [
                {"id": "hostNamespaces", "path": ".spec.hostNetwork", "message": "set hostNetwork to false in the pod"},
                {
                    "id": "privileged",
                    "path": ".spec.containers[name=\"a\"].securityContext.privileged",
                    "message": "set securityContext.privileged to false in container \"a\""
                }
            ]}),
            json!({"allowed": true, "checks": []}),
            json!({"allowed": false, "checks": [{
                "id": "invalid-structure",
                "path": ".spec.hostPID",
                "message": "write \"hostPID\" as true or false, not as \"yes\""
            }]}),
            json!({"allowed": false, "checks": [{
                "id": "hostNamespaces",
                "path": ".spec.jobTemplate.spec.template.spec.hostPID",
                "message": "set hostPID to false in the pod"
            }]}),
        ]
    );
    let allowed = podgraft(&["validate", "-f", "-", "--pod-security", "baseline"], job.as_bytes());
    assert_eq!((allowed.status.code(), text(&allowed.stderr)), (Some(0), ""));
    let refused = podgraft(&["validate", "-f", "-", "--pod-security", "baseline"], cron.as_bytes());
    assert_eq!(refused.status.code(), Some(1));
    let said = text(&refused.stderr);
    assert!(said.contains("error[pod-security]: set hostPID to false") && said.contains("-->"), "{said}");
    // A version that is not out is told beside the verdicts.
    let unknown =
        podgraft(&["validate", "-f", "-", "-o", "json", "--pod-security", "baseline:v1.99"], job.as_bytes());
    assert_eq!(
        (unknown.status.code(), text(&unknown.stdout)),
        (Some(0), "{\"allowed\":true,\"checks\":[]}\n")
    );
    assert!(text(&unknown.stderr).starts_with("warning[pod-security-version]"), "{}", text(&unknown.stderr));
    // Without the option they are none of a LocustTest's business.
    let without = podgraft(&["validate", "-f", "-"], job.as_bytes());
    assert!(text(&without.stderr).contains("left out batch/v1 Job"), "{}", text(&without.stderr));
}

#[test]
fn configuration_refuses_or_exempts() {
    let input = format!(
        "{TEST}  podTemplate: {{spec: {{hostPID: true, runtimeClassName: kata}}}}\n{}",
        enforcing("baseline")
    );
    let with = |settings: &str| {
        let file = std::env::temp_dir().join(format!(
            "podgraft-pod-security-config-{}-{}.yaml",
            std::process::id(),
            settings.len()
        ));
        std::fs::write(&file, format!("podSecurity: {{{settings}}}\n")).unwrap();
        let (code, said) = validate(&input, &["--config", file.to_str().unwrap()]);
        std::fs::remove_file(file).unwrap();
        (code, said.len())
    };
    assert_eq!(with(""), (0, 1));
    assert_eq!(with("onEnforce: Warn"), (0, 1));
    assert_eq!(with("onEnforce: Refuse"), (1, 1));
    // A boolean in Kubernetes' YAML, and a text.
    assert_eq!(with("onEnforce: Off"), (0, 0));
    assert_eq!(with("onEnforce: \"Off\""), (0, 0));
    assert_eq!(with("exemptions: {namespaces: [load-tests]}"), (0, 0));
    assert_eq!(with("exemptions: {namespaces: [others]}"), (0, 1));
    assert_eq!(with("onEnforce: Refuse, exemptions: {runtimeClasses: [kata]}"), (0, 0));
    assert_eq!(with("exemptions: {runtimeClasses: ['']}"), (0, 1));
}

/// What becomes of every example that ships in a namespace that enforces `restricted`, once it asks for the overlay
/// `restricted-security`. `cargo test --test control_plane pod_security::` asks the API server the same.
#[test]
fn the_shipped_overlay_makes_examples_restricted() {
    let (examples, overlays) = examples();
    let mut lines = Vec::new();
    let mut accepted = 0;
    for example in &examples {
        let rendered = example.render(PodSecurityLevel::Restricted, true, &overlays);
        let said =
            rendered.diagnostics.iter().filter(|one| one.is_error() || one.code == codes::POD_SECURITY);
        let said: Vec<String> = said.map(|one| format!("  {one}")).collect();
        accepted += usize::from(said.is_empty());
        lines.push(format!(
            "{}: {}",
            example.name,
            if said.is_empty() { "accepted" } else { "not accepted" }
        ));
        lines.extend(said);
    }
    let page = lines.join("\n") + "\n";
    assert!(accepted * 10 > examples.len() * 8, "{page}");
    assert_file(&root().join("docs/pod-security/restricted-examples.txt"), &page);
}
