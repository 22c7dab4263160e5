//! LocustTests to write, what is stored of them, and how the two are compared.

use std::collections::BTreeMap;

use podgraft_pod::manifest::read;
use podgraft_testkit::{control_plane::ControlPlane, files::text};
use serde_json::{Map, Value, json};

/// The fields of a LocustTest that hold a template.
pub(crate) const FIELDS: [&str; 3] = ["podTemplate", "masterPodTemplate", "workerPodTemplate"];

/// Where `kubectl apply` keeps what it applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A LocustTest with these fields in its spec, beside those that it needs.
pub(crate) fn locust_test(name: &str, fields: &Value) -> Value {
    let mut spec = json!({
        "image": "locust",
        "master": { "command": "" },
        "worker": { "command": "", "replicas": 2 },
    });
    spec.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({ "apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": { "name": name }, "spec": spec })
}

/// Objects in the text of one file.
pub(crate) fn list(items: &[Value]) -> Vec<u8> {
    json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string().into_bytes()
}

/// The only document in a text of YAML.
pub(crate) fn yaml(text: &str) -> Value {
    let found = read("-", text.as_bytes());
    assert!(found.documents.len() == 1, "{:?}", found.diagnostics);
    found.documents[0].value.clone()
}

/// The templates of a spec, and nothing else of it.
pub(crate) fn templates(spec: &Value) -> Value {
    let spec = spec.as_object().unwrap();
    let found = spec.iter().filter(|(name, _)| FIELDS.contains(&name.as_str()));
    Value::Object(found.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// A test as the server has it.
pub(crate) fn get(plane: &ControlPlane, name: &str) -> Value {
    serde_json::from_str(&plane.kubectl_ok(&["get", "locusttest", name, "-o", "json"], b"")).unwrap()
}

/// The templates of a test as the server has it.
pub(crate) fn stored(plane: &ControlPlane, name: &str) -> Value {
    templates(&get(plane, name)["spec"])
}

/// The spec that `kubectl apply` remembers, where it remembers one.
pub(crate) fn last_applied(object: &Value) -> Option<Value> {
    let text = object["metadata"]["annotations"].get(LAST_APPLIED)?.as_str()?;
    Some(serde_json::from_str::<Value>(text).unwrap()["spec"].take())
}

/// The specs of all tests, by name.
pub(crate) fn all(plane: &ControlPlane) -> BTreeMap<String, Value> {
    let found: Value =
        serde_json::from_str(&plane.kubectl_ok(&["get", "locusttest", "-o", "json"], b"")).unwrap();
    let items = found["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| (item["metadata"]["name"].as_str().unwrap().into(), item["spec"].clone()))
        .collect()
}

/// Runs kubectl, which must refuse; what it says.
pub(crate) fn refused(plane: &ControlPlane, arguments: &[&str], object: &Value) -> String {
    let output = plane.kubectl(arguments, object.to_string().as_bytes());
    assert!(!output.status.success(), "kubectl {arguments:?} took {object}");
    text(&output.stderr).to_owned()
}

/// Runs kubectl on an object, which must be taken; what it warns of.
pub(crate) fn taken(plane: &ControlPlane, arguments: &[&str], object: &Value) -> String {
    let output = plane.kubectl(arguments, object.to_string().as_bytes());
    let said = text(&output.stderr).to_owned();
    assert!(output.status.success(), "kubectl {arguments:?}: {said}\n{object}");
    said
}

/// Each leaf by its JSON pointer; `{}` and `[]` are leaves as well.
pub(crate) fn leaves(value: &Value) -> BTreeMap<String, Value> {
    fn visit(value: &Value, path: &str, found: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                for (name, value) in fields {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    visit(value, &format!("{path}/{name}"), found);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for (index, value) in items.iter().enumerate() {
                    visit(value, &format!("{path}/{index}"), found);
                }
            }
            leaf => {
                found.insert(path.to_owned(), leaf.clone());
            }
        }
    }
    let mut found = BTreeMap::new();
    visit(value, "", &mut found);
    found
}

/// The leaves in which two values differ, one a line; empty when they are equal.
pub(crate) fn difference(found: &Value, wanted: &Value) -> String {
    let (found, wanted) = (leaves(found), leaves(wanted));
    let show = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    let mut lines: Vec<String> = Vec::new();
    for path in found.keys().chain(wanted.keys().filter(|path| !found.contains_key(*path))) {
        let (is, should) = (found.get(path), wanted.get(path));
        if is != should {
            lines.push(format!("  {path} is {} and should be {}", show(is), show(should)));
        }
    }
    lines.join("\n")
}

/// An object with one field, or with none.
pub(crate) fn maybe(field: &str, value: Option<&Value>) -> Value {
    Value::Object(value.map(|value| (field.to_owned(), value.clone())).into_iter().collect::<Map<_, _>>())
}

/// Fails, with the differing leaves, when the templates that the server has are not these.
pub(crate) fn assert_stored(plane: &ControlPlane, name: &str, wanted: &Value, after: &str) {
    let difference = difference(&stored(plane, name), wanted);
    assert!(difference.is_empty(), "after {after}:\n{difference}");
}
