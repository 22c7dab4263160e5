//! `podgraft operator`.

use std::{path::PathBuf, time::Duration};

use clap::ValueEnum;

use super::{
    CommandOutcome, Failure,
    address::{BindAddress, bind_address},
    cluster, config,
    output::Reporter,
    variables::{own_namespace, value_of},
    webhook::WebhookArgs,
};
use crate::{
    operator::{
        self,
        logging::{self, LogFormat},
        settings::{DryRunMode, LeaderElection, MetricsAccess, MetricsSettings, OverlaySource, Settings},
    },
    webhook,
};

/// What `podgraft operator` takes.
#[derive(Debug, clap::Args)]
pub(super) struct OperatorArgs {
    /// A namespace to look after, or several with commas; may be repeated. All of them where none is named
    #[arg(short, long = "namespace", value_name = "NAMESPACE", value_delimiter = ',', value_parser = clap::builder::NonEmptyStringValueParser::new())]
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

    /// The operator's own namespace, with the lease and the ConfigMap of overlays [default: `$POD_NAMESPACE`, or default]
    #[arg(long, value_name = "NAMESPACE")]
    lease_namespace: Option<String>,

    /// Who this replica is [default: `$POD_NAME`, or a name that it makes up]
    #[arg(long, value_name = "NAME")]
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

    /// Answer /metrics with TLS, and only who shows a bearer token of somebody who may get that path in the cluster
    #[arg(long)]
    metrics_secure: bool,

    /// A folder with the certificate of the metrics, tls.crt and tls.key, which is read again when it changes [default: one
    /// that is made at the start]
    #[arg(long, value_name = "DIR", requires = "metrics_secure")]
    metrics_cert_dir: Option<PathBuf>,

    /// A ConfigMap of the operator's own namespace with overlays: they are applied, and deleted when they leave it
    #[arg(long, value_name = "NAME")]
    overlays_config_map: Option<String>,

    /// How logs are written
    #[arg(long, value_enum, default_value_t = LogFormatName::Text)]
    log_format: LogFormatName,

    /// What is logged: a level, or filters such as podgraft=debug,warn [default: `$RUST_LOG`, or
    /// `info,kube_client=off,kube_runtime=warn`]
    #[arg(long, value_name = "FILTER", value_parser = logging::check)]
    log: Option<String>,

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

/// What is logged where nobody says so.
const LOGGED: &str = "info,kube_client=off,kube_runtime=warn";

/// What is logged: as the flag says, or the variable that programs in Rust have in common.
fn filter(flag: Option<String>) -> Result<String, Failure> {
    if let Some(filter) = flag {
        return Ok(filter);
    }
    let filter = value_of("RUST_LOG").unwrap_or_else(|| LOGGED.into());
    logging::check(&filter).map_err(|error| Failure(format!("cannot read the variable RUST_LOG: {error}")))
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
    let config = config::read_with_variables(arguments.config.as_ref(), &mut reporter)?;
    if reporter.refuses(false) {
        return Ok(CommandOutcome::Refused);
    }
    let format = match arguments.log_format {
        LogFormatName::Text => LogFormat::Text,
        LogFormatName::Json => LogFormat::Json,
    };
    logging::start(format, &filter(arguments.log)?);
    let identity = arguments.identity.or_else(|| value_of("POD_NAME")).unwrap_or_else(made_up_identity);
    let own_namespace = arguments.lease_namespace.unwrap_or_else(own_namespace);
    let election = arguments.leader_elect.then(|| LeaderElection {
        lease: LEASE.into(),
        namespace: own_namespace.clone(),
        identity,
        duration: Duration::from_secs(arguments.lease_duration),
    });
    let access = if arguments.metrics_secure {
        MetricsAccess::Authorized { certificate: arguments.metrics_cert_dir }
    } else {
        MetricsAccess::Open
    };
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
        metrics: arguments.metrics_bind_address.0.map(|address| MetricsSettings { address, access }),
        overlays: arguments
            .overlays_config_map
            .map(|config_map| OverlaySource { namespace: own_namespace, config_map }),
    };
    cluster::block_on(async {
        let cluster = arguments.connection.config().await?;
        run(cluster, settings).await.map_err(|error| Failure(error.to_string()))
    })?;
    Ok(CommandOutcome::Fine)
}
