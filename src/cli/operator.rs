//! `podgraft operator`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::ValueEnum;

use super::{CommandOutcome, Failure, cluster, config, output::Reporter};
use crate::operator::{
    self,
    logging::{self, LogFormat},
    settings::{DryRunMode, LeaderElection, Settings},
};

/// What `podgraft operator` takes.
#[derive(Debug, clap::Args)]
pub(super) struct OperatorArgs {
    /// A namespace to look after; may be repeated. All of them where none is named
    #[arg(short, long = "namespace", value_name = "NAMESPACE", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    namespaces: Vec<String>,

    /// The operator's configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// What the API server is asked before anything is created
    #[arg(long, value_enum, default_value_t = DryRunName::Pod)]
    dry_run: DryRunName,

    /// How many tests are worked on at once
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,

    /// Let only the replica act that holds a lease
    #[arg(long)]
    leader_elect: bool,

    /// The namespace of the lease
    #[arg(long, value_name = "NAMESPACE", env = "POD_NAMESPACE", default_value = "default")]
    lease_namespace: String,

    /// Who this replica is: its pod's name
    #[arg(long, value_name = "NAME", env = "POD_NAME")]
    identity: Option<String>,

    /// How many seconds a lease is good for
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(2..))]
    lease_duration: u64,

    /// Where /healthz and /readyz answer, or 0 for nowhere
    #[arg(long, value_name = "ADDRESS", default_value = ":8081", value_parser = address)]
    health_probe_bind_address: BindAddress,

    /// Where /metrics answers, or 0 for nowhere
    #[arg(long, value_name = "ADDRESS", default_value = "0", value_parser = address)]
    metrics_bind_address: BindAddress,

    /// How logs are written
    #[arg(long, value_enum, default_value_t = LogFormatName::Text)]
    log_format: LogFormatName,

    /// What is logged: a level, or filters such as podgraft=debug,warn
    #[arg(long, value_name = "FILTER", env = "RUST_LOG", default_value = "info,kube_client=off,kube_runtime=warn", value_parser = logging::check)]
    log: String,

    #[command(flatten)]
    connection: cluster::ConnectionArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DryRunName {
    /// Both Jobs and a pod of each
    Pod,
    /// The Jobs only
    Job,
    /// Nothing
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormatName {
    Text,
    Json,
}

/// Where a server listens, if it does.
#[derive(Debug, Clone, Copy)]
struct BindAddress(Option<SocketAddr>);

/// Reads `0`, `:8081` or `127.0.0.1:8081`, as the public operator does.
fn address(text: &str) -> Result<BindAddress, String> {
    if text == "0" || text.is_empty() {
        return Ok(BindAddress(None));
    }
    let whole = text.strip_prefix(':').map_or_else(|| text.to_owned(), |port| format!("[::]:{port}"));
    whole
        .parse()
        .map(|address| BindAddress(Some(address)))
        .map_err(|_| "write it as :8081 or 127.0.0.1:8081".into())
}

/// An identity that no other replica has: process IDs are the same in every container.
fn made_up_identity() -> String {
    use std::hash::{BuildHasher, RandomState};
    let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "podgraft".into());
    // The keys of a hash map are random.
    format!("{host}-{:016x}", RandomState::new().hash_one(std::process::id()))
}

/// The name of the lease.
const LEASE: &str = "podgraft.locust.io";

pub(super) fn run(arguments: OperatorArgs) -> Result<CommandOutcome, Failure> {
    let mut reporter = Reporter::new();
    let config = config::read(arguments.config.as_ref(), &mut reporter)?;
    if reporter.refuses(false) {
        return Ok(CommandOutcome::Refused);
    }
    let format = match arguments.log_format {
        LogFormatName::Text => LogFormat::Text,
        LogFormatName::Json => LogFormat::Json,
    };
    logging::start(format, &arguments.log);
    let identity = arguments.identity.unwrap_or_else(made_up_identity);
    let election = arguments.leader_elect.then(|| LeaderElection {
        lease: LEASE.into(),
        namespace: arguments.lease_namespace,
        identity,
        duration: Duration::from_secs(arguments.lease_duration),
    });
    let settings = Settings {
        config,
        namespaces: arguments.namespaces,
        concurrency: arguments.concurrency,
        dry_run: match arguments.dry_run {
            DryRunName::Pod => DryRunMode::Pod,
            DryRunName::Job => DryRunMode::Job,
            DryRunName::Off => DryRunMode::Off,
        },
        election,
        health: arguments.health_probe_bind_address.0,
        metrics: arguments.metrics_bind_address.0,
    };
    cluster::block_on(async {
        let cluster = arguments.connection.config().await?;
        operator::run(cluster, settings).await.map_err(|error| Failure(error.to_string()))
    })?;
    Ok(CommandOutcome::Fine)
}
