//! From every template to every other, in every way to write: what is stored is what was meant.

use podgraft_testkit::control_plane::ControlPlane;
use serde_json::{Value, json};

use super::{
    objects::{FIELDS, all, difference, list, locust_test, templates},
    outcomes::Outcomes,
};

/// What templates go between.
const TEMPLATES: &str = include_str!("../../cases/templates.yaml");

/// How a number of tests is written at once.
#[derive(Clone, Copy)]
enum Write {
    /// kubectl with these arguments reads the objects.
    File(&'static [&'static str]),
    /// `kubectl patch --type=merge`.
    MergePatch,
    /// `kubectl patch --type=json`, with an operation for the whole template.
    JsonPatch,
}

/// Two writes, one after the other.
struct Way {
    name: &'static str,
    first: Write,
    second: Write,
    /// Whether what the first wrote and the second does not mention stays, as in RFC 7386.
    merges: bool,
}

const CREATE: Write = Write::File(&["create", "-f", "-"]);
const CLIENT_SIDE: Write = Write::File(&["apply", "-f", "-"]);
const SERVER_SIDE: Write = Write::File(&["apply", "--server-side", "-f", "-"]);
const REPLACE: Write = Write::File(&["replace", "-f", "-"]);

const WAYS: [Way; 7] = [
    Way { name: "client-side apply", first: CLIENT_SIDE, second: CLIENT_SIDE, merges: false },
    Way { name: "server-side apply", first: SERVER_SIDE, second: SERVER_SIDE, merges: false },
    Way { name: "replace", first: CREATE, second: REPLACE, merges: false },
    Way { name: "patch --type=json", first: CREATE, second: Write::JsonPatch, merges: false },
    Way { name: "patch --type=merge", first: CREATE, second: Write::MergePatch, merges: true },
    Way {
        name: "client-side, then server-side apply",
        first: CLIENT_SIDE,
        second: SERVER_SIDE,
        merges: false,
    },
    // kubectl does not know what was applied before, so that it removes nothing.
    Way {
        name: "server-side, then client-side apply",
        first: SERVER_SIDE,
        second: CLIENT_SIDE,
        merges: true,
    },
];

/// One test whose three templates go from these to one other.
struct Step {
    name: String,
    from: [usize; 3],
    to: usize,
}

/// The templates, with what each says; the first is no template.
pub(crate) fn known_templates() -> Vec<(String, Option<Value>)> {
    let documents = podgraft_pod::manifest::read("templates.yaml", TEMPLATES.as_bytes()).documents;
    let read = |value: &Value| (value["says"].as_str().unwrap().to_owned(), value.get("template").cloned());
    documents.iter().map(|document| read(&document.value)).collect()
}

pub(crate) fn check(plane: &ControlPlane, outcomes: &mut Outcomes) {
    let (says, known): (Vec<String>, Vec<Option<Value>>) = known_templates().into_iter().unzip();
    assert!(known.len() >= 10 && known[0].is_none());
    for (turn, way) in WAYS.iter().enumerate() {
        let steps = steps(&format!("way{turn}"), known.len());
        write(plane, way.first, &steps, &known, |step| step.from);
        write(plane, way.second, &steps, &known, |step| [step.to; 3]);
        let found = all(plane);
        let mut wrong = Vec::new();
        for step in &steps {
            let wanted = wanted(way, step, &known);
            let difference = difference(&templates(&found[&step.name]), &wanted);
            if !difference.is_empty() {
                let from = step.from.map(|from| says[from].as_str()).join(", ");
                wrong.push(format!("{from} -> {}:\n{difference}", says[step.to]));
            }
        }
        assert!(wrong.is_empty(), "{}\n{}", way.name, wrong.join("\n"));
        let outcome = if way.merges { "merged as RFC 7386 says" } else { "stored as written" };
        outcomes.add(way.name, &format!("{} changes of a template", steps.len() * FIELDS.len()), outcome);
    }
}

/// Every pair of templates, three in a test, so that there are fewer to write.
fn steps(prefix: &str, templates: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    for to in 0..templates {
        for first in (0..templates).step_by(FIELDS.len()) {
            let from = [first, first + 1, first + 2].map(|from| from % templates);
            steps.push(Step { name: format!("{prefix}-{first}-{to}"), from, to });
        }
    }
    steps
}

/// The fields of a test before or after its step.
fn fields(which: [usize; 3], known: &[Option<Value>]) -> Value {
    let pairs = FIELDS.iter().zip(which);
    let set = pairs.filter_map(|(field, index)| Some(((*field).to_owned(), known[index].clone()?)));
    Value::Object(set.collect())
}

/// What should be stored in the end.
fn wanted(way: &Way, step: &Step, known: &[Option<Value>]) -> Value {
    let after = fields([step.to; 3], known);
    if !way.merges {
        return after;
    }
    let mut wanted = fields(step.from, known);
    let patch =
        if matches!(way.second, Write::MergePatch) { merge_patch(known[step.to].as_ref()) } else { after };
    json_patch::merge(&mut wanted, &patch);
    wanted
}

/// Runs kubectl for all tests at once; `which` says whether their first or second templates are written.
fn write(
    plane: &ControlPlane,
    way: Write,
    steps: &[Step],
    known: &[Option<Value>],
    which: impl Fn(&Step) -> [usize; 3],
) {
    let object = |step: &Step| locust_test(&step.name, &fields(which(step), known));
    if let Write::File(arguments) = way {
        let objects: Vec<Value> = steps.iter().map(object).collect();
        plane.kubectl_ok(arguments, &list(&objects));
        return;
    }
    // kubectl sends one patch to all objects of a file.
    for (to, template) in known.iter().enumerate() {
        let objects: Vec<Value> = steps.iter().filter(|step| step.to == to).map(object).collect();
        let (kind, patch) = match way {
            Write::MergePatch => ("merge", json!({ "spec": merge_patch(template.as_ref()) })),
            _ => ("json", FIELDS.iter().flat_map(|field| operations(field, template.as_ref())).collect()),
        };
        let arguments = ["patch", "-f", "-", "--type", kind, "-p", &patch.to_string()];
        plane.kubectl_ok(&arguments, &list(&objects));
    }
}

/// A template, or the null that removes it, for each field.
fn merge_patch(template: Option<&Value>) -> Value {
    FIELDS.iter().map(|field| ((*field).to_owned(), json!(template))).collect()
}

/// What sets a template, or removes it: there must be one then.
fn operations(field: &str, template: Option<&Value>) -> Vec<Value> {
    let path = format!("/spec/{field}");
    let value = template.cloned().unwrap_or_else(|| json!({}));
    let mut operations = vec![json!({ "op": "add", "path": path, "value": value })];
    if template.is_none() {
        operations.push(json!({ "op": "remove", "path": path }));
    }
    operations
}
