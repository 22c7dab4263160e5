//! Containers and init containers.

use std::collections::HashSet;

use super::{
    environment, findings::Findings, formats::LABEL, handler, mounts, mounts::Volumes, ports, resources,
    security_context,
};
use crate::cursor::Cursor;

/// Judges all containers of a pod.
pub(super) fn judge(spec: &Cursor<'_>, found: &mut Findings) {
    let (containers, volumes) = (spec.items("containers"), spec.items("volumes"));
    let volumes = Volumes::of(&volumes);
    if containers.is_empty() {
        found.refuse(spec.field("containers"), "add a container: a pod needs at least one");
    }
    let mut names = HashSet::new();
    for container in &containers {
        common(container, spec, &volumes, &mut names, found);
        probes(container, spec, found);
        restarts(container, &["Always", "Never", "OnFailure"], found);
    }
    ports::host_ports(spec, &containers, found);
    for container in spec.items("initContainers") {
        common(&container, spec, &volumes, &mut names, found);
        init(&container, spec, found);
        ports::host_ports(spec, std::slice::from_ref(&container), found);
    }
    ports::on_the_host(spec, &containers, found);
}

fn common<'a>(
    container: &Cursor<'a>,
    spec: &Cursor<'_>,
    volumes: &Volumes<'_>,
    names: &mut HashSet<&'a str>,
    found: &mut Findings,
) {
    if let Some(name) = found.required_format(container, "name", &LABEL)
        && !names.insert(name)
    {
        let message = format!(
            "rename one of the two containers \"{name}\": containers and init containers share their names"
        );
        found.refuse(container.field("name"), message);
    }
    if let Some(image) = found.required(container, "image", "registry.example.com/image:1.0")
        && image.trim() != image
    {
        found.refuse(container.field("image"), "remove the spaces around the image");
    }
    found.one_of(container, "imagePullPolicy", &["Always", "IfNotPresent", "Never"]);
    found.one_of(container, "terminationMessagePolicy", &["File", "FallbackToLogsOnError"]);
    ports::judge(container, found);
    environment::judge(container, volumes, found);
    mounts::judge(container, volumes, found);
    resources::judge(container, spec, found);
    resize_policy(container, spec, found);
    security_context::judge(container, spec, found);
}

/// What only containers that keep running may have.
fn probes(container: &Cursor<'_>, spec: &Cursor<'_>, found: &mut Findings) {
    handler::lifecycle(container, spec, found);
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        handler::probe(container, probe, found);
    }
}

fn init(container: &Cursor<'_>, spec: &Cursor<'_>, found: &mut Findings) {
    restarts(container, &["Always", "Never", "OnFailure"], found);
    if container.str("restartPolicy") == Some("Always") {
        return probes(container, spec, found);
    }
    for name in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        // A stop signal alone is dropped on arrival, and the lifecycle with it.
        let is_dropped = container.get(name).is_some_and(|inner| inner.names() == ["stopSignal"]);
        if container.has(name) && !is_dropped {
            let message = format!(
                "remove {name}, or add restartPolicy: Always: only init containers that keep running have it"
            );
            found.refuse(container.field(name), message);
        }
    }
    for item in container.items("resizePolicy") {
        if item.str("restartPolicy") == Some("RestartContainer") && spec.str("restartPolicy") != Some("Never")
        {
            found.refuse(
                item.field("restartPolicy"),
                "set restartPolicy to NotRequired: init containers are not restarted",
            );
        }
    }
}

/// The container's own restart policy and its rules.
fn restarts(container: &Cursor<'_>, allowed: &[&str], found: &mut Findings) {
    found.exactly_one_of(container, "restartPolicy", allowed);
    let rules = container.items("restartPolicyRules");
    if !rules.is_empty() && !container.has("restartPolicy") {
        found.refuse(
            container.field("restartPolicyRules"),
            "add restartPolicy: its rules need it, as in restartPolicy: Never",
        );
    }
    if rules.len() > 20 {
        found.refuse(container.field("restartPolicyRules"), "remove rules: 20 of them are allowed");
    }
    for rule in rules {
        if found.required(&rule, "action", "Restart").is_some() {
            found.exactly_one_of(&rule, "action", &["Restart", "RestartAllContainers"]);
        }
        match rule.get("exitCodes") {
            None => found.refuse(rule.field("exitCodes"), "add exitCodes: a rule needs them"),
            Some(codes) => {
                found.exactly_one_of(&codes, "operator", &["In", "NotIn"]);
                if codes.items("values").len() > 255 {
                    found.refuse(codes.field("values"), "remove values: 255 of them are allowed");
                }
            }
        }
    }
}

fn resize_policy(container: &Cursor<'_>, spec: &Cursor<'_>, found: &mut Findings) {
    let mut seen = HashSet::new();
    for item in container.items("resizePolicy") {
        found.exactly_one_of(&item, "resourceName", &["cpu", "memory"]);
        found.exactly_one_of(&item, "restartPolicy", &["NotRequired", "RestartContainer"]);
        if spec.str("restartPolicy") == Some("Never") && item.str("restartPolicy") == Some("RestartContainer")
        {
            let message = "set restartPolicy to NotRequired: the pod's own restartPolicy is Never";
            found.refuse(item.field("restartPolicy"), message);
        }
        let name = item.text("resourceName");
        if !seen.insert(name) {
            found.refuse(item.path, format!("remove one of the two entries for {name}"));
        }
    }
}
