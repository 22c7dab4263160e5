//! Volumes and mounts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Pieces;
use crate::{
    diagnostic::Diagnostic,
    locust::api::{shared::Target, v2::SecretMount},
    path::FieldPath,
    role::Role,
};

impl Pieces<'_> {
    pub(super) fn volumes(&mut self) {
        let test = self.test;
        let overrides = &test.spec.overrides;
        if let Some(env) = &test.spec.env {
            self.secret_mounts(&env.secret_mounts);
        }
        let (own_volumes, own_mounts) = match self.role {
            Role::Master => (
                ("masterVolumes", &overrides.master_volumes),
                ("masterVolumeMounts", &overrides.master_volume_mounts),
            ),
            Role::Worker => (
                ("workerVolumes", &overrides.worker_volumes),
                ("workerVolumeMounts", &overrides.worker_volume_mounts),
            ),
        };
        let mut volumes = BTreeMap::new();
        for (index, volume) in overrides.volumes.iter().enumerate() {
            if self.is_for_role(volume) {
                self.volume("volumes", index, volume, &mut volumes);
            }
        }
        for (index, volume) in own_volumes.1.iter().enumerate() {
            self.volume(own_volumes.0, index, volume, &mut volumes);
        }
        let mut mounts = BTreeMap::new();
        for (index, mount) in overrides.volume_mounts.iter().enumerate() {
            if is_for(mount.target.unwrap_or_default(), self.role) {
                self.mount("volumeMounts", index, &Value::Object(mount.mount.clone()), &mut mounts);
            }
        }
        for (index, mount) in own_mounts.1.iter().enumerate() {
            self.mount(own_mounts.0, index, mount, &mut mounts);
        }
    }

    /// Whether a shared volume goes to this role: to the roles whose typed mounts name it, to both when
    /// none does.
    fn is_for_role(&self, volume: &Value) -> bool {
        let overrides = &self.test.spec.overrides;
        let name = volume.get("name");
        let mut roles = BTreeSet::new();
        for mount in overrides.volume_mounts.iter().filter(|mount| mount.mount.get("name") == name) {
            let target = mount.target.unwrap_or_default();
            roles.extend(Role::ALL.into_iter().filter(|role| is_for(target, *role)));
        }
        for (role, mounts) in
            [(Role::Master, &overrides.master_volume_mounts), (Role::Worker, &overrides.worker_volume_mounts)]
        {
            if mounts.iter().any(|mount| mount.get("name") == name) {
                roles.insert(role);
            }
        }
        roles.is_empty() || roles.contains(&self.role)
    }

    fn volume(&mut self, field: &str, index: usize, volume: &Value, seen: &mut BTreeMap<String, FieldPath>) {
        let origin = FieldPath::fields(["spec", field]).index(index);
        let name = volume.get("name").and_then(Value::as_str).unwrap_or_default();
        if let Some(first) = seen.insert(name.to_owned(), origin.clone()) {
            let message = format!("rename or remove one of the two volumes \"{name}\": the other is {first}");
            self.say(&origin, Diagnostic::error("duplicate-volume", message));
            return;
        }
        self.spec(&origin, &json!({ "volumes": [volume] }));
    }

    fn mount(&mut self, field: &str, index: usize, mount: &Value, seen: &mut BTreeMap<String, FieldPath>) {
        let origin = FieldPath::fields(["spec", field]).index(index);
        let path = mount.get("mountPath").and_then(Value::as_str).unwrap_or_default();
        if let Some(first) = seen.insert(path.to_owned(), origin.clone()) {
            let message =
                format!("change the mountPath of one of the two mounts at {path}: the other is {first}");
            self.say(&origin, Diagnostic::error("duplicate-mount-path", message));
            return;
        }
        self.locust(&origin, json!({ "volumeMounts": [mount] }));
    }

    /// One volume for each Secret, however often it is mounted.
    fn secret_mounts(&mut self, secrets: &[SecretMount]) {
        let mut volumes = BTreeSet::new();
        let mut paths = BTreeMap::new();
        for (index, secret) in secrets.iter().enumerate() {
            let origin = FieldPath::fields(["spec", "env", "secretMounts"]).index(index);
            // A Secret's name may have dots, a volume's may not.
            let volume = format!("secret-{}", secret.name.replace('.', "-"));
            if let Some(first) = paths.insert(secret.mount_path.clone(), origin.clone()) {
                let path = &secret.mount_path;
                let message =
                    format!("change the mountPath of one of the two mounts at {path}: the other is {first}");
                self.say(&origin, Diagnostic::error("duplicate-mount-path", message));
                continue;
            }
            if volumes.insert(volume.clone()) {
                self.spec(
                    &origin,
                    &json!({ "volumes": [{ "name": volume, "secret": { "secretName": secret.name } }] }),
                );
            }
            let mount = json!({ "name": volume, "mountPath": secret.mount_path, "readOnly": secret.read_only.unwrap_or(true) });
            self.locust(&origin, json!({ "volumeMounts": [mount] }));
        }
    }
}

fn is_for(target: Target, role: Role) -> bool {
    match target {
        Target::Both => true,
        Target::Master => role == Role::Master,
        Target::Worker => role == Role::Worker,
    }
}
