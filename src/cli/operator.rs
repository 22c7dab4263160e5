//! `podgraft operator`.

use std::time::Duration;

use clap::ValueEnum;

use super::{
    CommandOutcome, Failure,
    address::{BindAddress, bind_address},
    process::ProcessArgs,
    variables::{own_namespace, value_of},
    webhook::WebhookArgs,
};
use crate::{
    operator::{
        self,
        settings::{DryRunMode, LeaderElection, OverlaySource, Settings},
    },
    webhook,
};

/// What `podgraft operator` takes.
#[derive(Debug, clap::Args)]
pub(super) struct OperatorArgs {
    #[command(flatten)]
    process: ProcessArgs,

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

    /// A ConfigMap of the operator's own namespace with overlays: they are applied, and deleted when they leave it
    #[arg(long, value_name = "NAME")]
    overlays_config_map: Option<String>,

    /// Where the webhook answers, or 0 for nowhere
    #[arg(long, value_name = "ADDRESS", default_value = "0", value_parser = bind_address, help_heading = WebhookArgs::HEADING)]
    webhook_bind_address: BindAddress,

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
    let webhook = arguments.webhook_bind_address.0.map(|address| arguments.webhook.settings(address));
    let webhook = webhook.transpose()?;
    let identity = arguments.identity.or_else(|| value_of("POD_NAME")).unwrap_or_else(made_up_identity);
    let own_namespace = arguments.lease_namespace.unwrap_or_else(own_namespace);
    let election = arguments.leader_elect.then(|| LeaderElection {
        lease: LEASE.into(),
        namespace: own_namespace.clone(),
        identity,
        duration: Duration::from_secs(arguments.lease_duration),
    });
    let dry_run = match arguments.dry_run {
        DryRunName::Pod => DryRunMode::Pod,
        DryRunName::Job => DryRunMode::Job,
        DryRunName::Off => DryRunMode::Off,
    };
    let concurrency = arguments.concurrency;
    let overlays = arguments.overlays_config_map;
    let overlays = overlays.map(|config_map| OverlaySource { namespace: own_namespace, config_map });
    arguments.process.serve(|cluster, process| async move {
        let companion = webhook.map(|webhook| webhook::companion(webhook, &process));
        let settings = Settings { process, concurrency, dry_run, election, overlays };
        match companion {
            None => operator::run(cluster, settings).await,
            Some(companion) => operator::run_with(cluster, settings, companion).await,
        }
    })
}
