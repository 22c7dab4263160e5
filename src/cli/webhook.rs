//! The flags of the webhook, which `podgraft operator` and `podgraft webhook` share.

use std::path::PathBuf;

use super::{
    Failure,
    address::{BindAddress, bind_address},
    variables::own_namespace,
};
use crate::webhook::settings::{CertificateSource, SelfManagedSettings, WebhookSettings};

/// How the webhook is served.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Admission webhook")]
#[expect(
    clippy::struct_field_names,
    reason = "they are the names of flags that other commands' flags stand beside"
)]
pub(super) struct WebhookArgs {
    /// Where the webhook answers, or 0 for nowhere
    #[arg(long, value_name = "ADDRESS", default_value = "0", value_parser = bind_address)]
    webhook_bind_address: BindAddress,

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
    /// The settings; nothing where the webhook is off.
    pub(super) fn settings(&self) -> Result<Option<WebhookSettings>, Failure> {
        let Some(address) = self.webhook_bind_address.0 else { return Ok(None) };
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
        Ok(Some(WebhookSettings { address, certificate, client_ca, converts, authorizes_authors }))
    }
}
