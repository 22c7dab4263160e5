//! Labels and annotations of the pods.

use serde_json::{Map, Value, json};

use super::Pieces;
use crate::{
    diagnostic::{Code, Diagnostic},
    locust::base::{MANAGED_BY_LABEL, POD_LABEL, TEST_LABEL},
    role::Role,
};

/// Labels that the operator and the Job controller know pods by.
const RESERVED: [&str; 8] = [
    TEST_LABEL,
    POD_LABEL,
    MANAGED_BY_LABEL,
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-uid",
    "job-name",
];

impl Pieces<'_> {
    pub(super) fn metadata(&mut self) {
        let spec = &self.test.spec;
        let (labels, annotations) = match self.role {
            Role::Master => (&spec.master.labels, &spec.master.annotations),
            Role::Worker => (&spec.worker.labels, &spec.worker.annotations),
        };
        let origin = self.own("labels");
        let mut free = Map::new();
        for (name, value) in labels {
            if RESERVED.contains(&name.as_str()) {
                let message =
                    format!("remove the label \"{name}\": pods are known by it, and it stays the operator's");
                self.say(&origin.field(name), Diagnostic::warning(Code::ReservedLabel, message));
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
    }
}
