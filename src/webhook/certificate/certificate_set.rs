//! [`CertificateSet`]: what the Secret holds, and what to do about it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use k8s_openapi::ByteString;
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};

use crate::tls_server::{PemPair, issue, read_certificates, read_pair};

/// How long before its end a certificate is replaced.
const RENEWED_BEFORE: Duration = Duration::from_secs(90 * 24 * 3_600);
/// How many authorities are trusted at most, the latest first: replicas may show certificates of the one before for a
/// while.
const AUTHORITIES: usize = 3;

/// The fields of the Secret.
const BUNDLE: &str = "ca.crt";
const CURRENT: [&str; 2] = ["tls.crt", "tls.key"];
const NEXT: [&str; 2] = ["next.crt", "next.key"];

/// What the Secret holds: a certificate, the next one while there are two, and the authorities of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CertificateSet {
    /// The authorities in PEM, one after another: what is to be trusted.
    pub(crate) bundle: Vec<u8>,
    /// What is shown.
    pub(crate) current: PemPair,
    /// What is shown as soon as its authority is trusted everywhere.
    pub(crate) next: Option<PemPair>,
}

/// What to do about the Secret.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SecretChange {
    /// Nothing.
    Keep,
    /// Write this at once.
    Write(CertificateSet, &'static str),
    /// Write this as soon as the bundle has been trusted for a while.
    Promote(CertificateSet),
}

impl CertificateSet {
    /// Reads the data of a Secret; `None` where something lacks. Whether it is any good is for [`Self::is_good`] to say.
    pub(crate) fn from_data(data: &BTreeMap<String, ByteString>) -> Option<Self> {
        let field = |name: &str| data.get(name).map(|bytes| bytes.0.clone());
        let pair = |[certificate, key]: [&str; 2]| {
            Some(PemPair { certificate: field(certificate)?, key: field(key)? })
        };
        Some(Self { bundle: field(BUNDLE)?, current: pair(CURRENT)?, next: pair(NEXT) })
    }

    /// The data of the Secret.
    pub(crate) fn to_data(&self) -> BTreeMap<String, ByteString> {
        let mut data = BTreeMap::from([(BUNDLE.to_owned(), ByteString(self.bundle.clone()))]);
        let pairs = [(CURRENT, Some(&self.current)), (NEXT, self.next.as_ref())];
        for ([certificate, key], pair) in pairs {
            let Some(pair) = pair else { continue };
            data.insert(certificate.to_owned(), ByteString(pair.certificate.clone()));
            data.insert(key.to_owned(), ByteString(pair.key.clone()));
        }
        data
    }

    /// What is to become of what is stored (`None` where that is nothing, or cannot be read). What this replica has
    /// `remembered` goes back to where it was: the API server trusts it.
    ///
    /// # Errors
    /// No certificate can be made for these names.
    pub(crate) fn change(
        stored: Option<&Self>,
        remembered: Option<&Self>,
        names: &[String],
        now: UnixTime,
    ) -> Result<SecretChange, String> {
        let is_good = |set: &&Self| set.is_good(&set.current, names, now);
        let Some(stored) = stored.filter(is_good) else {
            if let Some(remembered) = remembered.filter(is_good) {
                return Ok(SecretChange::Write(remembered.clone(), "it is written again"));
            }
            let (authority, current) = issue(names, now).map_err(|error| error.to_string())?;
            let bundle = bundle(&authority, remembered.map_or(&[], |old| &old.bundle));
            return Ok(SecretChange::Write(Self { bundle, current, next: None }, "a certificate is made"));
        };
        if stored.is_good(&stored.current, names, later(now, RENEWED_BEFORE)) {
            return Ok(SecretChange::Keep);
        }
        if let Some(next) = stored.next.as_ref().filter(|next| stored.is_good(next, names, now)) {
            let promoted = Self { bundle: stored.bundle.clone(), current: next.clone(), next: None };
            return Ok(SecretChange::Promote(promoted));
        }
        let (authority, next) = issue(names, now).map_err(|error| error.to_string())?;
        let set = Self {
            bundle: bundle(&authority, &stored.bundle),
            current: stored.current.clone(),
            next: Some(next),
        };
        Ok(SecretChange::Write(set, "its certificate ends soon, and the next one is made"))
    }

    /// Whether the API server trusts this certificate at this time, for the first of these names, and the key is its.
    fn is_good(&self, pair: &PemPair, names: &[String], at: UnixTime) -> bool {
        let is_trusted = || {
            let mut authorities = RootCertStore::empty();
            let (added, _) = authorities.add_parsable_certificates(read_certificates(&self.bundle).ok()?);
            let verifier = WebPkiServerVerifier::builder(Arc::new(authorities)).build().ok()?;
            let pair = read_pair(&pair.certificate, &pair.key).ok()?;
            let (leaf, others) = pair.cert.split_first()?;
            let name = ServerName::try_from(names.first()?.clone()).ok()?;
            let verified = verifier.verify_server_cert(leaf, others, &name, &[], at);
            (added > 0 && verified.is_ok()).then_some(())
        };
        is_trusted().is_some()
    }
}

/// This authority before those that are trusted already.
fn bundle(authority: &str, others: &[u8]) -> Vec<u8> {
    let mut bundle = authority.as_bytes().to_vec();
    let others = CertificateDer::pem_slice_iter(others).filter_map(Result::ok).take(AUTHORITIES - 1);
    for other in others {
        bundle.extend(pem(&other));
    }
    bundle
}

/// A certificate in PEM.
fn pem(certificate: &CertificateDer<'_>) -> Vec<u8> {
    let text = serde_json::to_value(ByteString(certificate.to_vec())).unwrap_or_default();
    let text = text.as_str().unwrap_or_default();
    let lines = text.as_bytes().chunks(64).flat_map(|line| [line, b"\n"].concat());
    [b"-----BEGIN CERTIFICATE-----\n".to_vec(), lines.collect(), b"-----END CERTIFICATE-----\n".to_vec()]
        .concat()
}

fn later(now: UnixTime, by: Duration) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs()) + by)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        vec!["webhook.podgraft.svc".to_owned()]
    }

    fn at(days: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs((20_000 + days) * 24 * 3_600))
    }

    fn change(
        stored: Option<&CertificateSet>,
        remembered: Option<&CertificateSet>,
        day: u64,
    ) -> SecretChange {
        let _ = rustls::crypto::ring::default_provider().install_default();
        CertificateSet::change(stored, remembered, &names(), at(day)).unwrap()
    }

    fn written(change: SecretChange) -> CertificateSet {
        match change {
            SecretChange::Write(set, _) | SecretChange::Promote(set) => set,
            SecretChange::Keep => panic!("nothing is written"),
        }
    }

    #[test]
    fn a_certificate_is_made_kept_and_replaced_without_a_gap() {
        let first = written(change(None, None, 0));
        assert_eq!(CertificateSet::from_data(&first.to_data()).as_ref(), Some(&first));
        for day in [0, 1, 200, 274] {
            assert_eq!(change(Some(&first), None, day), SecretChange::Keep, "day {day}");
        }
        let both = written(change(Some(&first), None, 280));
        assert_eq!(both.current, first.current, "the old one is shown");
        let next = both.next.clone().unwrap();
        assert!(both.is_good(&both.current, &names(), at(280)) && both.is_good(&next, &names(), at(280)));
        assert_eq!(read_certificates(&both.bundle).unwrap().len(), 2);
        let SecretChange::Promote(promoted) = change(Some(&both), Some(&first), 280) else {
            panic!("not promoted")
        };
        assert_eq!((&promoted.current, &promoted.bundle), (&next, &both.bundle));
        assert_eq!(change(Some(&promoted), None, 281), SecretChange::Keep);
        assert!(promoted.is_good(&first.current, &names(), at(281)), "other replicas may still show it");
        // Many years on, few authorities are trusted.
        let (mut set, mut day) = (promoted, 281);
        for _ in 0..6 {
            day += 300;
            set = written(change(Some(&written(change(Some(&set), None, day))), None, day));
        }
        assert_eq!(read_certificates(&set.bundle).unwrap().len(), AUTHORITIES);
    }

    #[test]
    fn what_is_broken_is_mended_from_memory_or_made_anew() {
        let good = written(change(None, None, 0));
        let other = written(change(None, None, 0));
        let broken = [
            None,
            Some(CertificateSet { bundle: b"nonsense".to_vec(), ..good.clone() }),
            Some(CertificateSet { bundle: other.bundle.clone(), ..good.clone() }),
            Some(CertificateSet {
                current: PemPair { key: other.current.key.clone(), ..good.current.clone() },
                ..good.clone()
            }),
        ];
        for broken in &broken {
            assert_eq!(written(change(broken.as_ref(), Some(&good), 1)), good, "{broken:?}");
            let anew = written(change(broken.as_ref(), None, 1));
            assert!(anew.is_good(&anew.current, &names(), at(1)));
        }
        let ended = written(change(Some(&good), Some(&good), 400));
        assert!(ended.current != good.current && ended.next.is_none());
        let renamed =
            CertificateSet::change(Some(&good), Some(&good), &["other.svc".to_owned()], at(1)).unwrap();
        assert!(matches!(renamed, SecretChange::Write(set, _) if set.current != good.current));
    }
}
