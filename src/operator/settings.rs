//! [`Settings`]: how the operator runs. See [`Config`] for what it creates.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use podgraft_locust::config::Config;

/// What the operator and a webhook alone have in common.
#[derive(Debug, Clone, Default)]
pub struct ProcessSettings {
    /// What becomes of tests.
    pub config: Config,
    /// The namespaces that it looks after, with nothing but Roles there; all of them when empty.
    pub namespaces: Vec<String>,
    /// Where `/healthz` and `/readyz` answer.
    pub health: Option<SocketAddr>,
    /// Where `/metrics` answers.
    pub metrics: Option<MetricsSettings>,
}

/// How the operator runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What every process of podgraft in a cluster has.
    pub process: ProcessSettings,
    /// How many tests are worked on at once.
    pub concurrency: u16,
    /// What the API server is asked before anything is created.
    pub dry_run: DryRunMode,
    /// The lease that says which replica acts; `None` when there is one replica only.
    pub election: Option<LeaderElection>,
    /// The ConfigMap with overlays to keep applied.
    pub overlays: Option<OverlaySource>,
}

/// What the API server is asked before anything is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DryRunMode {
    /// Both Jobs, and a pod of each: Pod Security, quota, limits and the service account are seen too.
    #[default]
    Pod,
    /// The Jobs only; the operator then needs no right to create pods.
    Job,
    /// Nothing.
    Off,
}

/// Where `/metrics` answers, and whom.
#[derive(Debug, Clone)]
pub struct MetricsSettings {
    /// Where.
    pub address: SocketAddr,
    /// Whom.
    pub access: MetricsAccess,
}

/// Whom `/metrics` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetricsAccess {
    /// Everybody, without TLS.
    Open,
    /// With TLS, those who show a bearer token of somebody who may `get` the path in the cluster.
    Authorized {
        /// A folder with `tls.crt` and `tls.key`, which somebody else keeps up to date; the operator makes a certificate
        /// where there is none.
        certificate: Option<PathBuf>,
    },
}

/// The ConfigMap that lists overlays to keep applied.
#[derive(Debug, Clone)]
pub struct OverlaySource {
    /// Its namespace: the operator's own.
    pub namespace: String,
    /// Its name.
    pub config_map: String,
}

/// Which replica acts.
#[derive(Debug, Clone)]
pub struct LeaderElection {
    /// The lease's name.
    pub lease: String,
    /// The lease's namespace.
    pub namespace: String,
    /// Who this replica is.
    pub identity: String,
    /// How long a lease is good for.
    pub duration: Duration,
}
