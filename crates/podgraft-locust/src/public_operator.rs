//! [`differences`]: what a test does otherwise here than with the public Locust operator.
//!
//! # Source
//! locust-k8s-operator 2.3.0, `internal/resources`.

use podgraft_merge::{
    diagnostic::{Code, Diagnostic, Severity},
    path::FieldPath,
};
use podgraft_pod::manifest::Document;
use serde_json::Value;

use crate::{ClusterContext, codes, config::Config, load_test::LoadTest, render};

/// What is a warning of the test itself, wherever it runs, and is one only because the public operator does otherwise.
const ABOUT_DIFFERENCES: [Code; 4] =
    [codes::QUOTED_COMMAND, codes::RESERVED_LABEL, codes::DUPLICATE_VARIABLE, codes::SHADOWED_VARIABLE];

/// The label by which Kueue finds the queue of a Job.
const QUEUE_LABEL: &str = "kueue.x-k8s.io/queue-name";

/// Warnings and notes about what the test in `document`, that was read as `test`, does otherwise here than with the
/// public operator; each with its place in the document.
#[must_use]
pub fn differences(document: &Document, test: &LoadTest) -> Vec<Diagnostic> {
    let rendered = render(document, &ClusterContext::empty(), &Config::default());
    let object = rendered.diagnostics.iter().find_map(|diagnostic| diagnostic.object.clone());
    // A test that lists overlays was written for podgraft, and is judged with them only.
    let is_whole = test.spec.overrides.overlays.is_empty();
    let of_render = rendered.diagnostics.into_iter().filter(|_| is_whole).filter_map(of_render);
    let mut found: Vec<Diagnostic> = of_render.collect();
    let own = [names(test)]
        .into_iter()
        .chain(workers(test))
        .chain(queue_labels(test))
        .chain(unmounted_volumes(test))
        .chain(kafka(document));
    found.extend(own.map(|diagnostic| {
        let path = diagnostic.path.as_ref().map(|path| test.origin(path));
        let position = path.as_ref().and_then(|path| document.position(path));
        Diagnostic { path, position, object: object.clone(), ..diagnostic }
    }));
    found
}

/// What `render` says because of a difference: above all, that the test is refused.
fn of_render(diagnostic: Diagnostic) -> Option<Diagnostic> {
    if !diagnostic.is_error() {
        return ABOUT_DIFFERENCES.contains(&diagnostic.code).then_some(diagnostic);
    }
    let message =
        format!("correct the test before podgraft runs it, which refuses it: {}", diagnostic.message);
    Some(Diagnostic { message, code: codes::BEHAVES_OTHERWISE, severity: Severity::Warning, ..diagnostic })
}

fn note(path: FieldPath, message: String) -> Diagnostic {
    Diagnostic::note(codes::BEHAVES_OTHERWISE, message).at(path)
}

/// Container and volume names, by which people and dashboards find logs.
fn names(test: &LoadTest) -> Diagnostic {
    let name = test.name.replace('.', "-");
    let message = format!(
        "look for the container locust: the public operator calls it {name}-master and {name}-worker, and so the volume \
         of the test's files, which is locust-src here"
    );
    note(FieldPath::fields(["metadata", "name"]), message)
}

fn workers(test: &LoadTest) -> Option<Diagnostic> {
    let message = "expect the test to go on without a worker whose node is taken away: the public operator's worker Job \
                   fails with its first pod";
    (test.spec.worker.replicas > 1)
        .then(|| note(FieldPath::fields(["spec", "worker", "replicas"]), message.to_owned()))
}

fn queue_labels(test: &LoadTest) -> Vec<Diagnostic> {
    let roles = [("master", &test.spec.master.labels), ("worker", &test.spec.worker.labels)];
    let labelled = roles.into_iter().filter(|(_, labels)| labels.contains_key(QUEUE_LABEL));
    let warning = |(role, _): (&str, _)| {
        let message = format!(
            "move {QUEUE_LABEL} to job.labels: a Job has labels of its own here, while those of the public operator take over \
             the labels of their pods"
        );
        let path = FieldPath::fields(["spec", role, "labels", QUEUE_LABEL]);
        Diagnostic::warning(codes::BEHAVES_OTHERWISE, message).at(path)
    };
    labelled.map(warning).collect()
}

fn unmounted_volumes(test: &LoadTest) -> Vec<Diagnostic> {
    let overrides = &test.spec.overrides;
    let is_mounted =
        |name: &Value| overrides.volume_mounts.iter().any(|mount| mount.mount.get("name") == Some(name));
    let volumes = overrides.volumes.iter().enumerate();
    let unmounted = volumes.filter(|(_, volume)| volume.get("name").is_some_and(|name| !is_mounted(name)));
    unmounted
        .map(|(index, _)| {
            let message = "expect this volume in the pods of both roles: the public operator leaves out volumes that no \
                           entry of volumeMounts names";
            note(FieldPath::fields(["spec", "volumes"]).index(index), message.to_owned())
        })
        .collect()
}

/// Variables that the public operator always sets.
fn kafka(document: &Document) -> Option<Diagnostic> {
    let spec = document.value.get("spec")?;
    let message = "enable Kafka in the operator's configuration, or set the KAFKA_ variables that the test refers to: only the \
                   public operator sets them always";
    spec.to_string()
        .contains("$(KAFKA_")
        .then(|| Diagnostic::warning(codes::BEHAVES_OTHERWISE, message).at(FieldPath::fields(["spec"])))
}
