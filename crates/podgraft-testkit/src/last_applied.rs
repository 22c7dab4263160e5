//! The copy of an object that `kubectl apply` keeps in an annotation.

use podgraft_pod::manifest::to_json_line;
use serde_json::{Value, json};

/// What the annotation is called.
pub const KEY: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The copy as kubectl writes it: with empty annotations, without what HTML would read, and with a line's end.
pub fn copy(object: &Value) -> String {
    let mut object = object.clone();
    object["metadata"]["annotations"] = json!({});
    let escaped =
        to_json_line(&object).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    escaped + "\n"
}
