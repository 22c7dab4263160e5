//! [`WebhookSettings`]: where the webhook is served, and with which certificate.

use std::{net::SocketAddr, path::PathBuf};

/// Where the webhook is served, and with which certificate.
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where its certificate comes from.
    pub certificate: CertificateSource,
    /// A file with certificates of authorities: whoever asks must show a certificate of one of them. Nobody is asked
    /// for one where there is none.
    pub client_ca: Option<PathBuf>,
    /// Whether LocustTests are converted, too; the CRD is then told which authorities to trust.
    pub converts: bool,
    /// Whether whoever writes a test needs rights for what of its pods reaches beyond them.
    pub authorizes_authors: bool,
}

/// Where the certificate comes from.
#[derive(Debug, Clone)]
pub enum CertificateSource {
    /// A folder with `tls.crt` and `tls.key`, which somebody else keeps up to date.
    Folder(PathBuf),
    /// A Secret that the replicas make and keep up to date themselves.
    SelfManaged(SelfManagedSettings),
}

/// A certificate that the replicas make themselves.
#[derive(Debug, Clone)]
pub struct SelfManagedSettings {
    /// The namespace of the Secret and of the Service.
    pub namespace: String,
    /// The Secret's name.
    pub secret: String,
    /// The name of the Service by which the API server finds the webhook.
    pub service: String,
    /// The `ValidatingWebhookConfiguration` that is told which authorities to trust.
    pub configuration: Option<String>,
}
