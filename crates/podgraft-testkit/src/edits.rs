//! Objects with something changed, and what was found of them as lines.

use podgraft_merge::diagnostic::Diagnostic;
use serde_json::{Value, json};

/// `path: message` of each diagnostic.
#[must_use]
pub fn lines(found: &[Diagnostic]) -> Vec<String> {
    found
        .iter()
        .map(|one| {
            format!("{}: {}", one.path.as_ref().map_or_else(String::new, ToString::to_string), one.message)
        })
        .collect()
}

/// Sets the value at a JSON pointer, making the maps on the way; `-` appends to a list.
pub fn set(pod: &mut Value, pointer: &str, value: Value) {
    let mut here = pod;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if here.is_null() {
            *here = if step == "-" || step == "0" { json!([]) } else { json!({}) };
        }
        here = match here {
            Value::Array(list) => {
                let index = if step == "-" { list.len() } else { step.parse().unwrap() };
                if index == list.len() {
                    list.push(Value::Null);
                }
                &mut list[index]
            }
            other => other.as_object_mut().unwrap().entry(step).or_insert(Value::Null),
        };
    }
    *here = value;
}

/// Removes what a JSON pointer names.
pub fn remove(pod: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/").replace("~0", "~");
    match pod.pointer_mut(parent).unwrap() {
        Value::Array(list) => drop(list.remove(name.parse().unwrap())),
        other => drop(other.as_object_mut().unwrap().remove(&name).unwrap()),
    }
}
