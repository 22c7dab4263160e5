//! Every code has an example that really says it. The page of them is made here: UPDATE=1 rewrites it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use podgraft::codes;
use podgraft_merge::diagnostic::Code;
use podgraft_testkit::{
    files::{files, relative, root, text},
    snapshot::assert_file,
};

use crate::support::podgraft;

const FOLDER: &str = "docs/diagnostics";

/// What no file can bring about: why, and how the message begins.
const WITHOUT_EXAMPLE: [(Code, &str, &str); 8] = [
    (
        codes::FORBIDDEN_PRIVILEGE,
        "Only the webhook says it, where it is told to ask RBAC for the rights of authors.",
        "remove it, or have the right given to",
    ),
    (codes::NO_SCHEMA, "Only a broken build says it.", "rebuild podgraft: its schema"),
    (
        codes::NO_CONTAINERS,
        "Only programs that use the library for other objects than pods meet it.",
        "write eachContainer only for pods: there are no containers",
    ),
    (
        codes::UNKNOWN_OVERLAYS,
        "Only the operator says it, in the conditions of tests, while its cluster keeps overlays from it.",
        "install all CRDs and let the operator read ClusterPodOverlays, PodOverlays and Namespaces",
    ),
    (
        codes::MORE_MESSAGES,
        "Only JSON, SARIF and annotations say it, of files with very many faults.",
        "correct these first: there are",
    ),
    (
        codes::TOO_MUCH_WORK,
        "Only hundreds of patches or constraints for each of thousands of containers bring it about.",
        "let fewer patches and constraints meet fewer containers",
    ),
    (
        codes::TOO_LARGE_TO_STORE,
        "Only a test whose Jobs have more than a million bytes brings it about.",
        "make this smaller, or mount it from a ConfigMap",
    ),
    (
        codes::RENDER_FAILED,
        "Only the operator says it, in the conditions of a test, and no test is known that brings it about.",
        "report this test: podgraft has a fault",
    ),
];

/// An overlay that cannot be read is told with its reason, and again for the test that it may be for.
const BESIDE_INVALID_OVERLAY: [Code; 4] =
    [codes::EACH_CONTAINER_NAME, codes::INVALID_CONSTRAINT, codes::INVALID_NAMESPACE, codes::INVALID_VALUE];

/// An input, the command that reads it, and what the command says.
struct Example {
    input: String,
    language: &'static str,
    command: String,
    said: String,
}

impl Example {
    /// The first line of a file names the command, as a comment; a plain `validate` otherwise. Lines of JSON
    /// are the standard input of `patch --batch`.
    fn run(file: &Path) -> Self {
        let bytes = fs::read(file).unwrap();
        let written = String::from_utf8_lossy(&bytes).into_owned();
        let (first, rest) = written.split_once('\n').unwrap();
        let named = first.strip_prefix("# podgraft ");
        let is_batch = file.extension().unwrap() == "jsonl";
        let command = match named {
            _ if is_batch => "patch --batch".to_owned(),
            Some(named) => named.to_owned(),
            None => format!("validate -f {}", relative(file)),
        };
        let arguments: Vec<&str> = command.split(' ').collect();
        let output = podgraft(&arguments, if is_batch { &bytes } else { b"" });
        let said = format!("{}{}", text(&output.stderr), text(&output.stdout));
        let command = if is_batch { format!("{command} < {}", relative(file)) } else { command };
        let language = if file.extension().unwrap() == "yaml" { "yaml" } else { "json" };
        let input = if named.is_some() { rest.to_owned() } else { written };
        Self { input, language, command, said }
    }

    /// The codes that the command says.
    fn codes(&self) -> Vec<&'static str> {
        let says = |code: &Code| {
            ["error", "warning", "note"].iter().any(|level| self.said.contains(&format!("{level}[{code}]")))
                || self.said.contains(&format!("\"code\":\"{code}\""))
        };
        codes::all().filter(says).map(Code::as_str).collect()
    }

    /// The part of a test that makes the difference.
    fn shown(&self) -> &str {
        let plain = fs::read_to_string(root().join(FOLDER).join("with/checkout.yaml")).unwrap();
        self.input.strip_prefix(&plain).filter(|rest| rest.starts_with(' ')).unwrap_or(&self.input)
    }
}

/// The files with examples, by code.
fn examples() -> BTreeMap<String, PathBuf> {
    let folder = root().join(FOLDER);
    let all = ["yaml", "json", "jsonl"].into_iter().flat_map(|ending| files(&folder, &format!(".{ending}")));
    let here = all.filter(|file| file.parent() == Some(&folder));
    here.map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), file)).collect()
}

#[test]
fn the_page_is_made_of_the_codes_and_their_examples() {
    let mut files = examples();
    let mut page = "# Diagnostics\n\nEverything that podgraft can tell, by its code. An error refuses the input; a warning is for what is \
        legal and almost surely not meant; a note is worth knowing. `--deny warnings` refuses warnings too.\n\nThis page is made of the \
        codes in `codes.rs` of each crate and of the files in [`diagnostics`](diagnostics), which a test \
        runs. Where only a part of a test is shown, the rest is [this one](diagnostics/with/checkout.yaml).\n"
        .to_owned();
    for topic in topics() {
        let codes: Vec<String> = codes::all()
            .filter(|code| code.topic() == topic)
            .map(|code| format!("[`{code}`](#{code})"))
            .collect();
        page.extend(["\n- ", topic, ": ", &codes.join(", ")]);
    }
    page.push('\n');
    for topic in topics() {
        page.extend(["\n## ", topic, "\n"]);
        for code in codes::all().filter(|code| code.topic() == topic) {
            let severities: Vec<String> = code.severities().iter().map(ToString::to_string).collect();
            page.extend([
                "\n### `",
                code.as_str(),
                "`\n\n*",
                &severities.join(" or "),
                "*: ",
                code.meaning(),
            ]);
            page.extend(["\n\n", code.remedy(), "\n\n"]);
            page.push_str(&section(code, files.remove(code.as_str())));
        }
    }
    assert!(files.is_empty(), "examples of codes that do not exist: {files:?}");
    assert_file(&root().join("docs/diagnostics.md"), &page);
}

fn topics() -> Vec<&'static str> {
    let mut topics: Vec<&str> = codes::all().map(Code::topic).collect();
    topics.dedup();
    topics
}

/// The example of a code, or why there is none.
fn section(code: Code, file: Option<PathBuf>) -> String {
    let without = WITHOUT_EXAMPLE.iter().find(|(known, ..)| *known == code);
    match (file, without) {
        (Some(file), None) => {
            let example = Example::run(&file);
            let also = BESIDE_INVALID_OVERLAY.contains(&code) || code == codes::INVALID_OVERLAY;
            let others: Vec<&str> = example.codes().into_iter().filter(|said| code != *said).collect();
            assert!(example.codes().contains(&code.as_str()), "{code} is not said:\n{}", example.said);
            assert!(others.is_empty() || also, "the example of {code} also says {others:?}");
            let (input, said) = (example.shown().trim_end(), example.said.trim_end());
            let language = example.language;
            format!("```{language}\n{input}\n```\n\n```text\n$ podgraft {}\n{said}\n```\n", example.command)
        }
        (None, Some((_, why, message))) => {
            let is_said = sources().iter().any(|file| fs::read_to_string(file).unwrap().contains(message));
            assert!(is_said, "nobody says \"{message}\" any more");
            let severity = code.severities()[0];
            format!("{why}\n\n```text\n{severity}[{code}]: {message} ...\n```\n")
        }
        (None, None) => panic!("add an example of {code} to {FOLDER}"),
        (Some(_), Some(_)) => panic!("{code} has an example: remove it from WITHOUT_EXAMPLE"),
    }
}

/// The Rust files of every crate.
fn sources() -> Vec<PathBuf> {
    ["src", "crates"].iter().flat_map(|folder| files(&root().join(folder), ".rs")).collect()
}

#[test]
fn every_code_is_said_somewhere() {
    let source: String = sources()
        .iter()
        .filter(|file| !file.ends_with("codes.rs"))
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    for code in codes::all() {
        let name = format!("codes::{}", code.as_str().replace('-', "_").to_uppercase());
        let uses = source.match_indices(&name);
        let is_whole = |(at, _): (usize, &str)| {
            !source[at + name.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
        };
        assert!(uses.into_iter().any(is_whole), "nobody says {code}: remove it");
    }
}
