//! Claims that are made for each pod: ephemeral volumes.

use super::{findings::Findings, formats::SUBDOMAIN, metadata, quantity::Quantity, selector};
use crate::judge::at::At;

const MODES: [&str; 4] = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];

/// Judges an ephemeral volume.
pub(super) fn judge(ephemeral: &At<'_>, found: &mut Findings) {
    let Some(template) = ephemeral.get("volumeClaimTemplate") else {
        let message = "add volumeClaimTemplate, with spec.accessModes and spec.resources.requests.storage";
        return found.refuse(ephemeral.field("volumeClaimTemplate"), message);
    };
    if let Some(own) = template.get("metadata") {
        metadata::labels(&own, "labels", found);
        metadata::annotations(&own, found);
        for name in own.names() {
            if !matches!(name, "labels" | "annotations") {
                found.refuse(
                    own.field(name),
                    format!("remove {name}: only labels and annotations may be set here"),
                );
            }
        }
    }
    if let Some(spec) = template.get("spec") {
        claim(&spec, found);
    }
}

fn claim(spec: &At<'_>, found: &mut Findings) {
    let modes = spec.texts("accessModes");
    if modes.is_empty() {
        found.refuse(spec.field("accessModes"), "add accessModes: [ReadWriteOnce]");
    }
    for (mode, path) in &modes {
        if !MODES.contains(mode) {
            let near = crate::diagnostic::did_you_mean(mode, MODES);
            found.refuse(path.clone(), format!("write one of {}, not \"{mode}\"{near}", MODES.join(", ")));
        }
    }
    let alone = modes.iter().any(|(mode, _)| *mode == "ReadWriteOncePod");
    if alone && modes.iter().any(|(mode, _)| *mode != "ReadWriteOncePod" && MODES.contains(mode)) {
        found.refuse(
            spec.field("accessModes"),
            "remove the other access modes: ReadWriteOncePod stands alone",
        );
    }
    let requests = spec.get("resources").and_then(|resources| resources.get("requests"));
    let place = spec.path.join(&crate::path::FieldPath::fields(["resources", "requests", "storage"]));
    match requests.and_then(|requests| requests.get("storage")).map(|storage| Quantity::read(storage.value)) {
        None => found.refuse(place, "add storage: 10Gi: a claim says how much it needs"),
        Some(Some(amount)) if !amount.is_negative() && !amount.is_zero() => {}
        Some(_) => found.refuse(place, "write storage as an amount above zero, as in 10Gi"),
    }
    found.format(spec, "storageClassName", &SUBDOMAIN);
    found.format(spec, "volumeAttributesClassName", &SUBDOMAIN);
    found.exactly_one_of(spec, "volumeMode", &["Block", "Filesystem"]);
    if let Some(selector) = spec.get("selector") {
        selector::labels(&selector, found);
    }
}
