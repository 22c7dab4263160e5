//! Volumes that are put together from several sources.

use super::{findings::Findings, formats::FILE_PATH, selector, volume_source};
use crate::judge::at::At;

const SOURCES: [&str; 6] =
    ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];

/// Judges a projected volume.
pub(super) fn judge(volume: &At<'_>, found: &mut Findings) {
    found.mode(volume, "defaultMode");
    let mut paths = Vec::new();
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
                if !path.is_empty() && paths.contains(&path) {
                    found.refuse(
                        place.field("path"),
                        format!("choose another path: {path} is taken in this volume"),
                    );
                }
                paths.push(path);
            }
        }
    }
}

fn one<'a>(name: &str, source: &At<'a>, found: &mut Findings) -> Vec<(&'a str, At<'a>)> {
    match name {
        "secret" | "configMap" => {
            found.required(source, "name", "my-name");
            volume_source::keys(source, found)
        }
        "downwardAPI" => volume_source::downward(source, found),
        "serviceAccountToken" => {
            found.range(source, "expirationSeconds", 600, 1 << 32);
            found.required_format(source, "path", &FILE_PATH);
            Vec::new()
        }
        "clusterTrustBundle" => {
            trust_bundle(source, found);
            vec![(source.text("path"), source.clone())]
        }
        _ => {
            certificate(source, found);
            Vec::new()
        }
    }
}

fn trust_bundle(source: &At<'_>, found: &mut Findings) {
    found.exactly_one(source, &["name", "signerName"], "trust bundle");
    found.required_format(source, "path", &FILE_PATH);
    if source.has("name") && source.has("labelSelector") {
        found.refuse(source.field("labelSelector"), "remove labelSelector: the bundle is chosen by its name");
    }
    if let Some(selector) = source.get("labelSelector") {
        selector::labels(&selector, found);
    }
}

fn certificate(source: &At<'_>, found: &mut Findings) {
    found.required(source, "signerName", "example.com/my-signer");
    let types = ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];
    if found.required(source, "keyType", "ED25519").is_some() {
        found.exactly_one_of(source, "keyType", &types);
    }
    found.range(source, "maxExpirationSeconds", 3600, i64::MAX);
    let paths = ["credentialBundlePath", "keyPath", "certificateChainPath"];
    for path in paths {
        found.format(source, path, &FILE_PATH);
    }
    if paths.into_iter().all(|path| source.text(path).is_empty()) {
        found.refuse(
            source.field("credentialBundlePath"),
            "add credentialBundlePath, as in credentialBundlePath: bundle.pem",
        );
    }
}
