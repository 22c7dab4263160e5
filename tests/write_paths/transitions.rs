//! From every template to every other, in every way to write: what is stored is what was meant.

use serde_json::{Value, json};

use crate::{
    objects::{FIELDS, all, difference, list, locust_test, maybe, templates},
    outcomes::Outcomes,
    support::control_plane::ControlPlane,
};

/// What templates go between.
const TEMPLATES: &str = include_str!("../cases/templates.yaml");

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

/// One test that goes from a template to another.
struct Step {
    name: String,
    /// Which of the three template fields it has; one for each of the templates that tests go to, so that one
    /// patch serves all that go there.
    field: &'static str,
    from: usize,
    to: usize,
}

/// The templates, with what each says; the first is no template.
pub(crate) fn known_templates() -> Vec<(String, Option<Value>)> {
    let documents = podgraft::manifest::read("templates.yaml", TEMPLATES.as_bytes()).documents;
    let read = |value: &Value| (value["says"].as_str().unwrap().to_owned(), value.get("template").cloned());
    documents.iter().map(|document| read(&document.value)).collect()
}

pub(crate) fn check(plane: &ControlPlane, outcomes: &mut Outcomes) {
    let (says, known): (Vec<String>, Vec<Option<Value>>) = known_templates().into_iter().unzip();
    assert!(known.len() >= 10 && known[0].is_none());
    for (turn, way) in WAYS.iter().enumerate() {
        let steps = steps(&format!("way{turn}"), known.len());
        write(plane, way.first, &steps, &known, |step| step.from);
        write(plane, way.second, &steps, &known, |step| step.to);
        let found = all(plane);
        let mut wrong = Vec::new();
        for step in &steps {
            let mut wanted = maybe(step.field, known[step.to].as_ref());
            if way.merges {
                wanted = merged(step, &known, way.second);
            }
            let difference = difference(&templates(&found[&step.name]), &wanted);
            if !difference.is_empty() {
                wrong.push(format!("{} -> {}:\n{difference}", says[step.from], says[step.to]));
            }
        }
        assert!(wrong.is_empty(), "{}\n{}", way.name, wrong.join("\n"));
        let outcome = if way.merges { "merged as RFC 7386 says" } else { "stored as written" };
        outcomes.add(way.name, &format!("{} changes of a template", steps.len()), outcome);
    }
}

fn steps(prefix: &str, templates: usize) -> Vec<Step> {
    let pairs = (0..templates).flat_map(|from| (0..templates).map(move |to| (from, to)));
    let step = |(from, to)| Step {
        name: format!("{prefix}-{from}-{to}"),
        field: FIELDS[to % FIELDS.len()],
        from,
        to,
    };
    pairs.map(step).collect()
}

/// What is left when the second template is merged into the first.
fn merged(step: &Step, known: &[Option<Value>], second: Write) -> Value {
    let mut wanted = maybe(step.field, known[step.from].as_ref());
    let patch = match second {
        Write::MergePatch => json!({ step.field: known[step.to] }),
        _ => maybe(step.field, known[step.to].as_ref()),
    };
    json_patch::merge(&mut wanted, &patch);
    wanted
}

fn write(
    plane: &ControlPlane,
    way: Write,
    steps: &[Step],
    known: &[Option<Value>],
    which: impl Fn(&Step) -> usize,
) {
    let object = |step: &Step| locust_test(&step.name, &maybe(step.field, known[which(step)].as_ref()));
    if let Write::File(arguments) = way {
        let objects: Vec<Value> = steps.iter().map(object).collect();
        plane.kubectl_ok(arguments, &list(&objects));
        return;
    }
    // kubectl sends one patch to all objects of a file.
    for (index, template) in known.iter().enumerate() {
        let same = |step: &&Step| which(step) == index;
        // There is nothing to remove where nothing was.
        let same = steps.iter().filter(same).filter(|step| step.from + step.to != 0);
        let objects: Vec<Value> = same.map(object).collect();
        let field = FIELDS[index % FIELDS.len()];
        let (kind, patch) = match way {
            Write::MergePatch => ("merge", json!({ "spec": { field: template } })),
            _ => ("json", json!([operation(field, template.as_ref())])),
        };
        let arguments = ["patch", "-f", "-", "--type", kind, "-p", &patch.to_string()];
        plane.kubectl_ok(&arguments, &list(&objects));
    }
}

fn operation(field: &str, template: Option<&Value>) -> Value {
    let path = format!("/spec/{field}");
    match template {
        Some(value) => json!({ "op": "add", "path": path, "value": value }),
        None => json!({ "op": "remove", "path": path }),
    }
}
