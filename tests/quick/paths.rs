//! Every path that podgraft prints is read back as the same path, and provenance knows what is there.
//!
//! The pods are random, with duplicates: ports of one number and several protocols, spread constraints of one topology,
//! items that are there twice. Each source of paths is a test of its own; `PathCheck` is what they share.

use podgraft_locust::{
    ClusterContext, PodContext, config::Config, lints::lints, protected::protected, read_overlays, role::Role,
};
use podgraft_merge::{
    layers::Folded,
    schema::{FieldType, ListKind, Schema, Type, kinds},
    work::Work,
};
use podgraft_pod::{
    difference::differences,
    explain::{Filter, PathQuery},
    manifest::Document,
    overlay::{Namespace, Overlays},
    validity::{Workload, validity},
};
use podgraft_testkit::{
    duplicates::{folded_pairs, pods_with_duplicates},
    path_check::{PathCheck, is_near, items_are_told_apart},
};
use serde_json::{Value, json};

const SEED: u64 = 7;
const PODS: usize = 300;

/// Random pods with items of equal keys.
fn pods() -> Vec<Value> {
    pods_with_duplicates(SEED, PODS)
}

/// Each pod as a template over the one before it.
fn folded() -> Vec<Folded> {
    folded_pairs(&pods())
}

#[test]
fn of_provenance_and_of_patches() {
    let mut leaves = PathCheck::new("leaves");
    let mut removed = PathCheck::new("removed leaves");
    let mut diagnostics = PathCheck::new("diagnostics of patches");
    for folded in folded() {
        for leaf in folded.provenance.leaves(&folded.value) {
            leaves.is_there(&leaf.path, &folded);
        }
        for leaf in folded.provenance.removed(&folded.value) {
            removed.was_there(&leaf.path, &folded);
        }
        for (_, diagnostic) in &folded.diagnostics {
            diagnostics.is_read_back(diagnostic.path.as_ref().unwrap());
        }
    }
    leaves.finish(5_000);
    removed.finish(100);
    diagnostics.finish(100);
}

#[test]
fn of_differences() {
    let mut check = PathCheck::new("differences");
    let schema = Schema::pod_template();
    for pair in pods().windows(2) {
        for difference in differences(&pair[0], &pair[1], schema) {
            check.is_read_back(&difference.path);
            check.is_read_back(&difference.path_after);
            if let Some(before) = &difference.before {
                assert_eq!(difference.path.find(&pair[0]), Some(before), "{}", difference.path);
            }
            if let Some(after) = &difference.after {
                assert_eq!(difference.path_after.find(&pair[1]), Some(after), "{}", difference.path_after);
            }
        }
    }
    check.finish(1_000);
}

#[test]
fn of_validity_protected_fields_and_lints() {
    let mut check = PathCheck::new("what is judged");
    let work = Work::unlimited();
    for folded in folded() {
        for role in Role::ALL {
            let pod = &folded.value;
            let context =
                PodContext { role, test_name: "t", base: pod, pod, replicas: 1, workers: 1, work: &work };
            let judged = [validity(pod, Workload::Job, &work), protected(&context), lints(&context)];
            for diagnostic in judged.iter().flatten() {
                check.is_known(diagnostic.path.as_ref().unwrap(), &folded);
            }
        }
    }
    check.finish(1_000);
}

/// A test whose pods are overridden by a random pod.
fn test_of(pod: &Value) -> Document {
    let mut template = pod.clone();
    template["spec"]["containers"][0]["name"] = "locust".into();
    Document::from_value(json!({
        "apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": "t", "namespace": "n"},
        "spec": {"image": "locust", "master": {"command": ""}, "worker": {"command": "", "replicas": 1}, "podTemplate": template}
    }))
}

/// A place of one item that few pods have.
const NAMED: &str = ".spec.containers[name=\"locust\"].ports[containerPort=80,protocol=\"UDP\"].name";

/// An overlay that demands what few pods have, of all items of the lists with two keys too.
fn demanding() -> Overlays {
    let constraint = |path: &str| json!({"path": path, "enum": ["no pod has this"], "required": true});
    let constraints = [
        ".spec.priorityClassName",
        ".spec.topologySpreadConstraints[*].topologyKey",
        ".spec.containers[name=\"locust\"].ports[*].name",
        NAMED,
        ".spec.containers[name=\"locust\"].env[*].value",
        ".metadata.labels[\"example.com/team\"]",
    ]
    .map(constraint);
    let each = json!({"eachContainer": ".volumeMounts[*].mountPath", "enum": ["no pod has this"]});
    let constraints: Vec<Value> = constraints.into_iter().chain([each]).collect();
    let overlay = json!({
        "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay", "metadata": {"name": "demanding"},
        "spec": {"constraints": constraints}
    });
    read_overlays([Document::from_value(overlay)])
}

#[test]
fn of_constraints_and_of_explain() {
    let overlays = demanding();
    assert_eq!(overlays.diagnostics(), []);
    let namespace = Namespace::labelled("n", std::collections::BTreeMap::new());
    let context = ClusterContext { overlays: &overlays, namespace: Some(&namespace), pod_security: None };
    let mut constraints = PathCheck::new("constraints");
    let mut explained = PathCheck::new("explain");
    for pod in pods().iter().step_by(10) {
        let test = test_of(pod);
        let explanation = podgraft_locust::explain(&test, &context, &Config::default());
        for diagnostic in explanation.diagnostics.iter().filter(|diagnostic| diagnostic.code == "constraint")
        {
            let path = diagnostic.path.as_ref().unwrap();
            constraints.is_read_back(path);
            let is_known = |template: &Value| is_near(path, template);
            // What the overlay itself names may be missing altogether.
            assert!(
                NAMED == path.to_string() || explanation.pods.iter().any(|pod| is_known(&pod.template)),
                "{path}"
            );
        }
        for pod in &explanation.pods {
            for told in pod.leaves.iter().chain(&pod.removed) {
                explained.is_read_back(&told.path);
                let asked = vec![PathQuery::new(&told.path.to_string())];
                let filter = Filter { role: Some(pod.role.clone()), asked, ..Filter::default() };
                assert_eq!(filter.of(&explanation).nothing, [""; 0], "explain knows what it prints");
            }
        }
    }
    constraints.finish(50);
    explained.finish(500);
}

/// Every list of Kubernetes with two keys: items that differ in each of them, in none, or lack the second.
#[test]
fn of_every_list_with_two_keys() {
    let mut lists = 0;
    let mut seen = std::collections::HashSet::new();
    let mut next: Vec<Schema> =
        kinds().iter().filter_map(|kind| Schema::for_kind(&api_version(kind), kind.kind)).collect();
    while let Some(schema) = next.pop() {
        match schema.ty() {
            Type::List(inner) | Type::Map(inner) => next.push(Schema::new(*inner)),
            Type::Struct(index) if seen.insert(index) => {
                for field in schema.struct_type().unwrap().fields {
                    next.push(Schema::of(field));
                    if let ListKind::Map(keys) = field.list_kind()
                        && keys.secondary().is_some()
                    {
                        lists += 1;
                        items_are_told_apart(FieldType::root(schema), field.name, &keys);
                    }
                }
            }
            _ => {}
        }
    }
    assert!(lists >= 3, "{lists}");
}

fn api_version(kind: &podgraft_merge::schema::Kind) -> String {
    if kind.group.is_empty() { kind.version.to_owned() } else { format!("{}/{}", kind.group, kind.version) }
}
