//! Labels and annotations of the pods.

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use serde_json::{Map, Value, json};

use super::FieldPatches;
use crate::{
    base, codes,
    names::{JOB_CONTROLLER_LABELS, OPERATOR_LABELS},
    role::Role,
};

impl FieldPatches<'_> {
    pub(super) fn metadata(&mut self) {
        let spec = &self.test.spec;
        let (labels, annotations) = match self.role {
            Role::Master => (&spec.master.labels, &spec.master.annotations),
            Role::Worker => (&spec.worker.labels, &spec.worker.annotations),
        };
        let origin = self.own("labels");
        let mut free = Map::new();
        for (name, value) in labels {
            if is_reserved(name) {
                let message =
                    format!("remove the label \"{name}\": pods are known by it, and it stays the operator's");
                self.say(&origin.field(name), Diagnostic::warning(codes::RESERVED_LABEL, message));
            } else {
                free.insert(name.clone(), Value::from(value.as_str()));
            }
        }
        if !free.is_empty() {
            self.template(&origin, json!({ "metadata": { "labels": free } }));
        }
        if !annotations.is_empty() {
            self.template(&self.own("annotations"), json!({ "metadata": { "annotations": annotations } }));
        }
        self.job_labels();
    }

    /// The labels of the Job that would not be as the test says.
    fn job_labels(&mut self) {
        let Some(job) = &self.test.spec.overrides.job else { return };
        let own = base::labels(self.test, self.role);
        for (name, value) in &job.labels {
            if own.get(name).is_some_and(|own| own != value) {
                let message = format!(
                    "remove the label \"{name}\": the Jobs are known by it, and it stays the operator's"
                );
                let path = FieldPath::fields(["spec", "job", "labels", name]);
                self.say(&path, Diagnostic::warning(codes::RESERVED_LABEL, message));
            }
        }
    }
}

/// Whether the operator or the Job controller knows pods by a label.
fn is_reserved(label: &str) -> bool {
    OPERATOR_LABELS.contains(&label) || JOB_CONTROLLER_LABELS.contains(&label)
}
