//! Volumes and mounts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use serde_json::{Value, json};

use super::FieldPatches;
use crate::{
    api::{shared::Target, v2::SecretMount},
    codes,
    names::{SECRET_VOLUME_PREFIX, is_reserved_volume},
    role::Role,
};

impl FieldPatches<'_> {
    pub(super) fn volumes(&mut self) {
        let test = self.test;
        let overrides = &test.spec.overrides;
        let mut mounts = BTreeMap::new();
        if let Some(env) = &test.spec.env {
            self.secret_mounts(&env.secret_mounts, &mut mounts);
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
        let roles = self.roles_of_volumes();
        // A shared volume goes to the roles whose mounts name it, to both when none does.
        let is_for_role = |volume: &Value| {
            let roles = volume.get("name").and_then(Value::as_str).and_then(|name| roles.get(name));
            roles.is_none_or(|roles| roles.contains(&self.role))
        };
        let shared: Vec<bool> = overrides.volumes.iter().map(is_for_role).collect();
        for (index, volume) in overrides.volumes.iter().enumerate() {
            if shared[index] {
                self.volume("volumes", index, volume, &mut volumes);
            }
        }
        for (index, volume) in own_volumes.1.iter().enumerate() {
            self.volume(own_volumes.0, index, volume, &mut volumes);
        }
        for (index, mount) in overrides.volume_mounts.iter().enumerate() {
            if is_for(mount.target.unwrap_or_default(), self.role) {
                self.mount("volumeMounts", index, &Value::Object(mount.mount.clone()), &mut mounts);
            }
        }
        for (index, mount) in own_mounts.1.iter().enumerate() {
            self.mount(own_mounts.0, index, mount, &mut mounts);
        }
    }

    /// By name, the roles whose typed mounts name a volume.
    fn roles_of_volumes(&self) -> HashMap<&str, BTreeSet<Role>> {
        let overrides = &self.test.spec.overrides;
        let mut roles: HashMap<&str, BTreeSet<Role>> = HashMap::new();
        let shared = overrides.volume_mounts.iter();
        let shared = shared.map(|mount| (mount.mount.get("name"), mount.target.unwrap_or_default()));
        let of_master =
            overrides.master_volume_mounts.iter().map(|mount| (mount.get("name"), Target::Master));
        let of_worker =
            overrides.worker_volume_mounts.iter().map(|mount| (mount.get("name"), Target::Worker));
        for (name, target) in shared.chain(of_master).chain(of_worker) {
            if let Some(name) = name.and_then(Value::as_str) {
                let of_target = Role::ALL.into_iter().filter(|role| is_for(target, *role));
                roles.entry(name).or_default().extend(of_target);
            }
        }
        roles
    }

    fn volume(&mut self, field: &str, index: usize, volume: &Value, seen: &mut BTreeMap<String, FieldPath>) {
        let origin = FieldPath::fields(["spec", field]).index(index);
        let name = volume.get("name").and_then(Value::as_str).unwrap_or_default();
        if let Some(first) = seen.insert(name.to_owned(), origin.clone()) {
            let message = format!("rename or remove one of the two volumes \"{name}\": the other is {first}");
            self.say(&origin, Diagnostic::error(codes::DUPLICATE_VOLUME, message));
            return;
        }
        // What is wrong with the name is said already; what the operator has of that name stays.
        let is_taken = self.lower.volumes.contains(name) || self.mounts_secrets();
        if is_reserved_volume(name) && is_taken {
            return;
        }
        let mut volume = volume.clone();
        // A volume without a source is an emptyDir, as in a pod; over a volume of an overlay it is that volume.
        if is_without_source(&volume) && !self.lower.volumes.contains(name) {
            volume["emptyDir"] = json!({});
        }
        self.spec(&origin, &json!({ "volumes": [volume] }));
    }

    fn mounts_secrets(&self) -> bool {
        self.test.spec.env.as_ref().is_some_and(|env| !env.secret_mounts.is_empty())
    }

    fn mount(&mut self, field: &str, index: usize, mount: &Value, seen: &mut BTreeMap<String, FieldPath>) {
        self.mount_at(FieldPath::fields(["spec", field]).index(index), mount, seen);
    }

    /// Adds a mount, unless one that was written in this test before is at the same path: the two would
    /// merge into one.
    fn mount_at(&mut self, origin: FieldPath, mount: &Value, seen: &mut BTreeMap<String, FieldPath>) {
        let path = mount.get("mountPath").and_then(Value::as_str).unwrap_or_default();
        if let Some(first) = seen.get(path) {
            let message =
                format!("change the mountPath of one of the two mounts at {path}: the other is {first}");
            self.say(&origin, Diagnostic::error(codes::DUPLICATE_MOUNT_PATH, message));
            return;
        }
        self.locust(&origin, json!({ "volumeMounts": [mount] }));
        seen.insert(path.to_owned(), origin);
    }

    /// One volume for each Secret, however often it is mounted.
    fn secret_mounts(&mut self, secrets: &[SecretMount], mounts: &mut BTreeMap<String, FieldPath>) {
        let mut volumes = SecretVolumes::default();
        for (index, secret) in secrets.iter().enumerate() {
            let origin = FieldPath::fields(["spec", "env", "secretMounts"]).index(index);
            let (volume, is_new) = volumes.of(&secret.name);
            if is_new {
                let source = json!({ "secretName": secret.name });
                self.spec(&origin, &json!({ "volumes": [{ "name": volume, "secret": source }] }));
            }
            let path = &secret.mount_path;
            let mount =
                json!({ "name": volume, "mountPath": path, "readOnly": secret.read_only.unwrap_or(true) });
            self.mount_at(origin, &mount, mounts);
        }
    }
}

/// Whether a typed volume has a name and nothing else.
pub(super) fn is_without_source(volume: &Value) -> bool {
    volume.as_object().is_some_and(|fields| fields.keys().all(|field| field == "name"))
}

/// The volumes made for Secrets so far.
#[derive(Default)]
struct SecretVolumes {
    /// The volume of each Secret.
    names: HashMap<String, String>,
    taken: HashSet<String>,
    /// By a name without a number, the next number.
    numbers: HashMap<String, usize>,
}

impl SecretVolumes {
    /// The longest name that a volume may have.
    const LONGEST: usize = 63;

    /// The volume's name for a Secret, and whether it is a new one. A Secret's name may have dots and be
    /// longer than a volume's, so two Secrets may come to the same name: the second gets a number.
    fn of(&mut self, secret: &str) -> (String, bool) {
        if let Some(name) = self.names.get(secret) {
            return (name.clone(), false);
        }
        let plain: String = (SECRET_VOLUME_PREFIX.to_owned() + &secret.replace('.', "-"))
            .chars()
            .take(Self::LONGEST)
            .collect();
        let next = self.numbers.entry(plain.clone()).or_default();
        let name = loop {
            let end = if *next == 0 { String::new() } else { format!("-{next}") };
            let kept: String = plain.chars().take(Self::LONGEST - end.len()).collect();
            let name = kept.trim_end_matches('-').to_owned() + &end;
            *next += 1;
            if self.taken.insert(name.clone()) {
                break name;
            }
        };
        self.names.insert(secret.to_owned(), name.clone());
        (name, true)
    }
}

fn is_for(target: Target, role: Role) -> bool {
    match target {
        Target::Both => true,
        Target::Master => role == Role::Master,
        Target::Worker => role == Role::Worker,
    }
}
