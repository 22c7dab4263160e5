//! Volumes that are put together from several sources.

use std::collections::BTreeSet;

use super::{
    findings::Findings,
    formats::{DOMAIN_KEY, FILE_PATH, SIGNER, TRUST_BUNDLE},
    metadata, selector, volume_items,
};
use crate::cursor::Cursor;
use podgraft_merge::path::FieldPath;

const DAY: i64 = 24 * 60 * 60;
const CERTIFICATE_PATHS: [&str; 3] = ["credentialBundlePath", "keyPath", "certificateChainPath"];

const SOURCES: [&str; 6] =
    ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];

/// Judges a projected volume.
pub(super) fn judge(volume: &Cursor<'_>, found: &mut Findings) {
    found.mode(volume, "defaultMode");
    let mut paths = BTreeSet::new();
    for source in volume.items("sources") {
        let set: Vec<&str> = SOURCES.into_iter().filter(|name| source.has(name)).collect();
        if let [keep, others @ ..] = set.as_slice() {
            for other in others {
                found.refuse(
                    source.field(other),
                    format!("move {other} into a source of its own: {keep} is in this one"),
                );
            }
        }
        for name in set {
            let Some(inner) = source.get(name) else { continue };
            for (path, place) in one(name, &inner, found) {
                if !path.is_empty() && !paths.insert(path) {
                    found.refuse(place, format!("choose another path: {path} is taken in this volume"));
                }
            }
        }
    }
}

/// Judges one source. Gives the paths of its files, and where they are written.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`, `validateProjectionSources`.
fn one<'a>(name: &str, source: &Cursor<'a>, found: &mut Findings) -> Vec<(&'a str, FieldPath)> {
    let written = |files: Vec<(&'a str, Cursor<'a>)>| {
        files.into_iter().map(|(path, file)| (path, file.field("path"))).collect()
    };
    match name {
        "secret" | "configMap" => {
            found.required(source, "name", "my-name");
            written(volume_items::keys(source, found))
        }
        "downwardAPI" => written(volume_items::downward(source, found)),
        "serviceAccountToken" => {
            found.range(source, "expirationSeconds", 600, 1 << 32);
            found.required_format(source, "path", &FILE_PATH);
            Vec::new()
        }
        "clusterTrustBundle" => {
            trust_bundle(source, found);
            vec![(source.text("path"), source.field("path"))]
        }
        _ => {
            certificate(source, found);
            CERTIFICATE_PATHS.iter().map(|name| (source.text(name), source.field(name))).collect()
        }
    }
}

fn trust_bundle(source: &Cursor<'_>, found: &mut Findings) {
    found.exactly_one(source, &["name", "signerName"], "trust bundle");
    found.required_format(source, "path", &FILE_PATH);
    if source.has("name") && source.has("labelSelector") {
        found.refuse(source.field("labelSelector"), "remove labelSelector: the bundle is chosen by its name");
    }
    for (field, what, format) in [
        ("name", "the name of a trust bundle", &TRUST_BUNDLE),
        ("signerName", "the name of a signer", &SIGNER),
    ] {
        if let Some(text) = source.str(field) {
            found.written(source.field(field), what, text, format);
        }
    }
    if let Some(selector) = source.get("labelSelector").filter(|_| source.has("signerName")) {
        selector::labels(&selector, found);
    }
}

fn certificate(source: &Cursor<'_>, found: &mut Findings) {
    found.required_format(source, "signerName", &SIGNER);
    metadata::notes(source, "userAnnotations", &DOMAIN_KEY, found);
    let types = ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];
    if found.required(source, "keyType", "ED25519").is_some() {
        found.exactly_one_of(source, "keyType", &types);
    }
    let domain = source.text("signerName").split('/').next().unwrap_or_default();
    let is_own = domain == "kubernetes.io" || domain.ends_with(".kubernetes.io");
    found.range(source, "maxExpirationSeconds", 3600, if is_own { DAY } else { 91 * DAY });
    for path in CERTIFICATE_PATHS {
        found.format(source, path, &FILE_PATH);
    }
    if CERTIFICATE_PATHS.into_iter().all(|path| source.text(path).is_empty()) {
        found.refuse(
            source.field("credentialBundlePath"),
            "add credentialBundlePath, as in credentialBundlePath: bundle.pem",
        );
    }
}
