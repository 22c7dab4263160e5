//! `podgraft webhook`, and the flags of the webhook beside an operator.

use std::{net::SocketAddr, path::PathBuf};

use super::{
    CommandOutcome, Failure,
    address::{BindAddress, bind_address},
    process::ProcessArgs,
    variables::own_namespace,
};
use crate::{
    operator,
    webhook::{
        self,
        settings::{CertificateSource, SelfManagedSettings, WebhookSettings},
    },
};

/// What `podgraft webhook` takes: nothing that only an operator would do.
#[derive(Debug, clap::Args)]
pub(super) struct WebhookCommandArgs {
    #[command(flatten)]
    process: ProcessArgs,

    /// Where the webhook answers
    #[arg(long, value_name = "ADDRESS", value_parser = bind_address, help_heading = WebhookArgs::HEADING)]
    webhook_bind_address: BindAddress,

    #[command(flatten)]
    webhook: WebhookArgs,
}

pub(super) fn run(arguments: WebhookCommandArgs) -> Result<CommandOutcome, Failure> {
    let address = arguments.webhook_bind_address.0;
    let address =
        address.ok_or_else(|| Failure("say where to listen: --webhook-bind-address :9443".into()))?;
    let webhook = arguments.webhook.settings(address)?;
    arguments.process.serve(|cluster, process| async move {
        let companion = webhook::companion(webhook, &process);
        operator::run_alone(cluster, &process, companion).await
    })
}

/// How the webhook is served.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = Self::HEADING)]
#[expect(
    clippy::struct_field_names,
    reason = "they are the names of flags that other commands' flags stand beside"
)]
pub(super) struct WebhookArgs {
    /// A Secret with the webhook's certificate, which the replicas make and keep up to date themselves
    #[arg(long, value_name = "NAME", conflicts_with = "webhook_cert_dir", requires = "webhook_service")]
    webhook_secret: Option<String>,

    /// A folder with the webhook's certificate, tls.crt and tls.key, which is read again when it changes
    #[arg(long, value_name = "DIR")]
    webhook_cert_dir: Option<PathBuf>,

    /// The namespace of the Secret and of the Service [default: `$POD_NAMESPACE`, or default]
    #[arg(long, value_name = "NAMESPACE")]
    webhook_namespace: Option<String>,

    /// The Service by which the API server finds the webhook: the certificate is for its DNS names
    #[arg(long, value_name = "NAME")]
    webhook_service: Option<String>,

    /// The ValidatingWebhookConfiguration that is told which authorities to trust
    #[arg(long, value_name = "NAME", requires = "webhook_secret")]
    webhook_configuration: Option<String>,

    /// Convert LocustTests between v1 and v2 too, and tell the CRD which authorities to trust
    #[arg(long)]
    webhook_conversion: bool,

    /// Certificates of authorities, one of which must have signed the certificate that the API server shows
    #[arg(long, value_name = "FILE")]
    webhook_client_ca: Option<PathBuf>,

    /// Ask RBAC whether whoever writes a test may give its pods host paths, privileges, other service accounts and the
    /// like: a verb on podprivileges.locust.io
    #[arg(long)]
    webhook_authorize_authors: bool,
}

impl WebhookArgs {
    /// What the flags stand under in the help.
    pub(super) const HEADING: &str = "Admission webhook";

    /// The settings of a webhook that listens at this address.
    pub(super) fn settings(&self, address: SocketAddr) -> Result<WebhookSettings, Failure> {
        let certificate = match (&self.webhook_cert_dir, &self.webhook_secret, &self.webhook_service) {
            (Some(folder), ..) => CertificateSource::Folder(folder.clone()),
            (None, Some(secret), Some(service)) => CertificateSource::SelfManaged(SelfManagedSettings {
                namespace: self.webhook_namespace.clone().unwrap_or_else(own_namespace),
                secret: secret.clone(),
                service: service.clone(),
                configuration: self.webhook_configuration.clone(),
            }),
            _ => {
                let message = "say where the webhook's certificate is: --webhook-secret NAME and --webhook-service NAME, or \
                               --webhook-cert-dir DIR";
                return Err(Failure(message.into()));
            }
        };
        let (client_ca, converts) = (self.webhook_client_ca.clone(), self.webhook_conversion);
        let authorizes_authors = self.webhook_authorize_authors;
        Ok(WebhookSettings { address, certificate, client_ca, converts, authorizes_authors })
    }
}
