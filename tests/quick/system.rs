//! What podgraft believes of the system, against the system itself: which addresses are loopback, and what Linux
//! starts.
#![cfg(target_os = "linux")]

use std::{
    net::{Ipv4Addr, TcpListener, ToSocketAddrs},
    process::Command,
};

use podgraft::codes;
use podgraft_locust::{self, ClusterContext, Rendered, config::Config, role::Role};
use podgraft_pod::manifest;
use serde_json::{Value, json};

/// Renders a test with this container `locust` in the template of one role.
fn rendered(template: &str, container: &Value) -> Rendered {
    let mut spec = json!({"image": "i", "master": {"command": ""}, "worker": {"command": "", "replicas": 1}});
    spec[template] = json!({"spec": {"containers": [container]}});
    let test =
        json!({"apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": "t"}, "spec": spec});
    let document = manifest::read("t.json", test.to_string().as_bytes()).documents.remove(0);
    podgraft_locust::render(&document, &ClusterContext::empty(), &Config::default())
}

/// Whether a master may bind to this address.
fn is_accepted(host: &str) -> bool {
    let variable = json!({"name": "LOCUST_MASTER_BIND_HOST", "value": host});
    !rendered("masterPodTemplate", &json!({"name": "locust", "env": [variable]})).is_refused()
}

/// Spellings of an IPv4 address: one to four numbers, each decimal, octal or hexadecimal.
fn spellings(address: u32, mut bits: usize) -> String {
    let count = 1 + bits % 4;
    bits /= 4;
    let bytes = address.to_be_bytes();
    let mut parts: Vec<u32> = bytes[..count - 1].iter().map(|byte| u32::from(*byte)).collect();
    parts.push(bytes[count - 1..].iter().fold(0, |number, byte| number << 8 | u32::from(*byte)));
    let spell = |part: u32| {
        let spelled = match bits % 3 {
            0 => part.to_string(),
            1 => format!("0{part:o}"),
            _ => format!("0x{part:x}"),
        };
        bits /= 3;
        spelled
    };
    parts.into_iter().map(spell).collect::<Vec<_>>().join(".")
}

#[test]
fn addresses_are_read_as_the_systems_resolver_reads_them() {
    let addresses =
        ["127.0.0.1", "127.255.3.4", "126.255.255.255", "128.0.0.0", "10.1.2.3", "0.0.0.0", "8.8.8.8"];
    let (mut loopback, mut other) = (0, 0);
    for address in addresses {
        let address: Ipv4Addr = address.parse().unwrap();
        for bits in 0..4 * 81 {
            let host = spellings(address.to_bits(), bits);
            let resolved =
                (host.as_str(), 0).to_socket_addrs().unwrap_or_else(|error| panic!("{host}: {error}"));
            let resolved: Vec<_> = resolved.map(|resolved| resolved.ip()).collect();
            assert_eq!(resolved, [address], "{host}");
            assert_eq!(is_accepted(&host), !address.is_loopback(), "{host} is {address}");
            if address.is_loopback() { loopback += 1 } else { other += 1 }
        }
    }
    println!("{loopback} spellings of loopback addresses, {other} of others");
}

#[test]
fn what_binds_to_loopback_is_refused_and_what_does_not_is_not() {
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "::1",
        "::ffff:127.0.0.1",
        "localhost",
        "0",
        "0.0.0.0",
        "::",
        "0x0",
        "00.0",
    ] {
        // A machine may be without IPv6.
        let Ok(listener) = TcpListener::bind((host, 0)) else {
            assert!(host.contains(':'), "{host} is bound by nobody");
            continue;
        };
        let bound = listener.local_addr().unwrap().ip();
        assert_eq!(is_accepted(host), !bound.to_canonical().is_loopback(), "{host} is bound to {bound}");
    }
}

/// Whether Linux starts a program with the arguments and variables of a rendered worker.
fn starts(job: &Value) -> bool {
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    let args = container["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    let env = container["env"].as_array().unwrap().iter();
    let env = env
        .map(|variable| (variable["name"].as_str().unwrap(), variable["value"].as_str().unwrap_or_default()));
    // The stack's limit, of which a quarter is for these, is 8 MiB where nobody changed it.
    let script = "ulimit -S -s 8192 && exec true \"$@\"";
    let status = Command::new("sh").args(["-c", script, "true"]).args(args).env_clear().envs(env).status();
    status.is_ok_and(|status| status.success())
}

#[test]
fn what_linux_does_not_start_is_refused() {
    const STRING: usize = 128 * 1024;
    const ALL: usize = 2 * 1024 * 1024;
    let variable = |name: &str, length: usize| json!({"name": name, "value": "x".repeat(length)});
    let variables = |bytes: usize| {
        let names = (0..bytes / 100_000).map(|index| variable(&format!("V{index:02}"), 100_000 - 13));
        json!({"name": "locust", "env": names.collect::<Vec<_>>()})
    };
    for (container, is_startable) in [
        (json!({"name": "locust", "env": [variable("V", STRING - 3)]}), true),
        (json!({"name": "locust", "env": [variable("V", STRING - 2)]}), false),
        (json!({"name": "locust", "$append/args": ["x".repeat(STRING - 1)]}), true),
        (json!({"name": "locust", "$append/args": ["x".repeat(STRING)]}), false),
        (variables(ALL - 100_000), true),
        (variables(ALL + 100_000), false),
    ] {
        let rendered = rendered("workerPodTemplate", &container);
        let is_refused = rendered.diagnostics.iter().any(|found| found.code == codes::EXEC_LIMIT);
        let start = &container.to_string()[..60];
        assert_eq!(!is_refused, is_startable, "{start}: {is_refused}");
        assert_eq!(starts(rendered.job(Role::Worker).unwrap()), is_startable, "{start}");
    }
}
