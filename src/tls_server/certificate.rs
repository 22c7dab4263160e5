//! [`ServingCertificate`]: the certificate that is shown, and how certificates are read.

use std::{
    fmt::{self, Debug, Formatter},
    sync::{Arc, PoisonError, RwLock},
};

use rustls::{
    crypto::ring::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

/// The certificate that is shown to those who connect; another one may take its place at any time.
#[derive(Default)]
pub(crate) struct ServingCertificate {
    shown: RwLock<Option<Arc<CertifiedKey>>>,
    /// Who is told when one is shown: with the time of its end, in seconds since 1970.
    told: Option<Box<dyn Fn(i64) + Send + Sync>>,
}

impl ServingCertificate {
    /// Shows none yet, and tells when the one ends that is shown, in seconds since 1970.
    pub(crate) fn telling(told: impl Fn(i64) + Send + Sync + 'static) -> Self {
        Self { shown: RwLock::default(), told: Some(Box::new(told)) }
    }

    /// Shows this one from now on.
    pub(crate) fn set(&self, key: CertifiedKey) {
        if let (Some(told), Some(end)) = (&self.told, end(&key)) {
            told(end);
        }
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(key));
    }

    /// Whether there is one.
    pub(crate) fn is_set(&self) -> bool {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Debug for ServingCertificate {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServingCertificate").field("is_set", &self.is_set()).finish_non_exhaustive()
    }
}

/// When a chain of certificates ends, in seconds since 1970: with the first of them that does. `None` where that cannot
/// be read.
fn end(key: &CertifiedKey) -> Option<i64> {
    let end = |certificate: &CertificateDer<'_>| {
        let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
        Some(certificate.validity().not_after.timestamp())
    };
    key.cert.iter().filter_map(end).min()
}

impl ResolvesServerCert for ServingCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Reads a certificate, those that signed it behind it, and its key, in PEM.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn read_pair(certificate: &[u8], key: &[u8]) -> Result<CertifiedKey, String> {
    let chain = read_certificates(certificate)?;
    let key =
        PrivateKeyDer::from_pem_slice(key).map_err(|error| format!("there is no private key: {error}"))?;
    let key = any_supported_type(&key).map_err(|error| format!("the private key cannot be used: {error}"))?;
    let pair = CertifiedKey::new(chain, key);
    pair.keys_match().map_err(|error| format!("the key is not the certificate's: {error}"))?;
    Ok(pair)
}

/// Reads certificates in PEM, of which there is one at least.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn read_certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = read.map_err(|error| format!("there is no certificate: {error}"))?;
    if certificates.is_empty() { Err("there is no certificate".to_owned()) } else { Ok(certificates) }
}
