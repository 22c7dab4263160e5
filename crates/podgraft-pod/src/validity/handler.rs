//! Probes and lifecycle handlers.

use super::{findings::Findings, formats::HEADER, ports::number_or_name};
use crate::cursor::Cursor;

/// How long a pod may take to stop, where it does not say.
const GRACE_PERIOD: i64 = 30;

/// Judges one probe of a container, if it has it.
pub(super) fn probe(container: &Cursor<'_>, name: &str, found: &mut Findings) {
    let Some(probe) = container.get(name) else { return };
    found.exactly_one(&probe, &["exec", "httpGet", "tcpSocket", "grpc"], "probe");
    handler(&probe, i64::MAX, found);
    for number in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        found.range(&probe, number, 0, i64::MAX);
    }
    if name == "readinessProbe" {
        if probe.has("terminationGracePeriodSeconds") {
            let message = "remove terminationGracePeriodSeconds: a readiness probe stops nothing";
            found.refuse(probe.field("terminationGracePeriodSeconds"), message);
        }
        return;
    }
    found.range(&probe, "terminationGracePeriodSeconds", 1, i64::MAX);
    if probe.int("successThreshold").is_some_and(|number| number > 1) {
        found.refuse(
            probe.field("successThreshold"),
            format!("set successThreshold to 1: a {name} has no other"),
        );
    }
}

/// Judges the lifecycle handlers of a container.
pub(super) fn lifecycle(container: &Cursor<'_>, spec: &Cursor<'_>, found: &mut Findings) {
    let Some(lifecycle) = container.get("lifecycle") else { return };
    let grace = spec.int("terminationGracePeriodSeconds").unwrap_or(GRACE_PERIOD);
    for name in ["postStart", "preStop"] {
        if let Some(hook) = lifecycle.get(name) {
            found.exactly_one(&hook, &["exec", "httpGet", "tcpSocket", "sleep"], "handler");
            handler(&hook, grace, found);
        }
    }
}

fn handler(at: &Cursor<'_>, grace: i64, found: &mut Findings) {
    if let Some(exec) = at.get("exec").filter(|exec| exec.items("command").is_empty()) {
        found.refuse(exec.field("command"), "add command, as in command: [\"true\"]");
    }
    if let Some(http) = at.get("httpGet") {
        number_or_name(&http, "port", found);
        found.one_of(&http, "scheme", &["HTTP", "HTTPS"]);
        for header in http.items("httpHeaders") {
            let name = header.text("name");
            found.written(header.field("name"), "name", name, &HEADER);
        }
    }
    if let Some(tcp) = at.get("tcpSocket") {
        number_or_name(&tcp, "port", found);
    }
    if let Some(grpc) = at.get("grpc") {
        number_or_name(&grpc, "port", found);
    }
    if let Some(sleep) = at.get("sleep") {
        let seconds = sleep.int("seconds").unwrap_or(0);
        if !(0..=grace).contains(&seconds) {
            let message = format!(
                "set seconds from 0 to {grace}, the pod's terminationGracePeriodSeconds, not {seconds}"
            );
            found.refuse(sleep.field("seconds"), message);
        }
    }
}
