//! That the master's container lists the ports by which workers reach it.

use serde_json::Value;

use super::{checked_pod::CheckedPod, entry::Violation};
use crate::ports::MASTER_PORTS;
use podgraft_merge::path::Segment;
use podgraft_pod::cursor::Cursor;

/// Checks the ports of the master's container `locust`.
pub(super) fn check(pod: &CheckedPod<'_>) -> Vec<Violation> {
    let Some(container) = &pod.locust else { return Vec::new() };
    let ports = container.items("ports");
    let wanted = MASTER_PORTS.into_iter().map(i64::from);
    let missing = wanted.filter(|wanted| !ports.iter().any(|port| is_tcp(port, *wanted)));
    missing
        .map(|port| {
            let keys = vec![
                ("containerPort".to_owned(), Value::from(port)),
                ("protocol".to_owned(), Value::from("TCP")),
            ];
            let path = container.field("ports").with(Segment::Key(keys));
            Violation::new(
                path,
                format!("keep the TCP port {port} of container \"locust\": the workers connect to it"),
            )
        })
        .collect()
}

fn is_tcp(port: &Cursor<'_>, number: i64) -> bool {
    port.int("containerPort") == Some(number) && port.str("protocol").is_none_or(|protocol| protocol == "TCP")
}
