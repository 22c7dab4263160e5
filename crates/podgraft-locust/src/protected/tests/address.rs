//! The addresses on which a master may listen.

use serde_json::json;

use crate::{
    fixture::{judged, lines, set},
    protected::protected,
    role::Role::Master,
};

#[test]
fn every_spelling_of_loopback_is_refused_and_other_addresses_are_free() {
    let judge = |host: &str| {
        let args = json!(["--master", "--expect-workers=3", "--master-bind-host", host]);
        lines(&judged(protected, Master, |pod| set(pod, "/spec/containers/0/args", args)))
    };
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0X7F000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "::1",
        "[::1]",
        "0:0::1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::1%lo",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.0.0.1.",
        "a.localhost",
        "lo",
        "ip6-localhost",
        " 127.0.0.1 ",
        "",
    ] {
        assert_eq!(judge(host).len(), 1, "{host}");
    }
    for host in [
        "*",
        "0.0.0.0",
        "0",
        "::",
        "10.0.0.1",
        "0x0a000001",
        "eth0",
        "2130706432000",
        "::ffff:10.0.0.1",
        "128.1",
    ] {
        assert_eq!(judge(host), Vec::<String>::new(), "{host}");
    }
}

#[test]
fn an_alias_of_loopback_is_loopback() {
    let judge = |ip: &str| {
        judged(protected, Master, |pod| {
            set(pod, "/spec/hostAliases", json!([{"ip": ip, "hostnames": ["a", "own"]}]));
            set(pod, "/spec/containers/0/args/-", json!("--master-bind-host=own"));
        })
    };
    assert_eq!(judge("127.0.0.1").len(), 1);
    assert_eq!(judge("::1").len(), 1);
    assert_eq!(judge("10.0.0.1"), []);
}
