//! Whether the workers find and reach their master.

use std::net::IpAddr;

use podgraft_merge::diagnostic::Diagnostic;
use serde_json::Value;

use crate::{
    codes,
    locust_command::locust_settings,
    names::LOCUST,
    pod_context::{self, PodContext},
    ports,
    role::Role,
};
use podgraft_pod::cursor::Cursor;

/// The resolvers of Google, Cloudflare, Quad9 and OpenDNS: they know no Services.
const PUBLIC_RESOLVERS: [&str; 16] = [
    "8.8.8.8",
    "8.8.4.4",
    "2001:4860:4860::8888",
    "2001:4860:4860::8844",
    "1.1.1.1",
    "1.0.0.1",
    "2606:4700:4700::1111",
    "2606:4700:4700::1001",
    "9.9.9.9",
    "149.112.112.112",
    "2620:fe::fe",
    "2620:fe::9",
    "208.67.222.222",
    "208.67.220.220",
    "2620:119:35::35",
    "2620:119:53::53",
];

/// Judges the network of a pod.
pub(super) fn judge(subject: &PodContext<'_>, spec: &Cursor<'_>) -> Vec<Diagnostic> {
    match subject.role {
        Role::Master => taken_ports(spec),
        Role::Worker => {
            let Some(master) = master(subject) else { return Vec::new() };
            dns(spec, &master).into_iter().chain(aliases(spec, &master)).collect()
        }
    }
}

/// The name of the master's Service, by which the workers look for it.
fn master(subject: &PodContext<'_>) -> Option<String> {
    locust_settings(pod_context::locust(&subject.base_at())?.value)?.master_host
}

/// Whether the pod asks a DNS server that knows Services, and completes their short names.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/kubelet/network/dns/dns.go`, `GetPodDNS` and `getPodDNSType`.
fn dns(spec: &Cursor<'_>, master: &str) -> Option<Diagnostic> {
    let on_host = spec.is_true("hostNetwork");
    let (path, message) = match spec.str("dnsPolicy").filter(|policy| !policy.is_empty()) {
        None | Some("ClusterFirst") if on_host => (
            spec.field(if spec.has("dnsPolicy") { "dnsPolicy" } else { "hostNetwork" }),
            format!(
                "set dnsPolicy to ClusterFirstWithHostNet: on the node's network the workers ask the node's DNS, which does not know {master}"
            ),
        ),
        Some("Default") => (
            spec.field("dnsPolicy"),
            format!(
                "remove dnsPolicy: with Default the workers ask the node's DNS, which does not know {master}"
            ),
        ),
        Some("None") => {
            let config = spec.get("dnsConfig");
            let texts = |name| config.as_ref().map_or_else(Vec::new, |config| config.texts(name));
            let (servers, searches) = (texts("nameservers"), texts("searches"));
            let problem = if servers.iter().all(|(server, _)| is_public(server)) {
                "no nameserver of dnsConfig is in the cluster"
            } else if !searches.iter().any(|(search, _)| search.split('.').any(|label| label == "svc")) {
                "no search domain of dnsConfig, such as NAMESPACE.svc.cluster.local, completes the name"
            } else {
                return None;
            };
            (
                spec.field("dnsPolicy"),
                format!("remove dnsPolicy: {problem}, so that the workers do not find {master}"),
            )
        }
        _ => return None,
    };
    let help = "Workers look for the master by the short name of its Service, which only the cluster's DNS knows. To add servers and \
                domains of your own, write dnsConfig and leave dnsPolicy as it is.";
    Some(Diagnostic::warning(codes::WORKERS_DNS, message).at(path).help(help))
}

/// Whether an address is a resolver of the internet. Services have addresses of public ranges in some clusters, so
/// that no range says it.
fn is_public(server: &str) -> bool {
    let address: Option<IpAddr> = server.parse().ok();
    address.is_some_and(|address| PUBLIC_RESOLVERS.iter().any(|known| known.parse() == Ok(address)))
}

/// Names of the master's Service in the workers' hosts file.
fn aliases(spec: &Cursor<'_>, master: &str) -> Vec<Diagnostic> {
    let names = spec.items("hostAliases").into_iter().flat_map(|alias| {
        let ip = alias.text("ip");
        alias.texts("hostnames").into_iter().map(move |(name, path)| (ip, name, path))
    });
    names
        .filter(|(_, name, _)| is_name_of(name, master))
        .map(|(ip, name, path)| {
            let message = format!(
                "remove \"{name}\" from hostAliases: the workers would look for their master at {ip}"
            );
            Diagnostic::warning(codes::MASTER_HOST_ALIAS, message).at(path)
        })
        .collect()
}

/// Whether a name is a Service's: alone, with its namespace, with svc, or with the cluster's domain.
fn is_name_of(name: &str, service: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let Some(rest) = name.strip_prefix(service) else { return false };
    let labels: Vec<&str> = rest.split('.').skip(1).collect();
    rest.is_empty() || rest.starts_with('.') && (labels.len() == 1 || labels.get(1) == Some(&"svc"))
}

/// Containers that run beside the master's Locust and have its ports.
fn taken_ports(spec: &Cursor<'_>) -> Vec<Diagnostic> {
    let stays = |container: &Cursor<'_>| container.str("restartPolicy") == Some("Always");
    let beside =
        spec.items("containers").into_iter().filter(|container| container.str("name") != Some(LOCUST));
    let beside = beside.chain(spec.items("initContainers").into_iter().filter(stays));
    let taken = beside.flat_map(|container| {
        let name = container.text("name");
        let ports = container.items("ports").into_iter().filter(|port| {
            let number = port.value.get("containerPort").and_then(Value::as_i64);
            let is_tcp = port.str("protocol").is_none_or(|protocol| protocol == "TCP");
            is_tcp && number.is_some_and(ports::is_of_master)
        });
        ports.map(move |port| (name, port)).collect::<Vec<_>>()
    });
    taken
        .map(|(name, port)| {
            let number = port.int("containerPort").unwrap_or_default();
            let message = format!(
                "let container \"{name}\" listen on another port than {number}: the master talks to the workers on it"
            );
            let help = "All containers of a pod share its ports: the one that comes second cannot listen.";
            Diagnostic::warning(codes::MASTER_PORT_TAKEN, message).at(port.field("containerPort")).help(help)
        })
        .collect()
}
