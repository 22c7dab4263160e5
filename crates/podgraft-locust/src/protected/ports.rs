//! That the master's container lists the ports by which workers reach it.

use serde_json::Value;

use super::{refusal, table::PORTS};
use crate::{
    pod_context::{self, PodContext},
    ports::MASTER_PORTS,
    role::Role,
};
use podgraft_merge::{diagnostic::Diagnostic, path::Segment};
use podgraft_pod::cursor::Cursor;

/// Judges the ports of the master's container `locust`.
pub(super) fn judge(subject: &PodContext<'_>) -> Vec<Diagnostic> {
    let Some(container) = pod_context::locust(&subject.at()).filter(|_| subject.role == Role::Master) else {
        return Vec::new();
    };
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
            refusal(
                &PORTS,
                path,
                format!("keep the TCP port {port} of container \"locust\": the workers connect to it"),
            )
        })
        .collect()
}

fn is_tcp(port: &Cursor<'_>, number: i64) -> bool {
    port.int("containerPort") == Some(number) && port.str("protocol").is_none_or(|protocol| protocol == "TCP")
}
