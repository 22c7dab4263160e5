//! That podgraft reads command lines and environments as the real Locust does: what is recorded is what it reads
//! now, and other lines are read alike. `PODGRAFT_LOCUST_LINES` is how many others, of a seed of their own.

use std::process::{Command, Stdio};

use podgraft_locust::locust_command::{LocustSettings, locust_settings};
use podgraft_testkit::files::{root, text};
use serde_json::{Value, json};

use crate::install;

/// How many other lines an ordinary run tries.
const LINES: &str = "300";

fn record(arguments: &[&str]) -> String {
    let python = install().join("bin/python");
    let script = root().join("conformance/locust/record.py");
    let output = Command::new(python).arg(script).args(arguments).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "conformance/locust/record.py {arguments:?} failed");
    text(&output.stdout).to_owned()
}

#[test]
fn the_real_locust_reads_what_is_recorded_and_has_the_options_that_are_listed() {
    assert_eq!(record(&["--check"]), "");
}

#[test]
fn other_lines_are_read_as_the_real_locust_reads_them() {
    let count = std::env::var("PODGRAFT_LOCUST_LINES").unwrap_or_else(|_| LINES.to_owned());
    // The process's number is another seed in each run.
    let seed = std::process::id().to_string();
    println!("{count} lines of seed {seed}");
    let rows = record(&["--random", &count, &seed]);
    let mut accepted = 0;
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).unwrap();
        if row["refused"] == true {
            continue;
        }
        accepted += 1;
        assert_eq!(locust_settings(&container(&row)), Some(settings(&row)), "seed {seed}: {row}");
    }
    println!("{accepted} of them accepted by Locust, and all read alike");
    assert!(accepted * 3 > rows.lines().count(), "seed {seed}: {accepted}");
}

/// A container whose Locust gets these arguments and variables.
fn container(row: &Value) -> Value {
    // What is printed is what Locust sees, so that no $ of it is a reference.
    let literal = |text: &Value| json!(text.as_str().unwrap().replace('$', "$$"));
    let args: Vec<Value> = row["args"].as_array().unwrap().iter().map(literal).collect();
    let env = row["env"].as_object().unwrap().iter();
    let env: Vec<Value> = env.map(|(name, value)| json!({"name": name, "value": literal(value)})).collect();
    json!({"name": "locust", "args": args, "env": env})
}

/// What the real Locust read; 0 processes are none.
pub(crate) fn settings(row: &Value) -> LocustSettings {
    let text = |field: &str| Some(row[field].as_str().unwrap().to_owned());
    let number = |field: &str| Some(row[field].as_i64().unwrap());
    LocustSettings {
        master: row["master"].as_bool(),
        worker: row["worker"].as_bool(),
        master_host: text("master_host"),
        master_port: number("master_port"),
        master_bind_host: text("master_bind_host"),
        master_bind_port: number("master_bind_port"),
        expect_workers: number("expect_workers"),
        processes: Some(row["processes"].as_i64().unwrap_or(0)),
    }
}
