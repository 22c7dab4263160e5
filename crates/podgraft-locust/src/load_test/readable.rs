//! [`readable`]: what can be read of a spec in which something is wrong.

use serde_json::{Value, json};

use super::Version;
use podgraft_merge::path::{FieldPath, Segment};

/// The spec without the fields at these places, each up to the first list on its way, and with something in the place
/// of what its version requires: so that the rest is judged too.
pub(super) fn readable(version: Version, spec: &Value, wrong: &[FieldPath]) -> Value {
    let mut readable = if spec.is_object() { spec.clone() } else { json!({}) };
    for path in wrong {
        remove(&mut readable, path);
    }
    let required = match version {
        Version::V1 => json!({ "image": "image", "masterCommandSeed": "", "workerCommandSeed": "" }),
        Version::V2 => json!({
            "image": "image", "master": { "command": "" }, "worker": { "command": "", "replicas": 1 }
        }),
    };
    fill(&mut readable, required);
    readable
}

fn remove(spec: &mut Value, path: &FieldPath) {
    let fields = path.segments().iter().map_while(|segment| match segment {
        Segment::Field(name) => Some(name.as_str()),
        _ => None,
    });
    let fields: Vec<&str> = fields.collect();
    let Some((last, outer)) = fields.split_last() else { return };
    let parent = outer.iter().try_fold(spec, |here, field| here.get_mut(field));
    if let Some(Value::Object(fields)) = parent {
        fields.remove(*last);
    }
}

/// Writes the fields that are not there.
fn fill(value: &mut Value, required: Value) {
    let (Value::Object(fields), Value::Object(required)) = (value, required) else { return };
    for (name, required) in required {
        match fields.get_mut(&name) {
            Some(value) => fill(value, required),
            None => {
                fields.insert(name, required);
            }
        }
    }
}
