//! The same verdict and the same words from `kubectl apply`, from `render`, and from the operator where there is no
//! webhook: [`record`] makes the page docs/webhook-verdicts.md.

use std::{fs, path::Path, thread::sleep, time::Duration};

use podgraft_testkit::{
    cluster::{Cluster, condition},
    files::{files, relative, root, text},
    operator_process::OperatorProcess,
    snapshot::assert_file,
    webhook_process::{WebhookProcess, base64},
};
use serde_json::Value;

use crate::support::podgraft;

/// Where the webhook is asked, and where it is not.
const ASKED: &str = "asked";
const UNASKED: &str = "unasked";

/// The ways to write an object.
const DOORS: [&[&str]; 3] =
    [&["apply", "--dry-run=server"], &["apply", "--server-side", "--dry-run=server"], &["apply"]];

/// A LocustTest, and the overlays that are there.
struct Input {
    name: String,
    test: String,
    overlays: Option<String>,
}

/// What one who is asked says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    /// The first line of `render`: `error[code]: message`.
    Refused(String),
    /// The first warning.
    Warned(String),
    Silent,
    /// Somebody who is asked before the webhook refuses it.
    Earlier(String),
}

/// Writes down who says what of every input.
pub(crate) fn record(cluster: &Cluster, webhook: &WebhookProcess, authority: &str) {
    for namespace in [ASKED, UNASKED] {
        cluster.plane.kubectl_ok(&["create", "namespace", namespace], b"");
    }
    cluster.plane.kubectl_ok(&["apply", "-f", "-"], configuration(webhook.port, authority).as_bytes());
    let operator = OperatorProcess::of(cluster);
    // The API server asks a little later.
    sleep(Duration::from_secs(2));
    let sections = [
        ("Diagnostics", diagnostics()),
        ("Ways round the protected fields", recorded("tests/refused/protected")),
        ("Common mistakes", recorded("tests/refused/mistakes")),
    ];
    let mut page = INTRODUCTION.to_owned();
    let mut wrong = Vec::new();
    for (title, inputs) in sections {
        let head = "| input | `render` | `kubectl apply`: client side, server side, dry run | operator |\n|---|---|---|---|\n";
        page += &["\n## ", title, "\n\n", head].concat();
        for input in inputs {
            let (row, is_same) = row(cluster, &input);
            page += &row;
            if !is_same {
                wrong.push(row);
            }
        }
    }
    drop(operator);
    cluster.plane.kubectl_ok(&["delete", "validatingwebhookconfiguration", ASKED], b"");
    assert!(wrong.is_empty(), "not the same verdict:\n{}", wrong.concat());
    assert_file(&root().join("docs/webhook-verdicts.md"), &page);
}

const INTRODUCTION: &str = "# Who says what

Made by `UPDATE=1 cargo test --test operator webhook_`, on a real API server: what `podgraft render` says of an input, what `kubectl apply` says of it where the webhook
is asked, and what the operator says where it is not. \"Same\" means the same verdict, and the first line of `render` word for word.
Where somebody else answers before the webhook is asked (kubectl, or the API server by the schema), the cell has the words.
";

fn configuration(port: u16, authority: &str) -> String {
    let config =
        format!("{{caBundle: {}, url: 'https://localhost:{port}/validate'}}", base64(authority.as_bytes()));
    let webhook = |name: &str, resources: &str| {
        format!(
            "- name: {name}.locust.io\n  admissionReviewVersions: [v1]\n  sideEffects: None\n  clientConfig: {config}\n  \
             namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {ASKED}}}}}\n  \
             rules: [{{apiGroups: [locust.io], apiVersions: ['*'], operations: [CREATE, UPDATE], resources: [{resources}]}}]\n"
        )
    };
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {{name: {ASKED}}}\nwebhooks:\n{}{}",
        webhook("tests", "locusttests"),
        webhook("overlays", "podoverlays")
    )
}

/// The examples of the diagnostics that are LocustTests, with the overlays that their command names.
fn diagnostics() -> Vec<Input> {
    let input = |file: &Path| {
        let text = fs::read_to_string(file).ok()?;
        let command = text.lines().next()?.strip_prefix("# podgraft ");
        let (mut test, mut overlays) = (relative(file).to_owned(), None);
        if let Some(command) = command {
            let words: Vec<&str> = command.split(' ').collect();
            let ["validate", "-f", of, rest @ ..] = words.as_slice() else { return None };
            test = (*of).to_owned();
            match rest {
                [] => {}
                ["--overlays", file] => overlays = Some((*file).to_owned()),
                _ => return None,
            }
        }
        let is_test = |file: &str| {
            fs::read_to_string(root().join(file)).is_ok_and(|text| text.contains("kind: LocustTest"))
        };
        let name = file.file_stem()?.to_str()?.to_owned();
        is_test(&test).then_some(Input { name, test, overlays })
    };
    let all = fs::read_dir(root().join("docs/diagnostics")).unwrap();
    let mut inputs: Vec<Input> = all.filter_map(|entry| input(&entry.unwrap().path())).collect();
    inputs.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(inputs.len() > 60, "{}", inputs.len());
    inputs
}

/// The inputs of a folder.
fn recorded(folder: &str) -> Vec<Input> {
    let files = files(&root().join(folder), ".yaml");
    let input = |file: &std::path::PathBuf| Input {
        name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
        test: relative(file).to_owned(),
        overlays: None,
    };
    files.iter().map(input).collect()
}

/// A row of the page, and whether all say the same.
fn row(cluster: &Cluster, input: &Input) -> (String, bool) {
    let plane = &cluster.plane;
    let wanted = rendered(input);
    if let Some(overlays) = &input.overlays {
        plane.kubectl(&["apply", "-n", UNASKED, "-f", overlays], b"");
        plane.kubectl(&["apply", "-n", ASKED, "-f", overlays], b"");
    }
    let applied = |door: &&[&str]| applied(cluster, door, &input.test, &wanted);
    let doors: Vec<Answer> = DOORS.iter().map(applied).collect();
    let of_operator = operated(cluster, input, &wanted);
    plane.kubectl(&["delete", "locusttests", "--all", "-n", ASKED], b"");
    plane.kubectl(&["delete", "locusttests", "--all", "-n", UNASKED, "--wait=false"], b"");
    if let Some(overlays) = &input.overlays {
        plane.kubectl(&["delete", "-n", UNASKED, "-f", overlays], b"");
        plane.kubectl(&["delete", "-n", ASKED, "-f", overlays], b"");
    }
    let is_same = doors.iter().chain([&of_operator]).all(|answer| agrees(answer, &wanted));
    let link = format!("[{}](../{})", input.name, input.test);
    let mut cells: Vec<String> = doors.iter().map(|answer| cell(answer, &wanted)).collect();
    cells.dedup();
    let row =
        format!("| {link} | {} | {} | {} |\n", shown(&wanted), cells.join("; "), cell(&of_operator, &wanted));
    (row, is_same)
}

/// What is written about an answer that is not `render`'s.
fn shown(answer: &Answer) -> String {
    let text = match answer {
        Answer::Refused(line) | Answer::Warned(line) => line.clone(),
        Answer::Silent => "nothing".to_owned(),
        Answer::Earlier(line) => format!("earlier: {line}"),
    };
    text.replace('|', "\\|").replace('<', "&lt;").replace('`', "'")
}

fn cell(answer: &Answer, wanted: &Answer) -> String {
    if answer == wanted { "same".to_owned() } else { shown(answer) }
}

/// Whether an answer is no other verdict: who is asked earlier may refuse what is refused.
fn agrees(answer: &Answer, wanted: &Answer) -> bool {
    match (answer, wanted) {
        (Answer::Earlier(_), _) => true,
        (answer, wanted) => answer == wanted,
    }
}

/// What `render` says first.
fn rendered(input: &Input) -> Answer {
    let labels = format!("{ASKED}=kubernetes.io/metadata.name={ASKED}");
    let mut arguments = vec!["render", "-n", labels.as_str(), "-f", &input.test];
    arguments.extend(input.overlays.iter().flat_map(|file| ["--overlays", file.as_str()]));
    let output = podgraft(&arguments, b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = |start: &str| said.lines().find(|line| line.starts_with(start)).map(str::to_owned);
    match (first("error["), first("warning[")) {
        (Some(line), _) => Answer::Refused(line),
        (None, Some(line)) => Answer::Warned(line),
        (None, None) => Answer::Silent,
    }
}

/// What `kubectl` says, without the words around it.
fn applied(cluster: &Cluster, door: &[&str], test: &str, wanted: &Answer) -> Answer {
    let output = cluster.plane.kubectl(&[door, &["-n", ASKED, "-f", test]].concat(), b"");
    let said = text(&output.stderr);
    if !output.status.success() {
        let denied = said.split_once("denied the request: ").map(|(_, words)| words.lines().next().unwrap());
        return match denied {
            Some(line) => Answer::Refused(line.to_owned()),
            None => Answer::Earlier(said.lines().next().unwrap_or_default().chars().take(160).collect()),
        };
    }
    let mut warned = said.lines().filter_map(|line| line.strip_prefix("Warning: [")?.split_once("] "));
    // A warning has its path behind it, and 256 characters at most.
    let is_wanted = |(code, message): (&str, &str)| match wanted {
        Answer::Warned(line) => {
            let message = message.trim_end_matches('…');
            let (start, words) = line.split_once(": ").unwrap();
            start == format!("warning[{code}]") && (message.starts_with(words) || words.starts_with(message))
        }
        _ => false,
    };
    match warned.next() {
        None => Answer::Silent,
        Some(first) if is_wanted(first) || warned.any(is_wanted) => wanted.clone(),
        Some((code, message)) => Answer::Warned(format!("warning[{code}]: {message}")),
    }
}

/// What the operator says where there is no webhook.
fn operated(cluster: &Cluster, input: &Input, wanted: &Answer) -> Answer {
    let output = cluster.plane.kubectl(&["apply", "-n", UNASKED, "-f", &input.test], b"");
    if !output.status.success() {
        return Answer::Earlier(
            text(&output.stderr).lines().next().unwrap_or_default().chars().take(160).collect(),
        );
    }
    let file = fs::read_to_string(root().join(&input.test)).unwrap();
    let name = podgraft_testkit::files::text(
        &cluster
            .plane
            .kubectl(&["get", "locusttests", "-n", UNASKED, "-o", "jsonpath={.items[*].metadata.name}"], b"")
            .stdout,
    )
    .split(' ')
    .find(|name| file.contains(name))
    .unwrap_or_default()
    .to_owned();
    let is_judged = |test: &Value| !condition(test, "TemplatesAccepted").is_null();
    let test = cluster.until("locusttest", &name, UNASKED, is_judged);
    let accepted = condition(&test, "TemplatesAccepted");
    let message = accepted["message"].as_str().unwrap_or_default();
    match wanted {
        // The words of a status have the path and the layer beside the line.
        Answer::Refused(line) | Answer::Warned(line) if says(message, line) => match wanted {
            Answer::Refused(_) if accepted["status"] == "False" => Answer::Refused(line.clone()),
            Answer::Warned(_) if accepted["status"] == "True" => Answer::Warned(line.clone()),
            _ => Answer::Silent,
        },
        _ if accepted["status"] == "False" => Answer::Refused(message.to_owned()),
        _ if accepted["reason"] == "AcceptedWithWarnings" => Answer::Warned(message.to_owned()),
        _ => Answer::Silent,
    }
}

fn says(message: &str, line: &str) -> bool {
    line.split_once("]: ").is_some_and(|(_, words)| message.contains(words))
}
