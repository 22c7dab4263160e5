//! Image, arguments, resources and security of the container `locust`.

use serde_json::json;

use super::Pieces;
use crate::{locust::command, path::FieldPath, role::Role};

impl Pieces<'_> {
    pub(super) fn containers(&mut self) {
        let spec = &self.test.spec;
        self.locust(&FieldPath::fields(["spec", "image"]), json!({ "image": spec.image }));
        if let Some(policy) = &spec.image_pull_policy {
            self.locust(
                &FieldPath::fields(["spec", "imagePullPolicy"]),
                json!({ "imagePullPolicy": policy }),
            );
        }
        self.arguments();
        let resources = match self.role {
            Role::Master => &spec.master.resources,
            Role::Worker => &spec.worker.resources,
        };
        if let Some(resources) = resources {
            let resources = resources.clone();
            self.locust(&self.own("resources"), json!({ "resources": resources }));
        }
        if let Some(context) =
            spec.security.as_ref().and_then(|security| security.container_security_context.as_ref())
        {
            let origin = FieldPath::fields(["spec", "security", "containerSecurityContext"]);
            self.locust(&origin, json!({ "securityContext": context }));
        }
    }

    /// The command's words go before the operator's flags, extra arguments behind them.
    fn arguments(&mut self) {
        let (command, extra) = match self.role {
            Role::Master => (&self.test.spec.master.command, &self.test.spec.master.extra_args),
            Role::Worker => (&self.test.spec.worker.command, &self.test.spec.worker.extra_args),
        };
        let origin = self.own("command");
        match command::words(command) {
            Ok(words) => {
                if let Some(warning) = command::differs_from_fields(command, &words) {
                    self.say(&origin, warning);
                }
                if !words.is_empty() {
                    self.locust(&origin, json!({ "$prepend/args": words }));
                }
            }
            Err(error) => self.say(&origin, error),
        }
        if !extra.is_empty() {
            self.locust(&self.own("extraArgs"), json!({ "$append/args": extra }));
        }
    }
}
