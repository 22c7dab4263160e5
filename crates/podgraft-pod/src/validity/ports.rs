//! The ports of containers.

use std::collections::HashSet;

use super::{findings::Findings, formats::PORT_NAME};
use crate::cursor::Cursor;

/// Judges the ports of one container.
pub(super) fn judge(container: &Cursor<'_>, found: &mut Findings) {
    let mut names = HashSet::new();
    for port in container.items("ports") {
        found.format(&port, "name", &PORT_NAME);
        let name = port.text("name");
        if !name.is_empty() && !names.insert(name) {
            found.refuse(port.field("name"), format!("rename one of the two ports \"{name}\""));
        }
        found.range(&port, "containerPort", 1, 65535);
        if port.int("hostPort") != Some(0) {
            found.range(&port, "hostPort", 1, 65535);
        }
        found.one_of(&port, "protocol", &["TCP", "UDP", "SCTP"]);
    }
}

/// No two ports of these containers may take the same port of the node; on the node's own network
/// every port is one.
pub(super) fn host_ports(spec: &Cursor<'_>, containers: &[Cursor<'_>], found: &mut Findings) {
    let mut taken = HashSet::new();
    for port in containers.iter().flat_map(|container| container.items("ports")) {
        let own = port.int("containerPort").filter(|_| spec.is_true("hostNetwork"));
        let Some(number) = port.int("hostPort").filter(|number| *number != 0).or(own) else { continue };
        let protocol = port.str("protocol").filter(|text| !text.is_empty()).unwrap_or("TCP");
        let place = (protocol, port.text("hostIP"), number);
        if !taken.insert(place) {
            found.refuse(
                port.field("hostPort"),
                format!("choose another hostPort: {number} is taken in this pod"),
            );
        }
    }
}

/// On the node's own network, a container's port is the node's.
pub(super) fn on_the_host(spec: &Cursor<'_>, containers: &[Cursor<'_>], found: &mut Findings) {
    if !spec.is_true("hostNetwork") {
        return;
    }
    for port in containers.iter().flat_map(|container| container.items("ports")) {
        let (host, own) = (port.int("hostPort").unwrap_or(0), port.int("containerPort").unwrap_or(0));
        if host != 0 && host != own {
            found.refuse(
                port.field("hostPort"),
                format!("set hostPort to {own}, or remove it: hostNetwork is true"),
            );
        }
    }
}

/// Judges a port that is a number or the name of one.
pub(super) fn number_or_name(at: &Cursor<'_>, name: &str, found: &mut Findings) {
    match at.str(name) {
        Some(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            let message =
                format!("write {name} as {text}, without quotes: in quotes it is the name of a port");
            found.refuse(at.field(name), message);
        }
        Some(text) => found.written(at.field(name), name, text, &PORT_NAME),
        None if at.has(name) => found.range(at, name, 1, 65535),
        None => found.refuse(at.field(name), format!("add {name}, as in {name}: 8080")),
    }
}
