//! Lints: what is legal and almost surely not what was meant in a load test.

mod amounts;
mod claims;
mod lifetime;
mod mounted;
mod network;
mod options;
mod selectors;
#[cfg(test)]
mod tests;
mod variables;
mod volumes;

pub(crate) use lifetime::is_meant_for_locust;

use super::PodContext;
use podgraft_merge::diagnostic::Diagnostic;

/// Judges what is legal in the final pod and almost surely wrong: warnings with the codes
/// `plain-sidecar`, `pod-deadline`, `no-grace-period`, `pod-priority`, `workers-dns`,
/// `master-host-alias`, `master-port-taken`, `shared-claim`,
/// `claim-without-fsgroup`, `emptydir-per-pod`, `few-bytes`, `overridden-option`, `selects-nothing`, `unused-volume`,
/// `variable-order` and `volume-without-source`.
#[must_use]
pub fn lints(subject: &PodContext<'_>) -> Vec<Diagnostic> {
    let pod = subject.at();
    let Some(spec) = pod.get("spec") else { return Vec::new() };
    let mut found = lifetime::judge(subject, &spec);
    found.extend(network::judge(subject, &spec));
    found.extend(claims::judge(subject, &spec));
    found.extend(volumes::judge(subject, &spec));
    found.extend(amounts::judge(&spec));
    found.extend(selectors::judge(&pod, &spec));
    found.extend(variables::judge(&spec));
    found.extend(options::judge(subject, &spec));
    found
}
