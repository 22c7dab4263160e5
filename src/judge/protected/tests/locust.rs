//! The reader of command lines against what the real Locust read from the same lines.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    judge::protected::{
        environment::flag_value,
        expansion::Text,
        line::{Line, Word},
        options::{LOCUST_VERSION, OPTIONS, Wiring},
        wiring::python_int,
    },
    path::FieldPath,
};

fn recorded() -> Value {
    serde_json::from_str(include_str!("../../../../conformance/locust/recorded.json")).unwrap()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// What an option comes to: its last value on the line, else the environment's, else the default.
fn resolved(
    line: &Line,
    env: &BTreeMap<String, String>,
    option: Wiring,
    variable: &str,
    default: &str,
) -> String {
    let asked = if line.speaks_of(option) { None } else { env.get(variable) };
    let given = line.last(option);
    if !option.takes_value() {
        return (given.is_some() || asked.and_then(|value| flag_value(value)) == Some(true)).to_string();
    }
    let on_line = given.and_then(|given| given.value.as_ref()).map(|text| text.known().unwrap().to_owned());
    on_line.or_else(|| asked.cloned()).unwrap_or_else(|| default.to_owned())
}

#[test]
fn the_table_of_options_is_the_real_parsers() {
    let recorded = recorded();
    assert_eq!(recorded["locust"], LOCUST_VERSION);
    assert_eq!(strings(&recorded["options"]), OPTIONS);
}

#[test]
fn reads_every_recorded_line_as_the_real_locust_did() {
    let recorded = recorded();
    let rows = recorded["lines"].as_array().unwrap();
    let (mut accepted, mut troubled) = (0, 0);
    for row in rows {
        let word = |text: &&str| Word { text: Text::Known((*text).to_owned()), path: FieldPath::root() };
        let words: Vec<Word> = strings(&row["args"]).iter().map(word).collect();
        let line = Line::read(&words);
        if row["refused"] == true {
            troubled += usize::from(!line.troubles.is_empty());
            continue;
        }
        accepted += 1;
        assert!(line.troubles.is_empty(), "{row}: {:?}", line.troubles);
        let env: BTreeMap<String, String> = serde_json::from_value(row["env"].clone()).unwrap();
        for (option, variable, default, field) in [
            (Wiring::Master, "LOCUST_MODE_MASTER", "", "master"),
            (Wiring::Worker, "LOCUST_MODE_WORKER", "", "worker"),
            (Wiring::MasterHost, "LOCUST_MASTER_NODE_HOST", "127.0.0.1", "master_host"),
            (Wiring::MasterPort, "LOCUST_MASTER_NODE_PORT", "5557", "master_port"),
            (Wiring::BindHost, "LOCUST_MASTER_BIND_HOST", "*", "master_bind_host"),
            (Wiring::BindPort, "LOCUST_MASTER_BIND_PORT", "5557", "master_bind_port"),
            (Wiring::ExpectWorkers, "LOCUST_EXPECT_WORKERS", "1", "expect_workers"),
        ] {
            let ours = resolved(&line, &env, option, variable, default);
            let same = match &row[field] {
                Value::String(text) => ours == *text,
                Value::Number(number) => python_int(&ours) == number.as_i64(),
                Value::Bool(flag) => ours == if *flag { "true" } else { "false" },
                other => panic!("{field} is recorded as {other}"),
            };
            assert!(same, "{row}: {field} is {ours}");
        }
    }
    assert!(
        accepted > 300 && troubled > 100,
        "{accepted} accepted, {troubled} with trouble of {}",
        rows.len()
    );
}
