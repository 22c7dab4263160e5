//! [`sarif`]: diagnostics as a SARIF 2.1.0 log, for code scanning and editors.
//!
//! # Source
//! OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01.

use std::{
    collections::HashMap,
    path::{Component, Path, PathBuf},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use podgraft_merge::diagnostic::{Code, Diagnostic, Position, Severity};
use serde_json::{Value, json};

use crate::message::message;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What may stand in a part of a path as it is: RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The name under which results have their fingerprint; another number means another way to make it.
const FINGERPRINT: &str = "podgraftIdentity/v1";

/// Who made the log.
#[derive(Debug, Clone, Copy)]
pub struct Tool<'a> {
    /// The version of podgraft.
    pub version: &'a str,
    /// Where its source is, as an absolute URI: rules then link to their documentation.
    pub home: Option<&'a str>,
}

/// A log of one run. Files in `folder`, an absolute path, get URIs relative to it; others absolute ones.
///
/// A diagnostic about an object or a text is a result. One about neither, such as `no-locust-test`, is a
/// notification: code scanning refuses a whole log for one result without a location.
#[must_use]
pub fn sarif(diagnostics: &[Diagnostic], tool: Tool<'_>, folder: &Path) -> Value {
    let mut codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut seen = HashMap::new();
    let (mut results, mut notifications) = (Vec::new(), Vec::new());
    for diagnostic in diagnostics {
        // `codes` has them all.
        let rule = codes.binary_search(&diagnostic.code).unwrap_or_default();
        match location(diagnostic, folder) {
            Some(location) => {
                let fingerprint = fingerprint(diagnostic, &mut seen);
                results.push(json!({
                    "ruleId": diagnostic.code.as_str(),
                    "ruleIndex": rule,
                    "level": level(diagnostic.severity),
                    "message": { "text": escaped(&message(diagnostic)) },
                    "locations": [location],
                    "partialFingerprints": { FINGERPRINT: fingerprint }
                }));
            }
            None => notifications.push(json!({
                "associatedRule": { "id": diagnostic.code.as_str(), "index": rule },
                "level": level(diagnostic.severity),
                "message": { "text": escaped(&message(diagnostic)) }
            })),
        }
    }
    let failed = notifications.iter().any(|notification| notification["level"] == "error");
    let mut invocation = json!({ "executionSuccessful": !failed });
    if !notifications.is_empty() {
        invocation["toolExecutionNotifications"] = notifications.into();
    }
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver(&codes, tool) },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results
        }]
    })
}

fn driver(codes: &[Code], tool: Tool<'_>) -> Value {
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code, tool)).collect();
    let mut driver = json!({ "name": "podgraft", "version": tool.version, "semanticVersion": tool.version, "rules": rules });
    if let Some(home) = tool.home {
        driver["informationUri"] = home.into();
    }
    driver
}

fn rule(code: Code, tool: Tool<'_>) -> Value {
    let level = level(code.severities().first().copied().unwrap_or(Severity::Error));
    let mut rule = json!({
        "id": code.as_str(),
        "name": format!("{code:?}"),
        "shortDescription": { "text": escaped(code.meaning()) },
        "fullDescription": { "text": escaped(&format!("{} {}", code.meaning(), code.remedy())) },
        "help": { "text": escaped(code.remedy()) },
        "defaultConfiguration": { "level": level }
    });
    if let Some(home) = tool.home {
        rule["helpUri"] = format!("{home}/blob/main/docs/diagnostics.md#{code}").into();
    }
    rule
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Braces stand for arguments in SARIF's texts, unless they are doubled (3.11.5).
fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// Where a diagnostic is: in a text, and in an object. `None` for neither.
fn location(diagnostic: &Diagnostic, folder: &Path) -> Option<Value> {
    let mut location = json!({});
    if let Some(position) = &diagnostic.position {
        location["physicalLocation"] = physical(position, folder);
    }
    let mut logical = Vec::new();
    if let Some(object) = &diagnostic.object {
        logical.push(json!({ "kind": "object", "fullyQualifiedName": object }));
        if let Some(path) = &diagnostic.path {
            let name = format!("{object} {path}");
            logical.push(json!({ "kind": "property", "name": path.to_string(), "fullyQualifiedName": name }));
        }
    }
    if let Some(layer) = &diagnostic.layer {
        logical.push(json!({ "kind": "layer", "fullyQualifiedName": layer.as_str() }));
    }
    if !logical.is_empty() {
        location["logicalLocations"] = logical.into();
    }
    let is_anywhere = diagnostic.position.is_some() || diagnostic.object.is_some();
    is_anywhere.then_some(location)
}

fn physical(position: &Position, folder: &Path) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&position.file, folder) },
        "region": { "startLine": position.line, "startColumn": position.column }
    })
}

/// A file's URI; standard input keeps its name, `-`, because code scanning wants some URI.
fn uri(file: &str, folder: &Path) -> String {
    let full = normal(&folder.join(file));
    let encoded = |path: &Path| {
        let part = |part: Component<'_>| match part {
            Component::RootDir => None,
            other => Some(utf8_percent_encode(&other.as_os_str().to_string_lossy(), RESERVED).to_string()),
        };
        path.components().filter_map(part).collect::<Vec<_>>().join("/")
    };
    full.strip_prefix(folder).map_or_else(|_| format!("file:///{}", encoded(&full)), encoded)
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut made = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                made.pop();
            }
            other => made.push(other),
        }
    }
    made
}

/// What a result is known by from run to run, wherever its lines move to: what is said of which field of
/// which object, and which of several it is. Code scanning adds a hash of the line by itself.
fn fingerprint(diagnostic: &Diagnostic, seen: &mut HashMap<String, usize>) -> String {
    let path = diagnostic.path.as_ref().map(ToString::to_string);
    let parts = [
        Some(diagnostic.code.as_str()),
        diagnostic.object.as_deref(),
        diagnostic.layer_name(),
        path.as_deref(),
    ];
    let identity = parts.map(Option::unwrap_or_default).join("|");
    let count = seen.entry(identity.clone()).and_modify(|count| *count += 1).or_insert(1);
    format!("{identity}|{count}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_relative_in_the_folder_and_absolute_elsewhere() {
        let folder = Path::new("/work dir/tests");
        for (file, wanted) in [
            ("a.yaml", "a.yaml"),
            ("./b/../a.yaml", "a.yaml"),
            ("/work dir/tests/sub/a.yaml", "sub/a.yaml"),
            ("../other.yaml", "file:///work%20dir/other.yaml"),
            ("/etc/a.yaml", "file:///etc/a.yaml"),
            ("a:b,#%?.yaml", "a%3Ab%2C%23%25%3F.yaml"),
            ("é/ü.yaml", "%C3%A9/%C3%BC.yaml"),
            ("-", "-"),
        ] {
            assert_eq!(uri(file, folder), wanted, "{file}");
        }
    }

    #[test]
    fn rules_link_to_the_documentation_of_a_known_home() {
        let said =
            [Diagnostic::error(podgraft_merge::diagnostic::codes::NULL_ITEM, "remove {it}").of("Pod web")];
        let tool = Tool { version: "1.2.3", home: Some("https://example.com/podgraft") };
        let log = sarif(&said, tool, Path::new("/"));
        let driver = &log["runs"][0]["tool"]["driver"];
        assert_eq!(driver["informationUri"], "https://example.com/podgraft");
        let page = "https://example.com/podgraft/blob/main/docs/diagnostics.md#null-item";
        assert_eq!(driver["rules"][0]["helpUri"], page);
        assert_eq!(log["runs"][0]["results"][0]["message"]["text"], "remove {{it}}\nobject: Pod web");
    }
}
