//! Pod Security as the API server enforces it, on pods of the templates that podgraft renders.

use std::collections::{BTreeMap, BTreeSet};

use podgraft_merge::work::Work;
use podgraft_pod::pod_security::{PodSecurityLevel, violations};
use podgraft_testkit::{control_plane::ControlPlane, files::text};
use serde_json::{Value, json};

use crate::support::secured_examples::examples;

#[test]
fn the_api_server_enforces_what_podgraft_says() {
    let (_turn, plane) = crate::plane();
    let (examples, overlays) = examples();
    for level in [PodSecurityLevel::Baseline, PodSecurityLevel::Restricted] {
        plane.kubectl_ok(&["create", "namespace", level.as_str()], b"");
        let label = format!("pod-security.kubernetes.io/enforce={level}");
        plane.kubectl_ok(&["label", "namespace", level.as_str(), &label], b"");
        for secured in [false, true] {
            let mut pods = BTreeMap::new();
            for (index, example) in examples.iter().enumerate() {
                let rendered = example.render(level, secured, &overlays);
                if rendered.is_refused() {
                    continue;
                }
                for (role, job) in rendered.jobs() {
                    pods.insert(format!("{role}-{index}"), pod(&job["spec"]["template"]));
                }
            }
            let refused = refused_by_the_server(&plane, level, &pods);
            let ours: BTreeSet<String> = pods
                .iter()
                .filter(|(_, pod)| !violations(pod, standard(level), &Work::unlimited()).is_empty())
                .map(|(name, _)| name.clone())
                .collect();
            assert_eq!(ours, refused, "{level}, secured: {secured}");
            println!("{level}, secured: {secured}: {} pods, {} refused", pods.len(), refused.len());
            assert!(pods.len() > 40, "only {}", pods.len());
            if level == PodSecurityLevel::Restricted {
                assert_eq!(refused.is_empty(), secured, "{refused:?}");
            }
        }
    }
}

fn standard(level: PodSecurityLevel) -> podgraft_pod::pod_security::PodSecurityStandard {
    format!("{level}:latest").parse().unwrap()
}

/// A pod of a template, without the names of objects that would have to be there.
fn pod(template: &Value) -> Value {
    let mut pod = template.clone();
    let spec = pod["spec"].as_object_mut().unwrap();
    for name in ["priorityClassName", "runtimeClassName"] {
        spec.remove(name);
    }
    pod
}

/// The names of those pods that the namespace refuses, by what it enforces and for nothing else.
fn refused_by_the_server(
    plane: &ControlPlane,
    level: PodSecurityLevel,
    pods: &BTreeMap<String, Value>,
) -> BTreeSet<String> {
    let items = pods.iter().map(|(name, pod)| {
        let mut pod = pod.clone();
        pod["apiVersion"] = "v1".into();
        pod["kind"] = "Pod".into();
        pod["metadata"]["name"] = name.clone().into();
        pod
    });
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items.collect::<Vec<_>>()}).to_string();
    let output =
        plane.kubectl(&["create", "--dry-run=server", "-n", level.as_str(), "-f", "-"], list.as_bytes());
    let violates = format!("is forbidden: violates PodSecurity \"{level}:latest\"");
    let mut refused = BTreeSet::new();
    for line in text(&output.stderr).lines().filter(|line| line.starts_with("Error from server")) {
        assert!(line.contains(&violates), "{line}");
        let name = line.split("pods \"").nth(1).and_then(|rest| rest.split('"').next());
        refused.insert(name.unwrap_or_else(|| panic!("{line}")).to_owned());
    }
    let created =
        text(&output.stdout).lines().filter(|line| line.contains("created (server dry run)")).count();
    assert_eq!(created + refused.len(), pods.len(), "{}", text(&output.stderr));
    refused
}
