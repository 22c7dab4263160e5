//! The contract of `podgraft patch`: flags, JSON lines, exit codes.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::mpsc::channel,
    thread::spawn,
    time::Duration,
};

use podgraft_testkit::files::text;
use serde_json::{Value, json};

use crate::support::{PODGRAFT, podgraft};

fn batch(arguments: &[&str], lines: &[&str]) -> Vec<Value> {
    let input = lines.join("\n") + "\n";
    let all: Vec<&str> = ["patch", "--batch"].iter().chain(arguments).copied().collect();
    let output = podgraft(&all, input.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const POD: &str =
    r#""base":{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","image":"x"}]}}"#;

#[test]
fn every_line_is_answered_in_order_and_a_bad_one_is_not_the_end() {
    let good = format!(r#"{{{POD},"patch":{{"spec":{{"priority":5}}}}}}"#);
    let surrogate = format!(r#"{{{POD},"patch":{{"a":"\ud800"}}}}"#);
    let answers = batch(&[], &[&good, "nonsense", "", "[]", r#"{"base":{}}"#, &surrogate, &good]);
    assert_eq!(answers.len(), 7);
    assert_eq!(answers[0], answers[6]);
    assert_eq!(answers[0]["result"]["spec"]["priority"], 5);
    for (index, code) in [
        (1, "invalid-json"),
        (2, "invalid-json"),
        (3, "bad-request"),
        (4, "bad-request"),
        (5, "invalid-json"),
    ] {
        assert_eq!(answers[index]["error"]["code"], code, "{}", answers[index]);
        assert_eq!(answers[index]["error"]["path"], "");
        assert!(answers[index]["error"]["message"].is_string());
    }
}

#[test]
fn types_and_dialects_can_be_chosen_by_flag_and_by_line() {
    let line = |rest: &str| format!("{{{POD},{rest}}}");
    let answers = batch(
        &["--dialect", "extended"],
        &[
            &line(r#""patch":{"spec":{"$unset":["priority"]}}"#),
            &line(r#""patch":{"spec":{"containers":[{"name":"b","image":"y"}]}},"dialect":"kubernetes""#),
            &line(r#""patch":{"spec":null},"type":"merge""#),
            &line(r#""patch":[{"op":"remove","path":"/spec"}],"type":"json""#),
            &line(r#""patch":[{"op":"remove","path":"/status"}],"type":"json""#),
            &line(r#""patch":{},"type":"strategc""#),
            &line(r#""patch":{},"dialct":"extended""#),
        ],
    );
    assert_eq!(answers[0]["warnings"][0]["code"], "nothing-to-unset");
    assert_eq!(answers[1]["result"]["spec"]["containers"][0]["name"], "b");
    assert!(answers[1].get("warnings").is_none());
    assert_eq!(answers[2]["result"], json!({"apiVersion": "v1", "kind": "Pod"}));
    assert_eq!(answers[3]["result"], answers[2]["result"]);
    assert_eq!(answers[4]["error"]["path"], ".status");
    assert_eq!(answers[5]["error"]["code"], "bad-request");
    assert!(answers[6]["error"]["message"].as_str().unwrap().contains("did you mean \"dialect\"?"));
}

#[test]
fn numbers_keep_their_identity_and_print_as_in_go() {
    let line = r#"{"base":{"apiVersion":"v1","kind":"Service","spec":{"ports":[{"port":80,"name":"i"},{"port":80.0,"name":"f"},{"port":"80","name":"s"}]}},"patch":{"spec":{"ports":[{"port":80.0,"name":"F"}]}}}"#;
    let output = podgraft(&["patch", "--batch"], format!("{line}\n").as_bytes());
    let ports = r#"[{"name":"i","port":80},{"name":"F","port":80},{"name":"s","port":"80"}]"#;
    assert!(text(&output.stdout).contains(ports), "{}", text(&output.stdout));
}

#[test]
fn a_repeated_key_is_won_by_the_last_in_a_batch_and_refused_in_a_file() {
    let answers = batch(&[], &[&format!(r#"{{{POD},"patch":{{"spec":{{"a":1,"a":2}}}}}}"#)]);
    assert_eq!(answers[0]["result"]["spec"]["a"], 2);
    let output = podgraft(&["patch", "-f", "-", "-p", "{}"], b"kind: Pod\nkind: Pod\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("error[duplicate-key]"));
}

#[test]
fn one_object_is_patched_as_kubectl_does_it() {
    let base = b"apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n";
    let yaml = podgraft(&["patch", "-f", "-", "-p", "data: {c: d}"], base);
    assert_eq!(text(&yaml.stdout), "apiVersion: v1\ndata:\n  a: b\n  c: d\nkind: ConfigMap\n");
    let json = podgraft(&["patch", "-f", "-", "-p", "{}", "-o", "json"], base);
    assert_eq!(serde_json::from_slice::<Value>(&json.stdout).unwrap()["kind"], "ConfigMap");
    for (arguments, code) in [
        (&["patch", "-f", "-"][..], 2),
        (&["patch", "-f", "/nowhere", "-p", "{}"], 2),
        (&["patch", "-f", "-", "-p", "{", "--type", "strategic"], 1),
        (&["patch", "-f", "-", "-p", "{}", "--type", "merge", "--dialect", "extended"], 2),
        (&["patch", "-f", "-", "-p", "{}", "--type", "bogus"], 2),
        (&["patch", "-p", "{}"], 2),
        (&["patch", "-f", "-", "-p", "{\"$patch\": \"x\"}"], 1),
    ] {
        let output = podgraft(arguments, base);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
    let custom = podgraft(&["patch", "-f", "-", "-p", "{}"], b"apiVersion: x/v1\nkind: Y\n");
    assert!(text(&custom.stderr).starts_with("error[unsupported-kind]"));
}

#[test]
fn a_line_is_answered_before_the_next_one_is_written() {
    let mut process = Command::new(PODGRAFT)
        .args(["patch", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
    let (sender, answers) = channel();
    spawn(move || BufReader::new(output).lines().try_for_each(|line| sender.send(line.unwrap())));
    for number in 0..20 {
        // The start of the next line is there, too.
        writeln!(input, "{{{POD},\"patch\":{{\"spec\":{{\"priority\":{number}}}}}}}").unwrap();
        write!(input, " ").unwrap();
        input.flush().unwrap();
        let answer = answers.recv_timeout(Duration::from_secs(20)).expect("an answer");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["result"]["spec"]["priority"], number);
    }
    drop(input);
    assert!(process.wait().unwrap().success());
}

#[test]
fn thousands_of_lines_are_answered_in_order() {
    let line = |number: usize| {
        let padding = "x".repeat(number % 7 * 500);
        format!("{{{POD},\"patch\":{{\"spec\":{{\"priority\":{number},\"hostname\":\"{padding}\"}}}}}}")
    };
    let lines: Vec<String> = (0..3_000).map(line).collect();
    let answers = batch(&[], &lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(answers.len(), lines.len());
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer["result"]["spec"]["priority"], number);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut process = Command::new(PODGRAFT)
        .args(["patch", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(process.stdout.take());
    let mut input = process.stdin.take().unwrap();
    let line = format!("{{{POD},\"patch\":{{}}}}\n");
    // Until the program has ended, and the pipe with it.
    while input.write_all(line.as_bytes()).is_ok() {}
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
}
