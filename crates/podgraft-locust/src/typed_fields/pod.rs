//! Scheduling, pull secrets and security of the pod.

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use serde_json::json;

use super::FieldPatches;
use crate::{codes, config::Config};

impl FieldPatches<'_> {
    pub(super) fn pod(&mut self, config: &Config) {
        let spec = &self.test.spec;
        if !spec.image_pull_secrets.is_empty() {
            let origin = FieldPath::fields(["spec", "imagePullSecrets"]);
            self.spec(&origin, &json!({ "imagePullSecrets": spec.image_pull_secrets }));
        }
        if let Some(context) =
            spec.security.as_ref().and_then(|security| security.pod_security_context.as_ref())
        {
            let origin = FieldPath::fields(["spec", "security", "podSecurityContext"]);
            self.spec(&origin, &json!({ "securityContext": context }));
        }
        self.scheduling(config);
    }

    fn scheduling(&mut self, config: &Config) {
        let Some(scheduling) = &self.test.spec.scheduling else { return };
        let origin = |field: &str| FieldPath::fields(["spec", "scheduling", field]);
        if let Some(affinity) = &scheduling.affinity {
            if config.locust_pods.affinity_injection {
                self.spec(&origin("affinity"), &json!({ "affinity": affinity }));
            } else {
                self.say(&origin("affinity"), ignored("affinity", "affinityInjection"));
            }
        }
        if !scheduling.tolerations.is_empty() {
            if config.locust_pods.tolerations_injection {
                self.spec(&origin("tolerations"), &json!({ "$append/tolerations": scheduling.tolerations }));
            } else {
                self.say(&origin("tolerations"), ignored("tolerations", "tolerationsInjection"));
            }
        }
        if !scheduling.node_selector.is_empty() {
            self.spec(&origin("nodeSelector"), &json!({ "nodeSelector": scheduling.node_selector }));
        }
        match scheduling.runtime_class_name.as_deref() {
            None => {}
            // Empty means: not even the operator's default.
            Some("") if config.locust_pods.runtime_class_name.is_empty() => {}
            Some("") => self.spec(&origin("runtimeClassName"), &json!({ "$unset": ["runtimeClassName"] })),
            Some(name) => self.spec(&origin("runtimeClassName"), &json!({ "runtimeClassName": name })),
        }
    }
}

fn ignored(field: &str, setting: &str) -> Diagnostic {
    let message = format!(
        "remove {field}, or ask for locustPods.{setting} in the operator's configuration: it is off, and {field} is ignored"
    );
    Diagnostic::warning(codes::IGNORED_FIELD, message)
}
