//! The ports of a test's pods, and of its Services.

/// The port on which every master listens to its workers.
pub const MASTER_PORT: u16 = 5557;
/// The ports of the master that the workers connect to: the next one is used as well.
pub const MASTER_PORTS: [u16; 2] = [MASTER_PORT, MASTER_PORT + 1];
/// The port of Locust's web UI, on the master.
pub const WEB_PORT: u16 = 8089;
/// The port that the public operator lists for its workers.
pub const WORKER_PORT: u16 = 8080;
/// The port of the Prometheus exporter, unless the operator's configuration says otherwise.
pub const EXPORTER_PORT: u16 = 9646;

/// What the Service calls the exporter's port.
pub const METRICS_PORT_NAME: &str = "prometheus-metrics";

/// Whether the workers connect to the master on this port.
#[must_use]
pub fn is_of_master(number: i64) -> bool {
    MASTER_PORTS.into_iter().any(|port| i64::from(port) == number)
}

/// What a Service calls a port to which nobody gives a name.
#[must_use]
pub fn service_port_name(port: i64) -> String {
    format!("port{port}")
}
