//! `podgraft validate --pod-security` on the library's fixtures: one verdict a line, the library's checks in the library's
//! order.

use std::collections::BTreeMap;

use podgraft_testkit::{control_plane::build, files::text, process::run};
use serde_json::{Value, json};

use crate::process::Process;

#[test]
fn the_program_answers_what_the_library_does() {
    let mut oracle = Process::start(&build("podsecurity"), &[]);
    let mut by_standard: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for fixture in super::fixtures() {
        by_standard.entry(fixture.standard.to_string()).or_default().push(fixture.pod);
    }
    let mut verdicts = 0;
    for (standard, pods) in by_standard {
        let (level, version) = standard.split_once(':').unwrap();
        let question = |pod: &Value| json!({"level": level, "version": version, "pod": pod}).to_string();
        let wanted = oracle.ask(&pods.iter().map(question).collect::<Vec<_>>());
        let wanted: Vec<Value> = wanted.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let documents = pods.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n");
        let arguments = ["validate", "-f", "-", "-o", "json", "--pod-security", &standard];
        let output = run(env!("CARGO_BIN_EXE_podgraft"), &arguments, documents.as_bytes());
        let answers: Vec<Value> =
            text(&output.stdout).lines().map(|line| short(&serde_json::from_str(line).unwrap())).collect();
        assert_eq!(answers, wanted, "{standard}");
        let is_refused = wanted.iter().any(|verdict| verdict["allowed"] == false);
        assert_eq!(output.status.code(), Some(i32::from(is_refused)), "{standard}");
        verdicts += answers.len();
    }
    println!("{verdicts} verdicts of the program are the library's");
}

/// A verdict with the checks' names alone.
fn short(verdict: &Value) -> Value {
    let checks = verdict["checks"].as_array().unwrap();
    for check in checks {
        let names: Vec<&String> = check.as_object().unwrap().keys().collect();
        assert_eq!(names, ["id", "message", "path"]);
    }
    let ids: Vec<&Value> = checks.iter().map(|check| &check["id"]).collect();
    json!({"allowed": verdict["allowed"], "checks": ids})
}
