//! [`Format`]: how names, keys and paths are written.

use std::net::IpAddr;

/// A way of writing a text.
pub(super) struct Format {
    /// Whether a text is written so.
    pub(super) holds: fn(&str) -> bool,
    /// What a text must be written with, for people.
    pub(super) rule: &'static str,
    /// A text that is written so.
    pub(super) example: &'static str,
}

/// The name of a container, volume, host.
pub(super) const LABEL: Format = Format {
    holds: |text| text.len() <= 63 && is_label(text),
    rule: "lower case letters, digits and \"-\", a letter or digit at both ends, at most 63 characters",
    example: "my-name",
};

/// The name of an object.
pub(super) const SUBDOMAIN: Format = Format {
    holds: |text| text.len() <= 253 && text.split('.').all(is_label),
    rule: "lower case letters, digits, \"-\" and \".\", a letter or digit at both ends of each part, at most 253 characters",
    example: "my-name.example",
};

/// The name of an object that is a source of variables: the API server takes it for the beginning of
/// a name, which may end in "-".
pub(super) const SOURCE_NAME: Format = Format {
    holds: |text| match text.len().checked_sub(2).filter(|_| text.ends_with('-')) {
        Some(end) => text.get(..end).is_some_and(|head| (SUBDOMAIN.holds)(&format!("{head}a"))),
        None => (SUBDOMAIN.holds)(text),
    },
    ..SUBDOMAIN
};

/// A search domain.
pub(super) const SEARCH_DOMAIN: Format = Format {
    holds: |text| {
        let part = |part: &str| {
            let part = part.strip_prefix('_').unwrap_or(part);
            wraps(part, is_lower_alphanumeric, |byte| {
                is_lower_alphanumeric(byte) || matches!(byte, b'-' | b'_')
            })
        };
        text.len() <= 253 && text.split('.').all(part)
    },
    rule: "lower case letters, digits, \"-\", \"_\" and \".\", at most 253 characters",
    example: "my-ns.svc.cluster.local",
};

/// The key of a label or an annotation, a resource, a condition.
pub(super) const QUALIFIED: Format = Format {
    holds: |text| match text.split_once('/') {
        Some((prefix, name)) => (SUBDOMAIN.holds)(prefix) && is_key_name(name),
        None => is_key_name(text),
    },
    rule: "letters, digits, \"-\", \"_\" and \".\", a letter or digit at both ends, at most 63 characters, after an optional domain and \"/\"",
    example: "example.com/my-name",
};

/// The key of a note for whoever signs a certificate: an annotation's, always with a domain.
pub(super) const DOMAIN_KEY: Format = Format {
    holds: |text| text.contains('/') && (QUALIFIED.holds)(text),
    rule: "a domain, \"/\" and a name of letters, digits, \"-\", \"_\" and \".\"",
    example: "example.com/my-name",
};

/// The name of who signs certificates.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/names.go`, `ValidateSignerName`.
pub(super) const SIGNER: Format = Format {
    holds: |text| {
        text.len() <= 571
            && text.split_once('/').is_some_and(|(domain, name)| {
                domain.len() <= 253
                    && domain.contains('.')
                    && domain.split('.').all(LABEL.holds)
                    && name.split('.').all(SUBDOMAIN.holds)
            })
    },
    rule: "a domain of at least two parts, \"/\" and a name of lower case letters, digits, \"-\" and \".\"",
    example: "example.com/my-signer",
};

/// The name of a bundle of trusted certificates, which begins with its signer's if it has one.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/names.go`, `ValidateClusterTrustBundleName`.
pub(super) const TRUST_BUNDLE: Format = Format {
    holds: |text| match text.rsplit_once(':') {
        Some((signer, name)) => !signer.is_empty() && !signer.contains('/') && (SUBDOMAIN.holds)(name),
        None => (SUBDOMAIN.holds)(text),
    },
    rule: "lower case letters, digits, \"-\" and \".\", after its signer's name with \":\" for each \"/\" if it has one",
    example: "example.com:my-signer:my-bundle",
};

/// The name of an iSCSI target or initiator.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`, `validateISCSIVolumeSource`.
pub(super) const ISCSI: Format = Format {
    holds: |text| match text.get(..3) {
        Some("iqn") => text.match_indices("iqn.").any(|(at, begin)| is_iqn(&text[at + begin.len()..])),
        Some("eui") => has_digits(&text[3..], 16),
        Some("naa") => has_digits(&text[3..], 32),
        _ => false,
    },
    rule: "iqn, a month, a domain and a name, or eui or naa and its digits",
    example: "iqn.2001-04.com.example:storage",
};

/// The value of a label.
pub(super) const LABEL_VALUE: Format = Format {
    holds: |text| text.is_empty() || is_key_name(text),
    rule: "letters, digits, \"-\", \"_\" and \".\", a letter or digit at both ends, at most 63 characters",
    example: "my-value",
};

/// The name of an environment variable.
pub(super) const VARIABLE: Format = Format {
    holds: |text| !text.is_empty() && text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'='),
    rule: "printable ASCII characters other than \"=\"",
    example: "MY_NAME",
};

/// A key of a `ConfigMap` or Secret.
pub(super) const CONFIG_KEY: Format = Format {
    holds: |text| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !text.is_empty()
            && text.len() <= 253
            && text.bytes().all(plain)
            && text != "."
            && !text.starts_with("..")
    },
    rule: "letters, digits, \"-\", \"_\" and \".\", not beginning with \"..\", at most 253 characters",
    example: "my-key",
};

/// The name of a port.
pub(super) const PORT_NAME: Format = Format {
    holds: |text| {
        let plain = |byte: u8| is_lower_alphanumeric(byte) || byte == b'-';
        (1..=15).contains(&text.len())
            && text.bytes().all(plain)
            && text.bytes().any(|byte| byte.is_ascii_lowercase())
            && !text.contains("--")
            && !text.starts_with('-')
            && !text.ends_with('-')
    },
    rule: "lower case letters, digits and single \"-\" between them, at least one letter, at most 15 characters",
    example: "metrics",
};

/// The name of an HTTP header.
pub(super) const HEADER: Format = Format {
    holds: |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
    rule: "letters, digits and \"-\"",
    example: "X-My-Header",
};

/// The name of a CSI driver.
pub(super) const DRIVER: Format = Format {
    holds: |text| text.len() <= 63 && (SUBDOMAIN.holds)(&text.to_lowercase()),
    rule: "letters, digits, \"-\" and \".\", a letter or digit at both ends of each part, at most 63 characters",
    example: "csi.example.com",
};

/// A path below a folder.
pub(super) const RELATIVE_PATH: Format = Format {
    holds: |text| !text.starts_with('/') && !has_backsteps(text),
    rule: "a path that does not begin with \"/\" and has no \"..\"",
    example: "my/folder",
};

/// A path of a file in a volume.
pub(super) const FILE_PATH: Format = Format {
    holds: |text| (RELATIVE_PATH.holds)(text) && !text.starts_with(".."),
    rule: "a path that does not begin with \"/\" or \"..\"",
    example: "my/file",
};

/// A path on the node or in the container.
pub(super) const NO_BACKSTEPS: Format =
    Format { holds: |text| !has_backsteps(text), rule: "a path that has no \"..\"", example: "/my/path" };

/// An IP address.
pub(super) const ADDRESS: Format = Format {
    holds: |text| match text.parse() {
        Ok(IpAddr::V4(_)) => true,
        Ok(IpAddr::V6(address)) => address.to_ipv4_mapped().is_none(),
        Err(_) => false,
    },
    rule: "an IP address",
    example: "10.0.0.1",
};

/// The name of a kernel parameter.
pub(super) const SYSCTL: Format = Format {
    holds: |text| {
        let part = |part: &str| {
            wraps(part, is_lower_alphanumeric, |byte| {
                is_lower_alphanumeric(byte) || matches!(byte, b'-' | b'_')
            })
        };
        text.len() <= 253 && text.split(['.', '/']).all(part)
    },
    rule: "lower case letters, digits, \"-\" and \"_\", in parts between \".\" or \"/\"",
    example: "net.core.somaxconn",
};

fn is_lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Not empty, with `end` at both ends and `inner` between them.
fn wraps(text: &str, end: fn(u8) -> bool, inner: fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    bytes.first().copied().is_some_and(end)
        && bytes.last().copied().is_some_and(end)
        && bytes.iter().copied().all(inner)
}

fn is_label(text: &str) -> bool {
    wraps(text, is_lower_alphanumeric, |byte| is_lower_alphanumeric(byte) || byte == b'-')
}

fn is_key_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.len() <= 63 && wraps(text, |byte| byte.is_ascii_alphanumeric(), inner)
}

/// What follows `iqn.`: a month, a domain turned round, and after ":" any name without spaces.
fn is_iqn(text: &str) -> bool {
    let Some((month, rest)) = text.split_once('.') else { return false };
    let is_month = matches!(month.as_bytes(), [y1, y2, y3, y4, b'-', m1, m2]
        if [y1, y2, y3, y4, m1, m2].iter().all(|byte| byte.is_ascii_digit()));
    let Some((domain, name)) = rest.split_once(':') else { return false };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let barred = [',', ';', '*', '&', '$', '|', ' ', '\t', '\n', '\r', '\x0c'];
    is_month && !domain.is_empty() && domain.bytes().all(plain) && !name.is_empty() && !name.contains(barred)
}

/// A separator and so many letters or digits.
fn has_digits(text: &str, count: usize) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|separator| separator != '\n')
        && letters.as_str().len() == count
        && letters.all(|letter| letter.is_ascii_alphanumeric())
}

fn has_backsteps(text: &str) -> bool {
    text.split('/').any(|part| part == "..")
}
