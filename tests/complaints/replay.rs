//! Runs the steps of a case, and holds each to what must come out.

use std::process::{Command, Stdio};

use k8s_openapi::{DeepMerge, api::core::v1::Pod};
use podgraft_locust::command;
use podgraft_pod::manifest;
use podgraft_testkit::files::{files, root, text};
use serde_json::Value;

use crate::{
    case::{Act, Case, Files, Played, Step},
    said,
};

/// Replays a case.
pub(crate) fn replay(case: &Case) {
    for file in files(&case.folder(), ".yaml") {
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(name == "case.yaml" || case.steps.iter().any(|step| uses(step, name)), "nothing uses {name}");
    }
    for step in &case.steps {
        match step.act() {
            Act::Run(run) => ran(case, step, run),
            Act::DeepMerge(files) => merged(case, step, files),
            Act::Played(Played { test, file }) => played(test, file),
        }
    }
}

fn uses(step: &Step, file: &str) -> bool {
    match step.act() {
        Act::Run(run) => run.split_whitespace().any(|word| word == file),
        Act::DeepMerge(Files { base, patch }) => [base, patch].contains(&&file.to_owned()),
        Act::Played(_) => false,
    }
}

fn ran(case: &Case, step: &Step, run: &str) {
    let exit = step.exit;
    let words = command::words(run).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_podgraft"));
    // No cluster: what needs one must not pass by luck.
    let command = command.args(&words).current_dir(case.folder()).env("KUBECONFIG", "/nowhere");
    let output = command.stdin(Stdio::null()).output().unwrap();
    let (printed, told) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(exit), "{}: {printed}{told}", step.what);
    let compares = words[0] == "diff";
    assert!(exit == 0 || compares || printed.is_empty(), "refused, and yet there is a result: {printed}");
    said::check(told, &step.says, &step.what);
    for part in &step.prints {
        assert!(printed.contains(part), "{}: {part:?} is not printed: {printed}", step.what);
    }
    if step.both.is_none() && step.master.is_none() && step.worker.is_none() && step.object.is_none() {
        let judged = exit != 0 || !step.prints.is_empty() || step.at_most.is_some() || !step.says.is_empty();
        assert!(judged, "{}: nothing is expected", step.what);
    }
    if let Some(most) = step.at_most {
        for object in objects(printed) {
            let size = object.to_string().len();
            assert!(size <= most, "{} has {size} bytes", object["metadata"]["name"]);
        }
    }
    for (role, wanted) in
        [("master", &step.both), ("worker", &step.both), ("master", &step.master), ("worker", &step.worker)]
    {
        if let Some(wanted) = wanted {
            wanted.check(&template(printed, role), &format!("{}: {role}", step.what));
        }
    }
    if let Some(wanted) = &step.object {
        wanted.check(&objects(printed).remove(0), &step.what);
    }
}

/// The pod template of a role's Job among the printed objects.
fn template(printed: &str, role: &str) -> Value {
    let is = |object: &Value| object["kind"] == "Job" && ends(&object["metadata"]["name"], role);
    let job = objects(printed).into_iter().find(is);
    job.unwrap_or_else(|| panic!("no Job of a {role}: {printed}"))["spec"]["template"].take()
}

fn ends(name: &Value, role: &str) -> bool {
    name.as_str().is_some_and(|name| name.ends_with(&format!("-{role}")))
}

fn objects(printed: &str) -> Vec<Value> {
    let read = manifest::read("stdout", printed.as_bytes());
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    read.documents.into_iter().map(|document| document.value).collect()
}

/// What typed merging makes of the same files, as other operators do it.
fn merged(case: &Case, step: &Step, files: &Files) {
    let typed = |file: &str| -> Pod { serde_json::from_value(case.object(file)).unwrap() };
    let mut pod = typed(&files.base);
    pod.merge_from(typed(&files.patch));
    step.object.as_ref().expect("what comes out").check(&serde_json::to_value(pod).unwrap(), &step.what);
}

/// That the test which plays it is still there, and still a test.
fn played(test: &str, file: &str) {
    let code = std::fs::read_to_string(root().join(file)).unwrap();
    assert!(code.contains(&format!("fn {test}(")), "{file} has no {test}");
    let own = code.contains(&format!("#[test]\nfn {test}("));
    let folder = root().join(file).with_file_name("main.rs");
    let listed = || std::fs::read_to_string(folder).unwrap().contains(&format!("::{test})"));
    assert!(own || listed(), "{test} of {file} is not run");
}
