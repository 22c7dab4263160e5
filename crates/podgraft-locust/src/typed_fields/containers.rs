//! Image, arguments, resources and security of the container `locust`.

use podgraft_merge::{
    diagnostic::{Diagnostic, did_you_mean},
    path::FieldPath,
};
use serde_json::json;

use super::FieldPatches;
use crate::{base, codes, command, role::Role};

impl FieldPatches<'_> {
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
        self.removed_arguments();
    }

    /// The base has no flag that the test removes; here is what there is to say of the others.
    fn removed_arguments(&mut self) {
        let test = self.test;
        let removed = match self.role {
            Role::Master => &test.spec.master.remove_args,
            Role::Worker => &test.spec.worker.remove_args,
        };
        let (role, removable) = (self.role, base::removable(self.role));
        for (index, flag) in removed.iter().enumerate() {
            let origin = self.own("removeArgs").index(index);
            if base::is_wiring(flag) {
                let message = format!(
                    "remove \"{flag}\" from removeArgs: without it, master and workers do not find each other"
                );
                self.say(&origin, Diagnostic::error(codes::PROTECTED_FIELD, message));
            } else if !removable.contains(&flag.as_str()) {
                let near = did_you_mean(flag, removable.iter().copied());
                let near = if near.is_empty() { format!(": it has {}", removable.join(", ")) } else { near };
                let message = format!(
                    "remove \"{flag}\" from removeArgs, the operator gives the {role} no such flag{near}"
                );
                self.say(&origin, Diagnostic::warning(codes::NOTHING_TO_REMOVE, message));
            }
        }
    }
}
