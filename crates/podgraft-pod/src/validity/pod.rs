//! The fields of the pod itself, and in which order its parts are judged.

use std::collections::HashSet;

use super::{
    affinity, container, dns,
    findings::Findings,
    formats::{ADDRESS, LABEL, QUALIFIED, SUBDOMAIN},
    metadata, resources, security_context, spread, tolerations, volumes, windows,
    workload::{self, Workload},
};
use crate::cursor::Cursor;

/// Judges the `spec` of a pod template.
pub(super) fn judge(pod: &Cursor<'_>, of: Workload, found: &mut Findings) {
    let Some(spec) = &pod.get("spec") else {
        return found.refuse(pod.field("spec"), "add spec, with containers: a pod template needs it");
    };
    let metadata = pod.get("metadata");
    let labels: HashSet<&str> =
        metadata.iter().flat_map(|own| own.entries("labels")).map(|(key, _)| key).collect();
    volumes::judge(spec, found);
    claims(spec, found);
    container::judge(spec, found);
    resources::judge_pod(spec, found);
    resources::judge_overhead(spec, found);
    workload::judge(of, spec, found);
    scalars(spec, found);
    names(spec, found);
    host(spec, found);
    gates(spec, found);
    metadata::labels(spec, "nodeSelector", found);
    security_context::judge_pod(spec, found);
    security_context::judge_os(spec, found);
    windows::host_processes(spec, found);
    affinity::judge(spec, &labels, found);
    tolerations::judge(spec, found);
    spread::judge(spec, &labels, found);
    dns::judge(spec, found);
}

fn scalars(spec: &Cursor<'_>, found: &mut Findings) {
    found.range(spec, "activeDeadlineSeconds", 1, i64::from(i32::MAX));
    found.exactly_one_of(spec, "preemptionPolicy", &["PreemptLowerPriority", "Never"]);
    if let Some(os) = spec.get("os") {
        found.exactly_one_of(&os, "name", &["linux", "windows"]);
    }
    if spec.is_true("shareProcessNamespace") && spec.is_true("hostPID") {
        found.refuse(
            spec.field("shareProcessNamespace"),
            "remove shareProcessNamespace or hostPID: the pod can share only one of them",
        );
    }
}

fn names(spec: &Cursor<'_>, found: &mut Findings) {
    for name in ["serviceAccountName", "nodeName", "priorityClassName"] {
        found.format(spec, name, &SUBDOMAIN);
    }
    if spec.text("serviceAccountName").is_empty() {
        found.format(spec, "serviceAccount", &SUBDOMAIN);
    }
    for name in ["runtimeClassName", "hostnameOverride"] {
        if let Some(text) = spec.str(name) {
            found.written(spec.field(name), name, text, &SUBDOMAIN);
        }
    }
    for name in ["hostname", "subdomain"] {
        found.format(spec, name, &LABEL);
    }
    if let Some(name) = spec.str("hostnameOverride") {
        if name.len() > 64 {
            found.refuse(
                spec.field("hostnameOverride"),
                "shorten hostnameOverride: it may have 64 characters",
            );
        }
        for other in ["setHostnameAsFQDN", "hostNetwork"] {
            if spec.is_true(other) {
                let message = format!("remove hostnameOverride or {other}: they exclude each other");
                found.refuse(spec.field("hostnameOverride"), message);
            }
        }
    }
    for alias in spec.items("hostAliases") {
        let address = alias.text("ip");
        found.written(alias.field("ip"), "ip", address, &ADDRESS);
        for (name, path) in alias.texts("hostnames") {
            found.written(path, "a host name", name, &SUBDOMAIN);
        }
    }
}

/// What a pod with users of its own cannot share with the node.
fn host(spec: &Cursor<'_>, found: &mut Findings) {
    if spec.value.get("hostUsers").and_then(serde_json::Value::as_bool) != Some(false) {
        return;
    }
    for name in ["hostPID", "hostIPC", "hostNetwork"] {
        if spec.is_true(name) {
            found.refuse(
                spec.field(name),
                format!("remove {name}, or hostUsers: false: they exclude each other"),
            );
        }
    }
    for container in [spec.items("containers"), spec.items("initContainers")].concat() {
        if !container.items("volumeDevices").is_empty() {
            let message = "remove volumeDevices, or hostUsers: false: they exclude each other";
            found.refuse(container.field("volumeDevices"), message);
        }
    }
}

fn gates(spec: &Cursor<'_>, found: &mut Findings) {
    let mut seen = HashSet::new();
    for gate in spec.items("schedulingGates") {
        let name = gate.text("name");
        found.written(gate.field("name"), "name", name, &QUALIFIED);
        if !seen.insert(name) {
            found.refuse(gate.path, format!("remove one of the two scheduling gates \"{name}\""));
        }
    }
    if !seen.is_empty() && !spec.text("nodeName").is_empty() {
        found.refuse(
            spec.field("nodeName"),
            "remove nodeName or schedulingGates: a gated pod has no node yet",
        );
    }
    for gate in spec.items("readinessGates") {
        let name = gate.text("conditionType");
        found.written(gate.field("conditionType"), "conditionType", name, &QUALIFIED);
    }
}

/// The pod's claims of devices.
fn claims(spec: &Cursor<'_>, found: &mut Findings) {
    let mut seen = HashSet::new();
    for claim in spec.items("resourceClaims") {
        let name = found.required_format(&claim, "name", &LABEL).unwrap_or_default();
        if !seen.insert(name) {
            found.refuse(claim.field("name"), format!("rename one of the two resource claims \"{name}\""));
        }
        let sources = ["resourceClaimName", "resourceClaimTemplateName"];
        for source in found.exactly_one(&claim, &sources, "resource claim") {
            let text = claim.text(source);
            found.written(claim.field(source), source, text, &SUBDOMAIN);
        }
    }
}
