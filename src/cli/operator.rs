//! `podgraft operator`.

use std::{path::PathBuf, time::Duration};

use clap::ValueEnum;

use super::{
    CommandOutcome, Failure,
    address::{BindAddress, bind_address},
    cluster, config,
    output::Reporter,
    webhook::WebhookArgs,
};
use crate::{
    operator::{
        self,
        logging::{self, LogFormat},
        settings::{DryRunMode, LeaderElection, Settings},
    },
    webhook,
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
    #[arg(long, value_name = "ADDRESS", default_value = ":8081", value_parser = bind_address)]
    health_probe_bind_address: BindAddress,

    /// Where /metrics answers, or 0 for nowhere
    #[arg(long, value_name = "ADDRESS", default_value = "0", value_parser = bind_address)]
    metrics_bind_address: BindAddress,

    /// How logs are written
    #[arg(long, value_enum, default_value_t = LogFormatName::Text)]
    log_format: LogFormatName,

    /// What is logged: a level, or filters such as podgraft=debug,warn
    #[arg(long, value_name = "FILTER", env = "RUST_LOG", default_value = "info,kube_client=off,kube_runtime=warn", value_parser = logging::check)]
    log: String,

    #[command(flatten)]
    connection: cluster::ConnectionArgs,

    #[command(flatten)]
    webhook: WebhookArgs,
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
    let webhook = arguments.webhook.settings()?;
    serve(arguments, |cluster, settings| async move {
        let Some(webhook) = webhook else { return operator::run(cluster, settings).await };
        let companion = webhook::companion(webhook, settings.config.clone(), settings.namespaces.clone());
        operator::run_with(cluster, settings, companion).await
    })
}

/// `podgraft webhook`: the webhook without an operator.
pub(super) fn run_webhook(arguments: OperatorArgs) -> Result<CommandOutcome, Failure> {
    let webhook = arguments.webhook.settings()?;
    let webhook =
        webhook.ok_or_else(|| Failure("say where to listen: --webhook-bind-address :9443".into()))?;
    serve(arguments, |cluster, settings| async move {
        let companion = webhook::companion(webhook, settings.config.clone(), settings.namespaces.clone());
        operator::run_alone(cluster, &settings, companion).await
    })
}

/// Reads the configuration, and runs something with it until the process is told to stop.
fn serve<R>(
    arguments: OperatorArgs,
    run: impl FnOnce(kube::Config, Settings) -> R,
) -> Result<CommandOutcome, Failure>
where
    R: Future<Output = Result<(), operator::Error>>,
{
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
        run(cluster, settings).await.map_err(|error| Failure(error.to_string()))
    })?;
    Ok(CommandOutcome::Fine)
}
