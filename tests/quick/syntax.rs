//! Texts that cannot be read: a table of what people get wrong, with the cause that they are told and its place; and
//! good files into which a fault is put, where the fault is what is blamed.

use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::manifest;
use podgraft_testkit::{
    files::{files, relative, root, text},
    snapshot::assert_file,
};

use crate::support::podgraft;

const TABLE: &str = include_str!("../syntax/table.txt");

/// The bytes that a text of the table stands for.
fn bytes(written: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        let escape = if letter == '\\' { letters.next() } else { None };
        match escape {
            None => bytes.extend(letter.to_string().bytes()),
            Some('n') => bytes.push(b'\n'),
            Some('t') => bytes.push(b'\t'),
            Some('x') => {
                let digits: String = letters.by_ref().take(2).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
            }
            Some('u') => {
                let digits: String = letters.by_ref().skip(1).take_while(|letter| *letter != '}').collect();
                let letter = char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap();
                bytes.extend(letter.to_string().bytes());
            }
            Some(other) => bytes.push(u8::try_from(other).unwrap()),
        }
    }
    bytes
}

fn first(diagnostics: &[Diagnostic]) -> String {
    let Some(said) = diagnostics.first() else { return "nothing".to_owned() };
    let place = said.position.as_ref().map_or_else(String::new, |at| format!("\t{}:{}", at.line, at.column));
    format!("{}[{}]: {}{place}", said.severity, said.code, said.message)
}

#[test]
fn texts_that_cannot_be_read_are_told_their_cause() {
    let mut whole = String::new();
    let mut count = 0;
    for line in TABLE.lines() {
        let mut parts = line.splitn(3, '\t');
        let (Some(file), Some(written)) = (parts.next(), parts.next()) else {
            whole.extend([line, "\n"]);
            continue;
        };
        let said = first(&manifest::read(file, &bytes(written)).diagnostics);
        whole.extend([file, "\t", written, "\t", &said, "\n"]);
        count += 1;
    }
    assert!(count >= 100, "{count} texts");
    assert_file(&root().join("tests/syntax/table.txt"), &whole);
}

/// Every refusal shows its line, wherever the text comes from.
#[test]
fn a_refusal_shows_the_line() {
    let folder = std::env::temp_dir().join(format!("podgraft-syntax-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("broken.yaml");
    std::fs::write(&file, "spec:\n  image:nginx\n  worker: {}\n").unwrap();
    let file = file.to_str().unwrap();
    let test = "docs/examples/f-spot-workers/v2.yaml";
    let base = "docs/patch/deployment.json";
    for arguments in [
        &["render", "-f", file][..],
        &["validate", "-f", file],
        &["explain", "-f", file],
        &["diff", "-f", file],
        &["render", "-f", test, "--overlays", file],
        &["render", "-f", test, "--config", file],
        &["diff", "-f", test, "--against", file],
        &["patch", "-f", file, "-p", "{}"],
        &["patch", "-f", base, "--patch-file", file],
        &["validate", "-f", "-"],
    ] {
        let output = podgraft(arguments, b"spec:\n  image:nginx\n  worker: {}\n");
        let said = text(&output.stderr);
        assert_ne!(output.status.code(), Some(0), "{arguments:?}: {said}");
        let starts = said.starts_with("error[invalid-yaml]: put a space behind the colon: image: nginx\n");
        assert!(starts, "{arguments:?}: {said}");
        let shown = said.contains(":2:8\n  |\n2 |   image:nginx\n  |        ^^^^^^\n");
        assert!(shown, "{arguments:?}: {said}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// A bracket at the beginning makes no text JSON.
#[test]
fn flow_style_is_read_wherever_json_is() {
    let folder = std::env::temp_dir().join(format!("podgraft-flow-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, content: &str| {
        let file = folder.join(name);
        std::fs::write(&file, content).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let test = "{apiVersion: locust.io/v2, kind: LocustTest, metadata: {name: a}, # a test\n  \
        spec: {image: i, master: {command: ''}, worker: {command: '', replicas: 1}}}\n";
    let two = write("two.yaml", &format!("{test}---\n{}", test.replace("name: a", "name: b")));
    let json_then_yaml =
        write("mixed.yaml", "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": []}\n---\nkind: Pod\n");
    let test = write("test.yaml", test);
    let overlay = write(
        "overlay.yaml",
        "{apiVersion: locust.io/v1alpha1, kind: PodOverlay, metadata: {name: a}, spec: {defaults: {podTemplate: {spec: {hostNetwork: true}}}}}",
    );
    let config = write("config.yaml", "{kafka: {enabled: true}}");
    let patch = write("patch.yaml", "{metadata: {labels: {tier: null}}, spec: {replicas: 3}}");
    let base = "docs/patch/deployment.json";
    for (arguments, shown) in [
        (&["render", "-f", &test][..], "kind: Job"),
        (&["render", "-f", &two], "b-worker"),
        (&["render", "-f", &test, "--overlays", &overlay], "hostNetwork: true"),
        (&["render", "-f", &test, "--config", &config], "KAFKA_BOOTSTRAP_SERVERS"),
        (&["patch", "-f", base, "-p", "{spec: {template: null, replicas: 3}}"], "replicas: 3"),
        (&["patch", "-f", base, "--patch-file", &patch], "replicas: 3"),
        (&["patch", "-f", base, "--type", "merge", "-p", "{\tspec: {replicas: 3}}"], "replicas: 3"),
        (
            &["patch", "-f", base, "--type", "json", "-p", "[{op: add, path: /spec/replicas, value: 3}]"],
            "replicas: 3",
        ),
        (&["patch", "-f", "-", "-p", "{spec: {replicas: 3}}"], "replicas: 3"),
        (&["patch", "-f", &json_then_yaml, "--type", "merge", "-p", "{a: b}"], "kind: Pod"),
    ] {
        let output = podgraft(arguments, b"{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        assert!(text(&output.stdout).contains(shown), "{arguments:?}: {}", text(&output.stdout));
    }
    let output = podgraft(&["patch", "-f", base, "-p", "{spec: {replicas: [}}"], b"");
    assert!(text(&output.stderr).contains("--patch:1:"), "{}", text(&output.stderr));
    let tried =
        "help: it was read as YAML, because no quote follows its first bracket; read as JSON it is refused";
    let unclosed = podgraft(&["patch", "-f", base, "-p", "{spec: {replicas: 3}"], b"");
    assert!(text(&unclosed.stderr).contains(tried), "{}", text(&unclosed.stderr));
    let tried =
        "help: it was read as JSON, because a quote follows its first bracket; read as YAML it is refused";
    let unclosed = podgraft(&["patch", "-f", base, "-p", "{\"spec\": {\"replicas\": 3}"], b"");
    assert!(text(&unclosed.stderr).contains(tried), "{}", text(&unclosed.stderr));
    let misplaced =
        podgraft(&["validate", "-f", "-"], b"{apiVersion: locust.io/v2,\n kind: LocustTest,\n imag: a}");
    assert!(text(&misplaced.stderr).contains("-:3:2"), "{}", text(&misplaced.stderr));
    std::fs::remove_dir_all(folder).unwrap();
}

/// The cause of a text of a megabyte is found in the time that reading takes.
#[test]
fn causes_are_found_in_linear_time() {
    let million = |piece: &str| piece.repeat(1_000_000 / piece.len());
    for text in [
        format!("a: {}\nb: @\n", million("[a, ")),
        format!("a: [{}\nb: c\n", million("{a: b}, ")),
        format!("a: {}\n", million("b: ")),
        format!("a: '{}\nb: c\n", million("''")),
        format!("a: {}\n\tb: c\n", million("é ")),
        format!("{}x: @\n", million("a:\n  - b\n")),
        format!("{}a:b\nc: d\n", million("- - ")),
        format!("{{\"a\": [{}", million("{\"b\": 1}, ")),
        format!("{{\"a\": {}", million("[")),
        format!("{}\n\t\n", million("# comment\n")),
    ] {
        let begun = std::time::Instant::now();
        let read = manifest::read("a.yaml", text.as_bytes());
        let (time, shown) = (begun.elapsed(), &text[..30.min(text.len())]);
        assert!(!read.diagnostics.is_empty(), "{shown}");
        assert!(time.as_secs() < 5, "{shown}: {time:?}");
    }
}

/// A fault that is put into line `at`, from 0; `None` where it would be none there.
type Fault = fn(&mut Vec<String>, usize) -> Option<()>;

/// Key, separator and value of a line that is a field with a plain value.
fn field(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(": ")?;
    let is_plain =
        value.starts_with(|first: char| first.is_ascii_alphanumeric()) && !value.contains(['#', ':']);
    let word = key.trim_start_matches([' ', '-']);
    let is_key = !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphanumeric());
    (is_plain && is_key).then_some((key, value))
}

fn with_value(lines: &mut [String], at: usize, value: impl Fn(&str) -> String) -> Option<()> {
    let (key, old) = field(&lines[at])?;
    lines[at] = format!("{key}: {}", value(old));
    Some(())
}

/// Each fault with a part of the message that names it.
const FAULTS: [(&str, Fault); 13] = [
    ("no tab there", |lines, at| {
        let rest = lines[at].strip_prefix("  ").filter(|rest| !rest.trim().is_empty())?;
        lines[at] = format!("\t{rest}");
        Some(())
    }),
    ("no tab there", |lines, at| {
        lines.insert(at, "\t# a comment".to_owned());
        Some(())
    }),
    ("behind the colon", |lines, at| {
        let (key, value) = field(&lines[at])?;
        lines[at] = format!("{key}:{value}");
        Some(())
    }),
    ("behind the dash", |lines, at| {
        let rest = lines[at].trim_start().strip_prefix("- ")?.to_owned();
        let indent = lines[at].len() - lines[at].trim_start().len();
        lines[at] = format!("{}-{rest}", " ".repeat(indent));
        rest.starts_with(|first: char| first.is_ascii_alphabetic()).then_some(())
    }),
    ("close the \"", |lines, at| with_value(lines, at, |value| format!("\"{value}"))),
    ("close the [", |lines, at| with_value(lines, at, |value| format!("[{value}"))),
    ("render the Helm template", |lines, at| with_value(lines, at, |_| "{{ .Values.x }}".to_owned())),
    ("render the Helm template", |lines, at| {
        lines.insert(at, "{{- if .Values.x }}".to_owned());
        Some(())
    }),
    ("in quotes", |lines, at| with_value(lines, at, |value| format!("@{value}"))),
    ("in quotes", |lines, at| with_value(lines, at, |value| format!("error: {value}"))),
    ("merge conflict", |lines, at| {
        lines.insert(at, "<<<<<<< HEAD".to_owned());
        Some(())
    }),
    ("remove one of the two", |lines, at| {
        field(&lines[at]).filter(|(key, _)| !key.contains('-'))?;
        let again = lines[at].clone();
        lines.insert(at, again);
        Some(())
    }),
    ("on a line of its own", |lines, at| with_value(lines, at, |value| format!("- {value}"))),
];

#[test]
fn a_fault_in_a_good_file_is_what_is_blamed() {
    let mut random = fastrand::Rng::with_seed(7);
    let (mut tried, mut wrong) = (0, Vec::new());
    let all =
        ["docs", "overlays", "tests/refused", "crds"].map(|folder| files(&root().join(folder), ".yaml"));
    for file in all.into_iter().flatten() {
        let good = std::fs::read_to_string(&file).unwrap_or_default();
        let lines: Vec<String> = good.lines().map(str::to_owned).collect();
        if lines.len() < 3 || !manifest::read("a.yaml", good.as_bytes()).diagnostics.is_empty() {
            continue;
        }
        for (wanted, fault) in FAULTS {
            let at = random.usize(0..lines.len().min(400));
            let mut broken = lines[..lines.len().min(400)].to_vec();
            if fault(&mut broken, at).is_none() {
                continue;
            }
            let read = manifest::read("a.yaml", (broken.join("\n") + "\n").as_bytes());
            let Some(said) = read.diagnostics.first() else { continue };
            tried += 1;
            let line = said.position.as_ref().map_or(0, |position| position.line);
            let near = at + 1..=at + 1 + usize::from(wanted.starts_with("remove one"));
            if !near.contains(&line) || !said.message.contains(wanted) {
                let from = at.saturating_sub(3);
                let shown = broken[from..broken.len().min(at + 3)].join("\n");
                wrong.push(format!(
                    "{}:{} ({wanted}): line {line}, {}\n{shown}",
                    relative(&file),
                    at + 1,
                    said.message
                ));
            }
        }
    }
    println!("{tried} faults, {} blamed on something else", wrong.len());
    assert!(tried > 500, "{tried}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A field that is one column off is told the column that it should have, at its line or at that of its sibling.
#[test]
fn a_line_that_is_a_column_off_is_blamed_or_its_sibling() {
    let mut random = fastrand::Rng::with_seed(8);
    let (mut tried, mut wrong) = (0, Vec::new());
    for file in
        files(&root().join("docs/examples"), ".yaml").iter().chain(&files(&root().join("overlays"), ".yaml"))
    {
        let good = std::fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = good.lines().collect();
        for _ in 0..20 {
            let at = random.usize(0..lines.len());
            let Some(indent) = field(lines[at]).map(|_| lines[at].len() - lines[at].trim_start().len())
            else {
                continue;
            };
            let moved = if random.bool() { indent + 1 } else { indent.saturating_sub(1) };
            let mut broken: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            broken[at] = format!("{}{}", " ".repeat(moved), lines[at].trim_start());
            let read = manifest::read("a.yaml", broken.join("\n").as_bytes());
            let Some(said) = read.diagnostics.first() else { continue };
            tried += 1;
            let line = said.position.as_ref().map_or(0, |position| position.line);
            let is_near = line.abs_diff(at + 1) <= 2
                && ["indent ", "remove the 1 space"].iter().any(|words| said.message.contains(words));
            if !is_near {
                wrong.push(format!(
                    "{}:{}: line {line}, {}\n{}",
                    relative(file),
                    at + 1,
                    said.message,
                    broken[at.saturating_sub(3)..broken.len().min(at + 3)].join("\n")
                ));
            }
        }
    }
    println!("{tried} lines moved, {} blamed on something else", wrong.len());
    assert!(tried > 100, "{tried}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
