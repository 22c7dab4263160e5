//! How names are looked up in the pod.

use super::{
    findings::Findings,
    formats::{ADDRESS, SEARCH_DOMAIN},
};
use crate::cursor::Cursor;

/// Judges the DNS policy and configuration of a pod.
pub(super) fn judge(spec: &Cursor<'_>, found: &mut Findings) {
    found.one_of(spec, "dnsPolicy", &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]);
    let config = spec.get("dnsConfig");
    let servers = config.as_ref().map_or_else(Vec::new, |config| config.texts("nameservers"));
    if spec.text("dnsPolicy") == "None" && servers.is_empty() {
        let place = podgraft_merge::path::FieldPath::fields(["dnsConfig", "nameservers"]);
        found.refuse(
            spec.path.join(&place),
            "add a name server: dnsPolicy None needs one, as in [\"10.0.0.10\"]",
        );
    }
    let Some(config) = config else { return };
    if servers.len() > 3 {
        found.refuse(config.field("nameservers"), "remove name servers: 3 are allowed");
    }
    for (server, path) in servers {
        found.written(path, "a name server", server, &ADDRESS);
    }
    let searches = config.texts("searches");
    let length: usize = searches.iter().map(|(domain, _)| domain.len() + 1).sum();
    if searches.len() > 32 || length > 2049 {
        found.refuse(
            config.field("searches"),
            "remove search domains: 32 are allowed, with 2048 characters together",
        );
    }
    for (domain, path) in searches {
        if domain != "." {
            found.written(
                path,
                "a search domain",
                domain.strip_suffix('.').unwrap_or(domain),
                &SEARCH_DOMAIN,
            );
        }
    }
    for option in config.items("options") {
        found.required(&option, "name", "ndots");
    }
}
