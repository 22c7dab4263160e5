//! As whom, and with which rights, the pod and its containers run.

use std::collections::HashSet;

use super::{
    findings::Findings,
    formats::{RELATIVE_PATH, SYSCTL},
    windows,
};
use crate::cursor::Cursor;

/// The largest number of a user or a group.
const LARGEST_ID: i64 = i32::MAX as i64;

/// What a pod on Windows cannot have: in its security context, in a container's, and beside them.
const NOT_ON_WINDOWS: [&str; 16] = [
    "allowPrivilegeEscalation",
    "appArmorProfile",
    "capabilities",
    "fsGroup",
    "fsGroupChangePolicy",
    "privileged",
    "procMount",
    "readOnlyRootFilesystem",
    "runAsGroup",
    "runAsUser",
    "seLinuxChangePolicy",
    "seLinuxOptions",
    "seccompProfile",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "sysctls",
];

/// Judges what fits the operating system that the pod names.
pub(super) fn judge_os(spec: &Cursor<'_>, found: &mut Findings) {
    let Some(os) = spec.get("os").and_then(|os| os.str("name")) else { return };
    let wrong: &[&str] = match os {
        "linux" => &["windowsOptions"],
        "windows" => &NOT_ON_WINDOWS,
        _ => return,
    };
    let containers = [spec.items("containers"), spec.items("initContainers")].concat();
    for context in containers.iter().chain([spec]).filter_map(|at| at.get("securityContext")) {
        let is_set = |name: &&&str| match **name {
            "sysctls" => !context.items("sysctls").is_empty(),
            name => context.has(name),
        };
        for name in wrong.iter().filter(is_set) {
            found.refuse(context.field(name), format!("remove {name}, or os: a pod on {os} cannot have it"));
        }
    }
    if os == "windows" {
        let set =
            ["hostUsers", "shareProcessNamespace", "resources"].into_iter().filter(|name| spec.has(name));
        for name in set.chain(["hostPID", "hostIPC"].into_iter().filter(|name| spec.is_true(name))) {
            found.refuse(spec.field(name), format!("remove {name}, or os: a pod on windows cannot have it"));
        }
    }
}

/// Judges the security context of one container.
pub(super) fn judge(container: &Cursor<'_>, spec: &Cursor<'_>, found: &mut Findings) {
    let Some(context) = container.get("securityContext") else { return };
    common(&context, found);
    found.exactly_one_of(&context, "procMount", &["Default", "Unmasked"]);
    let own_users = spec.value.get("hostUsers") == Some(&serde_json::Value::Bool(false));
    if context.str("procMount") == Some("Unmasked") && !own_users {
        found.refuse(
            context.field("procMount"),
            "add hostUsers: false to the pod: procMount Unmasked needs it",
        );
    }
    if context.value.get("allowPrivilegeEscalation") != Some(&serde_json::Value::Bool(false)) {
        return;
    }
    if context.is_true("privileged") {
        let message = "remove it, or privileged: true: a privileged container may always gain rights";
        found.refuse(context.field("allowPrivilegeEscalation"), message);
    }
    let added = context.get("capabilities").map_or_else(Vec::new, |capabilities| capabilities.texts("add"));
    if added.iter().any(|(name, _)| *name == "CAP_SYS_ADMIN") {
        let message = "remove it, or the capability CAP_SYS_ADMIN, which is a way to gain rights";
        found.refuse(context.field("allowPrivilegeEscalation"), message);
    }
}

/// Judges the security context of the pod.
pub(super) fn judge_pod(spec: &Cursor<'_>, found: &mut Findings) {
    let Some(context) = spec.get("securityContext") else { return };
    common(&context, found);
    found.range(&context, "fsGroup", 0, LARGEST_ID);
    for group in context.items("supplementalGroups") {
        if group.value.as_i64().is_some_and(|number| !(0..=LARGEST_ID).contains(&number)) {
            found.refuse(group.path, format!("write a group from 0 to {LARGEST_ID}, not {}", group.value));
        }
    }
    found.exactly_one_of(&context, "fsGroupChangePolicy", &["OnRootMismatch", "Always"]);
    found.exactly_one_of(&context, "supplementalGroupsPolicy", &["Merge", "Strict"]);
    found.exactly_one_of(&context, "seLinuxChangePolicy", &["Recursive", "MountOption"]);
    let mut seen = HashSet::new();
    for sysctl in context.items("sysctls") {
        let Some(name) = found.required_format(&sysctl, "name", &SYSCTL) else { continue };
        if !seen.insert(name) {
            found.refuse(sysctl.field("name"), format!("remove one of the two sysctls {name}"));
        }
        host_sysctl(&sysctl, name, spec, found);
    }
}

/// A kernel parameter of a namespace that the pod shares with the node is the node's.
fn host_sysctl(sysctl: &Cursor<'_>, name: &str, spec: &Cursor<'_>, found: &mut Findings) {
    let name = name.replace('/', ".");
    let of_ipc = ["kernel.shm", "kernel.msg", "fs.mqueue."].iter().any(|start| name.starts_with(start))
        || name == "kernel.sem";
    for (shared, of_it) in [("hostNetwork", name.starts_with("net.")), ("hostIPC", of_ipc)] {
        if spec.is_true(shared) && of_it {
            found.refuse(
                sysctl.field("name"),
                format!("remove {name}, or {shared}: it would be changed for the whole node"),
            );
        }
    }
}

/// What pods and containers have in common.
fn common(context: &Cursor<'_>, found: &mut Findings) {
    for id in ["runAsUser", "runAsGroup"] {
        found.range(context, id, 0, LARGEST_ID);
    }
    if let Some(profile) = context.get("seccompProfile") {
        kind(&profile, found);
        found.format(&profile, "localhostProfile", &RELATIVE_PATH);
    }
    if let Some(profile) = context.get("appArmorProfile") {
        kind(&profile, found);
        let name = profile.text("localhostProfile");
        if name.trim() != name || name.len() > 4095 {
            found
                .refuse(profile.field("localhostProfile"), "write localhostProfile without spaces around it");
        } else if name.is_empty() && profile.has("localhostProfile") && profile.text("type") == "Localhost" {
            found.refuse(
                profile.field("localhostProfile"),
                "write the name of a profile that is loaded on the nodes",
            );
        }
    }
    windows::judge(context, found);
}

/// The type of a profile, and a name only with the type that needs it.
fn kind(profile: &Cursor<'_>, found: &mut Findings) {
    if found.required(profile, "type", "RuntimeDefault").is_none() {
        return;
    }
    found.exactly_one_of(profile, "type", &["Localhost", "RuntimeDefault", "Unconfined"]);
    let (local, named) = (profile.text("type") == "Localhost", profile.has("localhostProfile"));
    if local && !named {
        found.refuse(profile.field("localhostProfile"), "add localhostProfile: type Localhost needs it");
    }
    if !local && named {
        found.refuse(profile.field("localhostProfile"), "remove localhostProfile, or set type to Localhost");
    }
}
