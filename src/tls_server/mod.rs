//! HTTP with TLS, for the webhook and for metrics.
//!
//! ```text
//!  pem_pair, issue   a certificate with its key, and how one is made            pure
//!  certificate       which certificate is shown
//!  folder            a certificate that somebody else keeps up to date          effects
//!  connections       so many at once                                             pure
//!  listener          connections, each with deadlines                           effects
//! ```

mod certificate;
mod connections;
pub(crate) mod folder;
mod issue;
mod listener;
mod pem_pair;

pub(crate) use certificate::{ServingCertificate, read_certificates, read_pair};
pub(crate) use connections::OpenConnection;
pub(crate) use issue::issue;
pub(crate) use listener::{serve, tls};
pub(crate) use pem_pair::PemPair;
