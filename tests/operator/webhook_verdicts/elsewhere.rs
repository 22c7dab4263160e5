//! The codes that no object of a cluster can have, and who says something first.

use std::{collections::BTreeSet, fs, path::Path};

use podgraft::codes;
use podgraft_merge::diagnostic::Code;
use podgraft_testkit::{
    cluster::Cluster,
    files::{root, text},
};

use super::{NAMESPACE, verdict::Verdict};
use crate::support::podgraft;

/// Codes of texts: kubectl reads the text first. What is behind a plain test in the file.
const TEXTS: [(Code, &[u8]); 7] = [
    (codes::NOT_UTF8, b"  testFiles: {configMapRef: \"caf\xe9\"}\n"),
    (codes::INVALID_YAML, b"  testFiles: {configMapRef: [scripts}\n"),
    (codes::INVALID_KEY, b"  podTemplate: {metadata: {labels: {? {team: load} : yes}}}\n"),
    (codes::DUPLICATE_KEY, b"  image: locustio/locust:2.44.0\n"),
    (codes::NOT_A_NUMBER, b"  podTemplate: {spec: {priority: .inf}}\n"),
    (codes::UNSUPPORTED_TAG, b"  podTemplate: {metadata: {labels: {team: !!binary bG9hZA==}}}\n"),
    (codes::TOO_LARGE, b""),
];

/// Codes of whole files, by their examples.
const FILES: [(Code, &str); 3] = [
    (codes::NOT_AN_OBJECT, "docs/diagnostics/not-an-object.yaml"),
    (codes::INVALID_JSON, "docs/diagnostics/invalid-json.json"),
    (codes::NO_LOCUST_TEST, "docs/diagnostics/no-locust-test.yaml"),
];

/// Who says what the labels of a namespace ask for.
const BY_LABELS: &str =
    "By the labels of the namespace: the webhook and the operator, as `render` with them. Not tried here.";

/// Codes that are about something else than what is written to a cluster.
const OTHERS: [(Code, &str); 11] = [
    (codes::POD_SECURITY, BY_LABELS),
    (codes::POD_SECURITY_VERSION, BY_LABELS),
    (
        codes::FORBIDDEN_PRIVILEGE,
        "The webhook, where it asks RBAC about authors (`--webhook-authorize-authors`): only it knows who writes a test.",
    ),
    (codes::POD_SECURITY_LABEL, "The API server refuses such a label of a namespace."),
    (
        codes::INVALID_CONFIG,
        "`podgraft operator` and `podgraft webhook` do not start with such a configuration.",
    ),
    (codes::UNKNOWN_NAMESPACE, "The webhook and the operator read the namespace's labels."),
    (
        codes::UNKNOWN_OVERLAYS,
        "The webhook answers no review while it cannot read the overlays: `failurePolicy` decides.",
    ),
    (codes::MORE_MESSAGES, "The webhook writes a hundred errors, and then counts the others in words."),
    (
        codes::RENDER_FAILED,
        "No test is known that brings it about; the webhook and the operator would refuse that one.",
    ),
    (
        codes::NO_CONTAINERS,
        "Pods have containers; only programs that use the library for other objects meet it.",
    ),
    (codes::NO_SCHEMA, "Only a broken build says it, of everything."),
];

/// The rows of the codes that are in no other table.
pub(super) fn rows(cluster: &Cluster, told: &BTreeSet<String>) -> String {
    let row = |code: Code| format!("| `{code}` | {} |\n", who_says_it(cluster, code));
    codes::all().filter(|code| !told.contains(code.as_str())).map(row).collect()
}

fn who_says_it(cluster: &Cluster, code: Code) -> String {
    if let Some((_, why)) = OTHERS.iter().find(|(known, _)| *known == code) {
        return (*why).to_owned();
    }
    if let Some((_, more)) = TEXTS.iter().find(|(known, _)| *known == code) {
        let file = cluster.plane.folder().join(format!("{code}.yaml"));
        fs::write(&file, text_with(code, more)).unwrap();
        return of_kubectl(cluster, code, &file);
    }
    if let Some((_, file)) = FILES.iter().find(|(known, _)| *known == code) {
        return of_kubectl(cluster, code, Path::new(file));
    }
    let example = |ending: &str| root().join(format!("docs/diagnostics/{code}.{ending}"));
    if example("jsonl").exists() {
        return "Only `podgraft patch` says it.".to_owned();
    }
    let example = fs::read_to_string(example("yaml")).unwrap();
    let command = example.lines().next().and_then(|line| line.strip_prefix("# podgraft "));
    match command.and_then(|command| command.split(' ').next()) {
        Some(command @ ("patch" | "convert")) => format!("Only `podgraft {command}` says it."),
        other => panic!("say who answers before the webhook could say {code}: {other:?}"),
    }
}

/// A test with a text that has this code.
fn text_with(code: Code, more: &[u8]) -> Vec<u8> {
    let plain = fs::read(root().join("docs/diagnostics/with/checkout.yaml")).unwrap();
    let more = if code == codes::TOO_LARGE {
        let bomb = fs::read_to_string(root().join("docs/diagnostics/too-large.yaml")).unwrap();
        bomb.lines().flat_map(|line| ["  ", line, "\n"]).collect::<String>().into_bytes()
    } else {
        more.to_vec()
    };
    [plain, more].concat()
}

/// What kubectl says of a file of which `render` says this code.
fn of_kubectl(cluster: &Cluster, code: Code, file: &Path) -> String {
    let file = file.to_str().unwrap();
    let rendered = podgraft(&["validate", "-f", file], b"");
    assert!(text(&rendered.stderr).contains(&format!("[{code}]")), "{code}: {}", text(&rendered.stderr));
    let arguments = ["apply", "--dry-run=server", "-n", NAMESPACE, "-f", file];
    let output = cluster.plane.kubectl(&arguments, b"");
    let folder = format!("{}/", cluster.plane.folder().display());
    match Verdict::of_kubectl(&output, &folder, &Verdict::Accepted(None)) {
        verdict @ Verdict::RefusedEarlier(_) => format!("kubectl or the API server: {}", verdict.cell()),
        verdict @ (Verdict::Refused(_) | Verdict::Warned(_)) => format!("the webhook: {}", verdict.cell()),
        Verdict::Accepted(_) => {
            "Nobody: kubectl reads the text, and nothing of its writing is left.".to_owned()
        }
    }
}
