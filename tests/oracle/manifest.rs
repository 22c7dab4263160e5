//! YAML is read as kubectl reads it and written so that kubectl reads back the same: compared with
//! Kubernetes' own reader, by way of the oracle.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use podgraft_pod::manifest;
use podgraft_testkit::{control_plane::build, files::text};
use serde_json::{Value, json};

/// Plain scalars with a history.
const SCALARS: &str = "y Y yes Yes YES yEs n N no No NO on On ON oN off OFF true True TRUE tRUE false null Null NULL nUll ~ \
0 -0 +0 1 -1 +1 007 0644 0o17 0O17 0b11 -0b11 0x1F 0X1f -0x1F 08 09 1_000 1__0 _1 1_ 0_1 1_0.5 1.0 1. .5 -.5 +.5 . .. ... -. \
1e3 1E3 1e+3 1e-3 1e400 -1e400 1e 1e+ .e3 1.5e300 1e21 1e20 123456789012345678 9223372036854775807 9223372036854775808 \
-9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616 .inf -.inf +.inf .Inf .INF .nan .NaN inf nan \
Infinity NaN 1:30 1:30:30 190:20:30.15 2001-01-01 2001-01-01T00:00:00Z 12e03 0.1 0.30000000000000004 1.7976931348623157e308 5e-324 \
- -- --- --master -a a-b a:b a::b :a a# a#b '' \"\" 'a' \"a\" \"\\n\" \"\\x41\" \"\\u00e9\" 'it''s' <<  = !!str !!int ! \
1.2.3 10m 1Gi 50% $(POD_NAME) ${A} $patch @a `a` %a &a *a |a >a ?a ,a [a] {a} [] {} [a,b] {a:b} {a:{b:c}} [a,[b]] \
é 日本 \u{1F600} a\u{A0}b";

#[test]
fn scalars_are_read_as_kubectl_reads_them() {
    let mut texts: Vec<String> = SCALARS
        .split(' ')
        .filter(|scalar| !scalar.is_empty())
        .map(|scalar| format!("v: {scalar}\n"))
        .collect();
    texts.extend(
        SCALARS.split(' ').filter(|scalar| !scalar.is_empty()).map(|scalar| format!("{scalar}: v\n")),
    );
    texts.extend(STRUCTURES.iter().map(|text| (*text).to_owned()));
    let answers = oracle(&texts);
    let mut wrong = Vec::new();
    for (text, answer) in texts.iter().zip(&answers) {
        let read = manifest::read("-", text.as_bytes());
        let ours: Vec<Value> = read.documents.iter().map(|document| document.value.clone()).collect();
        let theirs = answer.get("documents").map(printed);
        let same = match (&theirs, read.diagnostics.is_empty()) {
            (Some(theirs), true) => *theirs == printed(&json!(ours)),
            // Stricter, with a reason each: repeated keys, tags, documents that are no
            // objects, and keys that are large numbers or none.
            (Some(_), false) => STRICTER.contains(&read.diagnostics[0].code.as_str()),
            (None, accepted) => !accepted,
        };
        if !same {
            wrong.push(format!(
                "{text:?}: kubectl {answer}, podgraft {ours:?} {:?}",
                read.diagnostics.first().map(|said| &said.message)
            ));
        }
    }
    println!("{} texts compared", texts.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// How many random texts are read, and which: `PODGRAFT_TEXTS` and `PODGRAFT_SEED` choose others.
const TEXTS: u64 = 4_000;
const SEED: u64 = 5;

/// What stands in the random texts: escapes, and characters that YAML 1.1 and 1.2 read differently.
const PIECES: [&str; 52] = [
    "a",
    "b",
    "1",
    " ",
    "  ",
    "\n",
    "\n ",
    "\n  ",
    "\n   ",
    "\t",
    "\r",
    "\r\n",
    "\u{85}",
    "\u{85}  ",
    " \u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{a0}",
    "\u{feff}",
    "\u{7f}",
    "\u{80}",
    "\u{9f}",
    "\u{1}",
    "\u{fffe}",
    "é",
    "\u{1F600}",
    ":",
    ": ",
    "#",
    " #",
    "-",
    "- ",
    "'",
    "''",
    "\"",
    "\\",
    "\\\\",
    "\\n",
    "\\/",
    "\\'",
    "\\\"",
    "\\x41",
    "\\u0085",
    "\\u2028",
    "\\U0001F600",
    "\\ud83d",
    "\\e",
    "\\N",
    "\\_",
    "\\L",
    "\\ ",
    "\\\t",
];

#[test]
fn rare_characters_are_read_as_kubectl_reads_them() {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().map_or(default, |text| text.parse::<u64>().unwrap())
    };
    let (count, seed) = (number("PODGRAFT_TEXTS", TEXTS), number("PODGRAFT_SEED", SEED));
    let mut random = fastrand::Rng::with_seed(seed);
    let mut texts = Vec::new();
    for _ in 0..count {
        let mut content = String::new();
        for _ in 0..random.usize(1..6) {
            content.push_str(PIECES[random.usize(..PIECES.len())]);
        }
        let plain = |content: &str| content.replace(['\'', '"', '\\'], "");
        texts.push(match random.u8(..8) {
            0..=2 => format!("a: \"{}\"\nb: 1\n", content.replace("\\\"", "").replace('"', "")),
            3 => format!("a: '{}'\nb: 1\n", content.replace('\'', "''")),
            4 => format!("a: x{}\nb: 1\n", plain(&content)),
            5 => format!("a: |\n  x{}\nb: 1\n", plain(&content)),
            6 => format!("a: >\n  x{}\nb: 1\n", plain(&content)),
            _ => format!("a: 1 #{}\nb: 1\n", plain(&content)),
        });
    }
    // What kubectl makes of several carriage returns depends on what is around.
    texts.retain(|text| !text.contains("\r\r"));
    let answers = oracle(&texts);
    let (mut wrong, mut stricter) = (Vec::new(), 0);
    // Refused by podgraft only: lines that end otherwise, a byte order mark as a key, and an escape that YAML 1.2
    // does not know.
    let rare = ["\\'", "\r", "\u{2028}", "\u{2029}", "\u{feff}"];
    for (text, answer) in texts.iter().zip(&answers) {
        let read = manifest::read("-", text.as_bytes());
        let ours: Vec<Value> = read.documents.iter().map(|document| document.value.clone()).collect();
        let same = match (answer.get("documents"), read.diagnostics.first()) {
            (Some(theirs), None) => printed(theirs) == printed(&json!(ours)),
            (Some(_), Some(said)) => {
                stricter += 1;
                STRICTER.contains(&said.code.as_str()) || rare.iter().any(|piece| text.contains(piece))
            }
            (None, said) => said.is_some(),
        };
        if !same {
            wrong.push(format!(
                "{text:?}: kubectl {answer}, podgraft {ours:?} {:?}",
                read.diagnostics.first().map(|said| &said.message)
            ));
        }
    }
    println!("seed {seed}, {count} texts, {stricter} refused by podgraft only");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What podgraft refuses and kubectl takes.
const STRICTER: [&str; 5] =
    ["duplicate-key", "unsupported-tag", "not-an-object", "not-a-number", "invalid-key"];

const STRUCTURES: [&str; 16] = [
    "a: &x {b: 1}\nc: *x\n",
    "a: &x {b: 1}\nc: {<<: *x, d: 2}\n",
    "a: |\n  text\n   more\n\n",
    "a: >-\n  folded\n  text\n",
    "a: |+\n  keep\n\n",
    "a:\n- b\n- c: d\n  e: f\n",
    "a:\n  - b\n",
    "---\na: 1\n---\nb: 2\n",
    "# only a comment\n",
    "a: 1 # comment\n",
    "{\"a\": 1, \"b\": [1.0, 1e3, -0]}",
    "{\"a\": \"\\ud83d\\ude00\"}\n{\"b\": 2}",
    "a: 'multi\n  line'\n",
    "a: \"esc \\t \\\\ \\\"\"\n",
    "? a\n: b\n",
    "a:\n\tb: c\n",
];

/// Lines that have nothing but white space, or a comment behind it.
const BLANKS: [&str; 8] = ["\t", "\t# c", "  \t", "  \t# c", " \t", "   \t# c", "      \t", " # c"];
/// Texts around such a line.
const AROUND_BLANKS: [(&str, &str); 21] = [
    ("a: 1\n", "b: 2\n"),
    ("a: 'x'\n", "b: 2\n"),
    ("s:\n  a: 1\n", "  b: 2\n"),
    ("s:\n", "  b: 2\n"),
    ("s:\n  a: 'x'\n", "  b: 2\n"),
    ("", "a: 1\n"),
    ("a: 1\n", ""),
    ("l:\n  - a\n", "  - b\n"),
    ("l:\n  - 'a'\n", "  - b\n"),
    ("l:\n  - a: 1\n", "    b: 1\n"),
    ("a: {b: 1}\n", "c: 2\n"),
    ("a: {b: 1,\n", " c: 2}\n"),
    ("s:\n  t:\n    a: 1\n", "    b: 1\n"),
    ("s:\n  t:\n    a: 1\n", "b: 1\n"),
    ("a: |\n  x\n", "b: 1\n"),
    ("a: |\n  x\n", "  y\n"),
    ("a: |\n", "  y\n"),
    ("a: \"x\n", "  y\"\n"),
    ("s: # c\n", "  a: 1\n"),
    ("a: 1 # c\n", "b: 1\n"),
    ("a: 1\n---\n", "b: 1\n"),
];

/// A tab in the indentation of an empty line or of a comment is refused where kubectl refuses it.
#[test]
fn blank_lines_with_tabs_are_read_as_kubectl_reads_them() {
    let texts: Vec<String> = AROUND_BLANKS
        .iter()
        .flat_map(|(before, behind)| BLANKS.map(|blank| format!("{before}{blank}\n{behind}")))
        .collect();
    let mut wrong = Vec::new();
    for (text, answer) in texts.iter().zip(&oracle(&texts)) {
        let read = manifest::read("-", text.as_bytes());
        let ours: Vec<Value> = read.documents.iter().map(|document| document.value.clone()).collect();
        let same = match answer.get("documents") {
            Some(theirs) => read.diagnostics.is_empty() && printed(theirs) == printed(&json!(ours)),
            None => !read.diagnostics.is_empty(),
        };
        if !same {
            wrong.push(format!("{text:?}: kubectl {answer}, podgraft {ours:?} {:?}", read.diagnostics));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), texts.len(), wrong.join("\n"));
}

#[test]
fn what_is_written_is_read_back_by_kubectl() {
    let mut random = fastrand::Rng::with_seed(11);
    let alphabet: Vec<char> =
        "ab01 .:-_#'\"\\\n\t\r{}[],&*!|>%@`~=<?yYnNeE+é日\u{7}\u{85}\u{a0}\u{2028}\u{feff}\u{1F600}$(/"
            .chars()
            .collect();
    let mut strings: Vec<String> = SCALARS.split(' ').map(str::to_owned).collect();
    for _ in 0..4_000 {
        let length = random.usize(..9);
        strings.push((0..length).map(|_| alphabet[random.usize(..alphabet.len())]).collect());
    }
    let values: Vec<Value> = strings
        .iter()
        .map(|one| json!({"value": one, "list": [one, [one], {one.as_str(): 1}], "key": {one.as_str(): one}}))
        .collect();
    let texts: Vec<String> = values.iter().map(manifest::to_yaml).collect();
    let answers = oracle(&texts);
    let mut wrong = Vec::new();
    for ((value, text), answer) in values.iter().zip(&texts).zip(&answers) {
        let ours = manifest::read("-", text.as_bytes());
        let same = ours.documents.first().is_some_and(|document| document.value == *value);
        if answer["documents"] != json!([value]) || !same {
            wrong.push(format!("{value}\n{text}kubectl: {answer}\npodgraft: {:?}", ours.diagnostics));
        }
    }
    println!("{} objects written and read back", texts.len());
    assert!(wrong.is_empty(), "{} are lost:\n{}", wrong.len(), wrong[..wrong.len().min(8)].join("\n"));
}

/// What kubectl makes of each text.
fn oracle(texts: &[String]) -> Vec<Value> {
    let mut child =
        Command::new(build("oracle")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines: String = texts.iter().map(|text| json!({ "yaml": text }).to_string() + "\n").collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let answers: Vec<Value> =
        text(&output.stdout).lines().map(|line| manifest::json_value(line).unwrap()).collect();
    assert_eq!(answers.len(), texts.len());
    answers
}

/// As Go prints numbers: 1.0 is 1.
fn printed(value: &Value) -> String {
    manifest::to_json_line(value)
}
