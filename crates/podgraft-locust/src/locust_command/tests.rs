//! The reader of commands and environments against what the real Locust read from the same.

use serde_json::{Value, json};

use crate::locust_command::{LocustSettings, locust_options::LOCUST_VERSION, locust_settings};

fn recorded() -> Value {
    serde_json::from_str(include_str!("../../../../conformance/locust/recorded.json")).unwrap()
}

/// A container whose Locust gets these arguments and variables.
fn container(row: &Value) -> Value {
    // What is recorded is what Locust sees, so that no $ of it is a reference.
    let literal = |text: &Value| json!(text.as_str().unwrap().replace('$', "$$"));
    let args: Vec<Value> = row["args"].as_array().unwrap().iter().map(literal).collect();
    let env = row["env"].as_object().unwrap().iter();
    let env: Vec<Value> = env.map(|(name, value)| json!({"name": name, "value": literal(value)})).collect();
    json!({"name": "locust", "args": args, "env": env})
}

/// What the real Locust read; 0 processes are none.
fn settings(row: &Value) -> LocustSettings {
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

#[test]
fn reads_every_recorded_line_as_the_real_locust_did() {
    let recorded = recorded();
    assert_eq!(recorded["locust"], LOCUST_VERSION);
    let rows = recorded["lines"].as_array().unwrap();
    let (mut accepted, mut unread) = (0, 0);
    for row in rows {
        let ours = locust_settings(&container(row));
        if row["refused"] == true {
            unread += usize::from(ours.is_none());
            continue;
        }
        accepted += 1;
        assert_eq!(ours, Some(settings(row)), "{row}");
    }
    println!("{accepted} of {} lines accepted; of the others, {unread} not read here either", rows.len());
    assert!(accepted > 1400 && unread > 100, "{accepted} accepted, {unread} not read of {}", rows.len());
}
