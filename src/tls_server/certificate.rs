//! [`ServingCertificate`]: the certificate that is shown, and how certificates are read.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::{
    crypto::ring::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// The certificate that is shown to those who connect; another one may take its place at any time.
#[derive(Debug, Default)]
pub(crate) struct ServingCertificate(RwLock<Option<Arc<CertifiedKey>>>);

impl ServingCertificate {
    /// Shows this one from now on.
    pub(crate) fn set(&self, key: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(key));
    }

    /// Whether there is one.
    pub(crate) fn is_set(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl ResolvesServerCert for ServingCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
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
