//! Constraints in CEL mean what the API server takes them for: random expressions over random objects,
//! judged by podgraft and by a real `ValidatingAdmissionPolicy`.

mod policies;
mod random;
use std::collections::BTreeMap;

use podgraft_locust::read_overlays;
use podgraft_merge::work::Work;
use podgraft_pod::{
    manifest::Document,
    overlay::{JudgedPod, Namespace, constraint::Expression, judge},
};
use podgraft_testkit::pod_life;
use random::Random;
use serde_json::{Value, json};

/// Expressions of a policy: their warnings must fit into a response.
const EXPRESSIONS: usize = 14;
/// Objects that each policy judges.
const OBJECTS: usize = 12;
/// Pairs of an expression and an object in an ordinary run.
const PAIRS: usize = 2_000;
const SEED: u64 = 1;

/// A type of objects whose spec is a pod template, without defaults.
const CRD: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: templates.podgraft.test}
spec:
  group: podgraft.test
  scope: Namespaced
  names: {kind: Template, plural: templates, singular: template}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";
const NAMESPACE: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: team-a, labels: {tier: gold}}
";

/// What is said of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    True,
    False,
    /// It cannot be evaluated.
    Error(String),
    /// It is not even read.
    Refused,
    /// Nobody knows: the API server took one of a policy's expressions for too costly, and gave up.
    Costly,
}

/// Expressions and the objects that they judge.
pub(crate) struct Batch {
    pub(crate) name: String,
    pub(crate) expressions: Vec<String>,
    pub(crate) specs: Vec<Value>,
}

#[test]
fn expressions_mean_what_a_policy_takes_them_for() {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().map_or(default, |text| text.parse().unwrap());
    let pairs = usize::try_from(number("PODGRAFT_EXPRESSIONS", PAIRS as u64)).unwrap();
    let mut random = Random::new(number("PODGRAFT_SEED", SEED));
    let batches: Vec<Batch> = (0..pairs.div_ceil(EXPRESSIONS * OBJECTS))
        .map(|index| Batch {
            name: format!("batch-{index}"),
            expressions: (0..EXPRESSIONS).map(|_| random.expression()).collect(),
            specs: (0..OBJECTS).map(|_| random.spec()).collect(),
        })
        .collect();
    let (_turn, plane) = crate::plane();
    plane.kubectl_ok(&["apply", "-f", "-"], NAMESPACE.as_bytes());
    let crd = plane.folder().join("crd.yaml");
    std::fs::write(&crd, CRD).unwrap();
    plane.install(crd.to_str().unwrap(), "templates");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(compare(&plane.kubeconfig("admin"), &batches));
}

async fn compare(kubeconfig: &str, batches: &[Batch]) {
    let client = pod_life::client(kubeconfig).await;
    let mut refused = Vec::new();
    for batch in batches {
        refused.push(policies::install(&client, batch).await);
    }
    let (mut counts, mut different) = (BTreeMap::<String, usize>::new(), Vec::<(&str, String)>::new());
    for (batch, refused) in batches.iter().zip(&refused) {
        let theirs = policies::answers(&client, batch, refused).await;
        let ours = ours(batch);
        for (object, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                *counts.entry(kind(theirs).to_owned()).or_default() += 1;
                if !is_same(ours, theirs) {
                    let (expression, spec) = (&batch.expressions[index], &batch.specs[object]);
                    different.push((
                        &**expression,
                        format!("  ours:   {ours:?}\n  theirs: {theirs:?}\n  of {spec}"),
                    ));
                }
            }
        }
    }
    println!("expressions judged by a policy: {counts:?}");
    assert!(different.is_empty(), "{} answers differ:\n{}", different.len(), listed(&different));
}

/// One answer for each expression.
fn listed(different: &[(&str, String)]) -> String {
    let each: BTreeMap<&str, &str> =
        different.iter().map(|(expression, said)| (*expression, &**said)).collect();
    each.into_iter().flat_map(|(expression, said)| [expression, "\n", said, "\n"]).collect()
}

fn kind(answer: &Answer) -> &str {
    match answer {
        Answer::True => "true",
        Answer::False => "false",
        Answer::Error(_) => "error",
        Answer::Refused => "refused when read",
        Answer::Costly => "too costly",
    }
}

/// Errors of the API server's where podgraft has an answer. A function that takes lists of several types
/// is bound to that of integers when the list comes out of `reverse()`, `distinct()`, `slice(...)` or
/// `flatten()` of a list whose items are not declared; and `flatten(N)` costs N times the list, however flat.
const KNOWN: [&str; 6] = [
    "no such overload: isSorted(list)",
    "no such overload: sum(list)",
    "no such overload: min(list)",
    "no such overload: max(list)",
    "no such overload: sort(list)",
    "actual cost limit exceeded",
];

/// Types are not checked when podgraft reads an expression: what a policy refuses for them may be
/// evaluated here, and is an error where it goes wrong.
fn is_same(ours: &Answer, theirs: &Answer) -> bool {
    match theirs {
        Answer::Refused | Answer::Costly => true,
        Answer::Error(text) => {
            matches!(ours, Answer::Error(_) | Answer::Refused)
                || KNOWN.iter().any(|known| text.contains(known))
        }
        theirs => ours == theirs,
    }
}

/// What podgraft answers to each expression of a batch for each of its objects.
fn ours(batch: &Batch) -> Vec<Vec<Answer>> {
    let is_read: Vec<bool> =
        batch.expressions.iter().map(|source| Expression::read(source).is_ok()).collect();
    let constraints: Vec<Value> = (batch.expressions.iter().enumerate())
        .filter(|(index, _)| is_read[*index])
        .map(|(index, source)| json!({"expression": source, "message": index.to_string()}))
        .collect();
    let overlay = json!({
        "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay", "metadata": {"name": "o"},
        "spec": {"constraints": constraints}
    });
    let overlays = read_overlays([Document::from_value(overlay)]);
    assert!(overlays.unreadable().next().is_none(), "{:?}", overlays.diagnostics());
    let overlays: Vec<_> = overlays.readable().collect();
    let namespace = Namespace::labelled("team-a", BTreeMap::from([("tier".to_owned(), "gold".to_owned())]));
    let judge = |spec: &Value| {
        let pod = json!({"metadata": {"labels": {"team": "search"}}, "spec": spec});
        let work = Work::unlimited();
        let judged = JudgedPod { pod: &pod, namespace: Some(&namespace), overlays: &overlays, work: &work };
        let mut answers: Vec<Answer> =
            is_read.iter().map(|is_read| if *is_read { Answer::True } else { Answer::Refused }).collect();
        for refusal in judge(&judged, |_, _| false) {
            let index: usize = refusal.message.parse().unwrap();
            let help = refusal.help.unwrap_or_default();
            let is_error = help.contains("cannot be evaluated");
            answers[index] = if is_error { Answer::Error(help) } else { Answer::False };
        }
        answers
    };
    batch.specs.iter().map(judge).collect()
}
