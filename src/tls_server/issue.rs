//! [`issue`]: a new authority, and a certificate that it signs.

use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::UnixTime;

use super::pem_pair::PemPair;

/// How long a certificate is good for.
const LIFETIME: Duration = Duration::from_secs(365 * 24 * 3_600);
/// How long before it is made it begins: clocks differ.
const BACKDATED: Duration = Duration::from_secs(3_600);

/// A new authority, in PEM, and a certificate for these DNS names that it signs. The authority's key is kept by nobody:
/// the next certificate has an authority of its own.
///
/// # Errors
/// A name is none, or no key can be made.
pub(crate) fn issue(names: &[String], now: UnixTime) -> Result<(String, PemPair), rcgen::Error> {
    let mut authority = CertificateParams::default();
    lasts(&mut authority, now);
    authority.distinguished_name = called(&format!("podgraft authority {}", now.as_secs()));
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let mut certificate = CertificateParams::new(names)?;
    lasts(&mut certificate, now);
    certificate.distinguished_name = called("podgraft");
    certificate.use_authority_key_identifier_extension = true;
    certificate.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    certificate.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = certificate.signed_by(&key, &authority)?;
    let pair = PemPair { certificate: certificate.pem().into_bytes(), key: key.serialize_pem().into_bytes() };
    Ok((authority.pem(), pair))
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}

fn lasts(certificate: &mut CertificateParams, now: UnixTime) {
    let begins = date_time_ymd(1970, 1, 1) + Duration::from_secs(now.as_secs()) - BACKDATED;
    certificate.not_before = begins;
    certificate.not_after = begins + BACKDATED + LIFETIME;
}
