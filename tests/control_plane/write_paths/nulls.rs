//! What becomes of an explicit null, on every path.

use podgraft_testkit::{control_plane::ControlPlane, files::text};
use serde_json::{Value, json};

use super::{
    edits::edit,
    kustomize,
    objects::{get, last_applied, locust_test, taken, yaml},
    outcomes::Outcomes,
};

/// The nulls of a file, by what they are in place of: a single value, a map, a field that no schema knows, a
/// field of an item, an element of a list, and a whole template; and whether the annotation of `kubectl apply`
/// still has all of them, where there is one. An update finds a value in each of these places.
const NULLS: &str = "\
path                        | value   | map     | unknown | in item | element | template | annotation
create                      | kept    | kept    | kept    | kept    | kept    | kept     | -
replace                     | kept    | kept    | kept    | kept    | kept    | kept     | -
apply, new                  | dropped | dropped | dropped | dropped | kept    | dropped  | kept
apply, update               | dropped | dropped | dropped | dropped | kept    | dropped  | kept
apply --server-side, new    | kept    | kept    | kept    | kept    | kept    | kept     | -
apply --server-side, update | kept    | kept    | kept    | kept    | kept    | kept     | -
patch --type=merge          | dropped | dropped | dropped | dropped | kept    | dropped  | -
patch --type=json           | kept    | kept    | kept    | kept    | kept    | kept     | -
edit                        | dropped | dropped | dropped | dropped | kept    | dropped  | -
kustomize: resource         | kept    | kept    | kept    | kept    | kept    | kept     | -
kustomize: JSON6902 patch   | kept    | kept    | kept    | kept    | kept    | kept     | -
kustomize: strategic patch  | dropped | dropped | dropped | kept    | kept    | dropped  | -
";

/// Where the nulls are.
const PLACES: [&str; 6] = [
    "/workerPodTemplate/spec/hostname",
    "/workerPodTemplate/spec/nodeSelector",
    "/workerPodTemplate/spec/aFieldOfTheFuture",
    "/workerPodTemplate/spec/containers/0/image",
    "/workerPodTemplate/spec/containers/0/args/1",
    "/masterPodTemplate",
];

const FILE: &[&str] = &["apply", "-f", "-"];
const SERVER_SIDE: &[&str] = &["apply", "--server-side", "-f", "-"];

/// What is there before an update.
fn before() -> Value {
    json!({
        "workerPodTemplate": { "spec": {
            "hostname": "a", "nodeSelector": { "a": "b" }, "aFieldOfTheFuture": "a",
            "containers": [{ "name": "locust", "image": "a", "args": ["a", "b"] }],
        } },
        "masterPodTemplate": { "spec": { "hostname": "a" } },
    })
}

/// The same with a null in every place.
fn nulls() -> Value {
    let mut fields = before();
    for place in PLACES {
        *fields.pointer_mut(place).unwrap() = Value::Null;
    }
    fields
}

pub(crate) fn check(plane: &ControlPlane, outcomes: &mut Outcomes) {
    let mut table = NULLS.lines().next().unwrap().to_owned() + "\n";
    for line in NULLS.lines().skip(1) {
        let path = line.split('|').next().unwrap().trim();
        let name = path.replace([' ', ',', '-', '=', ':'], "").to_lowercase();
        let mut others = nulls();
        others.as_object_mut().unwrap().remove("masterPodTemplate");
        let object = write(plane, path, &name, &others);
        let template = write(plane, path, &format!("{name}-template"), &json!({ "masterPodTemplate": null }));
        let mut cells: Vec<&str> =
            PLACES[..5].iter().map(|place| outcome(object["spec"].pointer(place))).collect();
        cells.push(outcome(template["spec"].pointer(PLACES[5])));
        let null = |spec: &Option<Value>, place: &str| {
            spec.as_ref().is_some_and(|spec| spec.pointer(place) == Some(&Value::Null))
        };
        let (of_others, of_template) = (last_applied(&object), last_applied(&template));
        let all = PLACES[..5].iter().all(|place| null(&of_others, place)) && null(&of_template, PLACES[5]);
        cells.push(if all {
            "kept"
        } else if of_others.is_some() {
            "dropped"
        } else {
            "-"
        });
        table += &row(path, &cells);
    }
    assert!(table == NULLS, "--- is\n{table}--- should be\n{NULLS}");
    println!("{table}");
    a_stored_null_can_be_removed(plane, outcomes);
}

fn row(path: &str, cells: &[&str]) -> String {
    let (last, middle) = cells.split_last().unwrap();
    let (template, middle) = middle.split_last().unwrap();
    let middle: Vec<String> = middle.iter().map(|cell| format!("{cell:7}")).collect();
    format!("{path:27} | {} | {template:8} | {last}\n", middle.join(" | "))
}

fn outcome(found: Option<&Value>) -> &'static str {
    match found {
        Some(Value::Null) => "kept",
        None => "dropped",
        Some(_) => "stays as it was",
    }
}

/// Writes these fields in this way, over what is there before where the way is an update; what is stored.
fn write(plane: &ControlPlane, path: &str, name: &str, fields: &Value) -> Value {
    let (old, new) = (locust_test(name, &before()), locust_test(name, fields));
    let kubectl = |arguments: &[&str], object: &Value| {
        let output = plane.kubectl(arguments, object.to_string().as_bytes());
        assert!(output.status.success(), "{path}: {}", text(&output.stderr));
    };
    let patch = |kind: &str, patch: &Value| {
        taken(plane, &["create", "-f", "-"], &old);
        kubectl(&["patch", "locusttest", name, "--type", kind, "-p", &patch.to_string()], &old);
    };
    match path {
        "create" => kubectl(&["create", "-f", "-"], &new),
        "replace" => {
            taken(plane, &["create", "-f", "-"], &old);
            kubectl(&["replace", "-f", "-"], &new);
        }
        "apply, new" => kubectl(FILE, &new),
        "apply, update" => {
            taken(plane, FILE, &old);
            kubectl(FILE, &new);
        }
        "apply --server-side, new" => kubectl(SERVER_SIDE, &new),
        "apply --server-side, update" => {
            taken(plane, SERVER_SIDE, &old);
            kubectl(SERVER_SIDE, &new);
        }
        "patch --type=merge" => patch("merge", &json!({ "spec": fields })),
        "patch --type=json" => patch("json", &kustomize::json_patch(fields)),
        "edit" => {
            taken(plane, &["create", "-f", "-"], &old);
            let output = edit(plane, name, &[], |object| object["spec"] = new["spec"].clone());
            assert!(output.status.success(), "{path}: {}", text(&output.stderr));
        }
        "kustomize: resource" => return kustomize::build(plane, &new, &json!({})),
        "kustomize: JSON6902 patch" => {
            return kustomize::build(plane, &old, &kustomize::json_patches(fields));
        }
        "kustomize: strategic patch" => {
            let patch = json!({ "patches": [{ "patch": new.to_string() }] });
            return kustomize::build(plane, &old, &patch);
        }
        unknown => panic!("nobody knows how to {unknown}"),
    }
    get(plane, name)
}

/// A null that is stored stays when `kubectl apply` is given a file without it, as it never wrote it; the
/// same null in the file removes it.
fn a_stored_null_can_be_removed(plane: &ControlPlane, outcomes: &mut Outcomes) {
    let with = yaml("podTemplate: {spec: {hostname: null, subdomain: a}}");
    let without = yaml("podTemplate: {spec: {subdomain: b}}");
    taken(plane, &["create", "-f", "-"], &locust_test("null", &with));
    taken(plane, FILE, &locust_test("null", &without));
    let hostname = || get(plane, "null")["spec"].pointer("/podTemplate/spec/hostname").cloned();
    assert_eq!(hostname(), Some(Value::Null));
    outcomes.add("create, then client-side apply", "a stored null that the file lacks", "stays");
    taken(plane, FILE, &locust_test("null", &with));
    assert_eq!(hostname(), None);
    outcomes.add("create, then client-side apply", "a stored null that the file has", "is removed");
}
