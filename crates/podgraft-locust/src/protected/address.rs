//! [`is_loopback`]: whether an address is reached only from within its own pod.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Names that mean a loopback address in every pod.
const NAMES: [&str; 6] =
    ["lo", "localhost", "localhost.localdomain", "localhost6", "ip6-localhost", "ip6-loopback"];

/// Whether an address that Locust binds to is reached only from within its own pod, however it is spelled.
/// `ZeroMQ` also takes the names of interfaces, so `lo` is one.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.trim();
    let host = host.strip_prefix('[').map_or(host, |inner| inner.strip_suffix(']').unwrap_or(inner));
    // An interface may be named behind an address, and a dot may end a name.
    let host = host.split('%').next().unwrap_or(host).trim_end_matches('.').to_ascii_lowercase();
    match address(&host) {
        Some(IpAddr::V4(address)) => address.is_loopback(),
        Some(IpAddr::V6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().as_ref().is_some_and(Ipv4Addr::is_loopback)
        }
        // Other names that begin so are resolved by nobody.
        None => NAMES.contains(&host.as_str()) || host.ends_with(".localhost") || host.starts_with("127."),
    }
}

/// The address that a text is, as the system's resolver reads one without asking anybody.
fn address(host: &str) -> Option<IpAddr> {
    host.parse::<Ipv6Addr>().map(IpAddr::V6).ok().or_else(|| ipv4(host).map(IpAddr::V4))
}

/// An IPv4 address of one to four numbers, each decimal, octal (`0...`) or hexadecimal (`0x...`). The last one
/// fills all bytes that are left.
///
/// # Source
/// glibc 2.39, `resolv/inet_addr.c`, `inet_aton_end`, which `getaddrinfo` calls; musl 1.2.5,
/// `src/network/inet_aton.c`.
fn ipv4(host: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u32> = host.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last().filter(|(_, first)| first.len() <= 3)?;
    let mut bits: u32 = 0;
    for part in first {
        bits = bits << 8 | u32::from(u8::try_from(*part).ok()?);
    }
    let left = 8 * (4 - u32::try_from(first.len()).ok()?);
    let bits = u32::try_from(u64::from(bits) << left).ok()?;
    (u64::from(*last) < 1 << left).then(|| Ipv4Addr::from(bits | last))
}

/// A number as C's `strtoul` reads it with base 0: no sign, no spaces.
fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    let is_plain = digits.chars().all(|digit| digit.is_digit(radix));
    is_plain.then(|| u32::from_str_radix(digits, radix).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_resolver_reads_them() {
        for (host, wanted) in [
            ("2130706433", Some([127, 0, 0, 1])),
            ("0x7f000001", Some([127, 0, 0, 1])),
            ("0x7f.1", Some([127, 0, 0, 1])),
            ("0177.0.0.1", Some([127, 0, 0, 1])),
            ("127.1", Some([127, 0, 0, 1])),
            ("127.0.257", Some([127, 0, 1, 1])),
            ("10.1.2.3", Some([10, 1, 2, 3])),
            ("0", Some([0, 0, 0, 0])),
            ("4294967295", Some([255, 255, 255, 255])),
            ("4294967296", None),
            ("127.0.0.256", None),
            ("256.1", None),
            ("1.2.3.4.5", None),
            ("08.0.0.1", None),
            ("+127.0.0.1", None),
            ("127.0.0.", None),
            ("0x", None),
            ("a.b", None),
            ("", None),
        ] {
            assert_eq!(ipv4(host), wanted.map(Ipv4Addr::from), "{host}");
        }
    }
}
