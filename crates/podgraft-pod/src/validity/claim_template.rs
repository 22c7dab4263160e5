//! Claims that are made for each pod: ephemeral volumes.

use super::{
    findings::Findings,
    formats::{LABEL, SUBDOMAIN},
    metadata,
    quantity::Quantity,
    selector,
};
use crate::cursor::Cursor;

const MODES: [&str; 4] = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];

/// Judges an ephemeral volume.
pub(super) fn judge(ephemeral: &Cursor<'_>, found: &mut Findings) {
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

fn claim(spec: &Cursor<'_>, found: &mut Findings) {
    let modes = spec.texts("accessModes");
    if modes.is_empty() {
        found.refuse(spec.field("accessModes"), "add accessModes: [ReadWriteOnce]");
    }
    for (mode, path) in &modes {
        if !MODES.contains(mode) {
            let near = podgraft_merge::diagnostic::did_you_mean(mode, MODES);
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
    let place =
        spec.path.join(&podgraft_merge::path::FieldPath::fields(["resources", "requests", "storage"]));
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
    sources(spec, found);
}

/// What a claim begins with: a copy of another claim, or what a snapshot holds.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`, `validateDataSource`,
/// `validateDataSourceRef` and `ValidatePersistentVolumeClaimSpec`.
fn sources(spec: &Cursor<'_>, found: &mut Findings) {
    let names = ["dataSource", "dataSourceRef"];
    for source in names.into_iter().filter_map(|name| spec.get(name)) {
        found.required(&source, "name", "my-claim");
        let kind = found.required(&source, "kind", "PersistentVolumeClaim");
        found.format(&source, "apiGroup", &SUBDOMAIN);
        found.format(&source, "namespace", &LABEL);
        if let Some(kind) = kind.filter(|kind| *kind != "PersistentVolumeClaim")
            && source.text("apiGroup").is_empty()
        {
            let message = format!(
                "add the apiGroup of {kind}, or set kind to PersistentVolumeClaim: without a group only that is known"
            );
            found.refuse(source.field("kind"), message);
        }
    }
    let [Some(source), Some(reference)] = names.map(|name| spec.get(name)) else { return };
    if !reference.text("namespace").is_empty() {
        let message = "remove dataSource: dataSourceRef names another namespace, which dataSource cannot";
        found.refuse(spec.field("dataSource"), message);
    } else if ["apiGroup", "kind", "name"].iter().any(|name| source.str(name) != reference.str(name)) {
        let message = "remove dataSource: dataSourceRef says something else, and is enough";
        found.refuse(spec.field("dataSource"), message);
    }
}
