//! [`PemPair`]: a certificate and its key, in PEM.

/// A certificate and its key, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PemPair {
    /// The certificate, and those that signed it behind it.
    pub(crate) certificate: Vec<u8>,
    /// The private key.
    pub(crate) key: Vec<u8>,
}
