//! When two answers are the same.

use std::fmt;

use serde_json::{Number, Value};

/// A pair that Kubernetes and podgraft answer differently.
pub(crate) struct Disagreement {
    pair: String,
    wanted: String,
    answer: String,
}

impl Disagreement {
    /// `wanted` is Kubernetes' answer, `answer` podgraft's.
    pub(crate) fn between(pair: &str, wanted: &str, answer: &str) -> Option<Self> {
        let agree = match (outcome(pair, wanted), outcome(pair, answer)) {
            (Some(wanted), Some(answer)) => same(&wanted, &answer),
            (wanted, answer) => wanted.is_none() && answer.is_none(),
        };
        (!agree).then(|| Self { pair: pair.to_owned(), wanted: wanted.to_owned(), answer: answer.to_owned() })
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pair       {}\nkubernetes {}\npodgraft   {}\n", self.pair, self.wanted, self.answer)
    }
}

/// The answer that a recorded vector holds, written as the oracle writes it.
pub(crate) fn recorded(vector: &str) -> String {
    let Ok(vector) = serde_json::from_str::<Value>(vector) else {
        // A number that neither Go nor Rust can read: that is the error which was recorded.
        let (_, message) = vector.rsplit_once(",\"error\":").unwrap();
        return format!("{{\"error\":{message}");
    };
    let part = if vector.get("error").is_some() { "error" } else { "result" };
    Value::Object([(part.to_owned(), vector[part].clone())].into_iter().collect()).to_string()
}

/// The result; `None` for an error. An answer that is neither is no answer.
fn outcome(pair: &str, answer: &str) -> Option<Value> {
    let mut value: Value = serde_json::from_str(answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    assert_ne!(value.get("panic"), Some(&Value::Bool(true)), "not classified: {pair}\n{answer}");
    if let Some(result) = value.get_mut("result") {
        return Some(result.take());
    }
    assert!(value.get("error").is_some(), "neither result nor error: {pair}\n{answer}");
    None
}

/// Equality of JSON as Go prints it: a float without a fraction looks like an integer.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Number(left), Value::Number(right)) => same_number(left, right),
        _ => left == right,
    }
}

fn same_number(left: &Number, right: &Number) -> bool {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => left == right,
        // One of them was printed as a float: more digits than a float holds do not matter.
        _ => left.as_f64() == right.as_f64(),
    }
}

#[test]
fn numbers_are_compared_as_go_prints_them() {
    let same = |left: &str, right: &str| {
        same(&serde_json::from_str(left).unwrap(), &serde_json::from_str(right).unwrap())
    };
    assert!(same("1.0", "1"));
    assert!(same("1e3", "1000"));
    assert!(same("9223372036854776000", "9223372036854775808"));
    assert!(!same("9223372036854775806", "9223372036854775807"));
    assert!(!same("80", "\"80\""));
    assert!(!same("{\"a\":null}", "{}"));
}
