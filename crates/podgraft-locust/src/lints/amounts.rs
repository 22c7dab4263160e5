//! Amounts of bytes that are next to nothing.

use podgraft_merge::diagnostic::Diagnostic;
use serde_json::Value;

use super::mounted::containers;
use crate::codes;
use podgraft_pod::{cursor::Cursor, validity::Quantity};

/// No container lives on less, and no file system is smaller.
const LEAST: &str = "100k";

/// The resources that are counted in bytes.
const BYTES: [&str; 2] = ["memory", "ephemeral-storage"];

/// Judges what the pod and its containers ask for, and how large its volumes may become.
pub(super) fn judge(spec: &Cursor<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let resources = containers(spec).into_iter().chain([spec.clone()]).filter_map(|at| at.get("resources"));
    for amounts in
        resources.flat_map(|resources| [resources.entries("limits"), resources.entries("requests")])
    {
        found.extend(amounts.into_iter().filter(|(name, _)| BYTES.contains(name)).filter_map(too_few));
    }
    for volume in spec.items("volumes") {
        let limit = volume.get("emptyDir").and_then(|source| source.get("sizeLimit"));
        let claim = ["ephemeral", "volumeClaimTemplate", "spec", "resources", "requests", "storage"];
        let storage = claim.into_iter().try_fold(volume, |at, name| at.get(name));
        found.extend(limit.into_iter().map(|limit| ("sizeLimit", limit)).filter_map(too_few));
        found.extend(storage.into_iter().map(|storage| ("storage", storage)).filter_map(too_few));
    }
    found
}

fn too_few((name, amount): (&str, Cursor<'_>)) -> Option<Diagnostic> {
    let quantity = Quantity::read(amount.value)?;
    let least = Quantity::read(&Value::from(LEAST))?;
    if quantity.is_zero() || quantity.is_negative() || quantity >= least {
        return None;
    }
    let written = amount.value.as_str().map_or_else(|| amount.value.to_string(), str::to_owned);
    let end = written.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(written.len());
    let meant = match written.split_at(end) {
        (digits, "" | "m" | "k" | "Ki") => format!("as {digits}Mi, if that is meant"),
        _ => "with a unit, as in 256Mi".to_owned(),
    };
    let message = format!("write {name} {meant}: {written} is {quantity} bytes");
    let help = "Mi and Gi are 1024 times 1024 bytes, and 1024 times as many. The suffix m is a thousandth: it fits cpu.";
    Some(Diagnostic::warning(codes::FEW_BYTES, message).at(amount.path).help(help))
}
