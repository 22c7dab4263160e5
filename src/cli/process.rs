//! The flags of what runs in a cluster, which `podgraft operator` and `podgraft webhook` share.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{
    CommandOutcome, Failure,
    address::{BindAddress, bind_address},
    cluster, config,
    output::Reporter,
    variables::value_of,
};
use crate::operator::{
    self,
    logging::{self, LogFormat},
    settings::{MetricsAccess, MetricsSettings, ProcessSettings},
};

/// How a process runs in a cluster.
#[derive(Debug, clap::Args)]
pub(super) struct ProcessArgs {
    /// A namespace to look after, or several with commas; may be repeated. All of them where none is named
    #[arg(short, long = "namespace", value_name = "NAMESPACE", value_delimiter = ',', value_parser = clap::builder::NonEmptyStringValueParser::new())]
    namespaces: Vec<String>,

    /// The operator's configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

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

    /// How logs are written
    #[arg(long, value_enum, default_value_t = LogFormatName::Text)]
    log_format: LogFormatName,

    /// What is logged: a level, or filters such as podgraft=debug,warn [default: `$RUST_LOG`, or
    /// `info,kube_client=off,kube_runtime=warn`]
    #[arg(long, value_name = "FILTER", value_parser = logging::check)]
    log: Option<String>,

    #[command(flatten)]
    connection: cluster::ConnectionArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormatName {
    Text,
    Json,
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

impl ProcessArgs {
    /// Reads the configuration, and runs something with it until the process is told to stop.
    pub(super) fn serve<R>(
        self,
        run: impl FnOnce(kube::Config, ProcessSettings) -> R,
    ) -> Result<CommandOutcome, Failure>
    where
        R: Future<Output = Result<(), operator::Error>>,
    {
        let mut reporter = Reporter::new();
        let config = config::read_with_variables(self.config.as_ref(), &mut reporter)?;
        if reporter.refuses(false) {
            return Ok(CommandOutcome::Refused);
        }
        let format = match self.log_format {
            LogFormatName::Text => LogFormat::Text,
            LogFormatName::Json => LogFormat::Json,
        };
        logging::start(format, &filter(self.log)?);
        let access = if self.metrics_secure {
            MetricsAccess::Authorized { certificate: self.metrics_cert_dir }
        } else {
            MetricsAccess::Open
        };
        let settings = ProcessSettings {
            config,
            namespaces: self.namespaces,
            health: self.health_probe_bind_address.0,
            metrics: self.metrics_bind_address.0.map(|address| MetricsSettings { address, access }),
        };
        cluster::block_on(async {
            let cluster = self.connection.config().await?;
            run(cluster, settings).await.map_err(|error| Failure(error.to_string()))
        })?;
        Ok(CommandOutcome::Fine)
    }
}
