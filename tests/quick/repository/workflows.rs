//! Workflow files and recipes run what `.ci/run` and people run, and nothing else.

use std::{collections::BTreeSet, fs, path::Path};

use podgraft_pod::manifest;
use podgraft_testkit::files::{files, relative, root};
use serde_json::{Map, Value};

use super::commands::Commands;

/// The steps that only a forge runs: the others are those of every change.
const FORGE_ONLY: [&str; 2] = ["advisories", "oldest-rust"];

#[test]
fn workflows_run_commands_that_exist() {
    let commands = Commands::read();
    let workflows = files(&root().join(".github/workflows"), ".yml");
    assert!(workflows.len() >= 2);
    let mut steps = BTreeSet::new();
    for file in &workflows {
        for (job, step) in jobs(file).iter().flat_map(|(name, job)| {
            assert!(job["timeout-minutes"].is_number(), "{}: {name} has no time limit", relative(file));
            job["steps"].as_array().unwrap().iter().map(move |step| (name, step))
        }) {
            if let Some(action) = step.get("uses") {
                let (_, version) = action.as_str().unwrap().split_once('@').unwrap();
                assert_eq!(version.matches('.').count(), 2, "{action} of {job} is not one version");
                continue;
            }
            let line = step["run"].as_str().unwrap();
            assert_eq!(commands.fault(line), None, "{}: {job}", relative(file));
            steps.extend(
                line.strip_prefix(".ci/run ").into_iter().flat_map(|line| line.split(' ').map(str::to_owned)),
            );
        }
    }
    assert_eq!(steps, commands.steps, "every step of .ci/run is in a workflow");
    assert!(FORGE_ONLY.iter().all(|step| steps.contains(*step)));
}

/// The jobs of a workflow file; it must be YAML that both YAML 1.1 and 1.2 read alike.
fn jobs(file: &Path) -> Map<String, Value> {
    let read = manifest::read(relative(file), &fs::read(file).unwrap());
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    let workflow = &read.documents[0].value;
    assert!(workflow["on"].is_object(), "{}: `on` without quotes is true in YAML 1.1", relative(file));
    assert_eq!(workflow["permissions"]["contents"], "read", "{}", relative(file));
    workflow["jobs"].as_object().unwrap().clone()
}

#[test]
fn recipes_are_single_commands_that_a_page_gives_in_full() {
    let commands = Commands::read();
    let recipes = fs::read_to_string(root().join("justfile")).unwrap();
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let mut count = 0;
    for recipe in recipes.split("\n\n").skip(1) {
        let lines: Vec<&str> = recipe.trim_end().lines().collect();
        let [comment, name, command] = lines[..] else {
            panic!("a comment, a name and one command: {recipe}")
        };
        assert!(comment.starts_with("# ") && name.ends_with(':'), "{recipe}");
        let command = command.trim_start();
        assert_eq!(commands.fault(command), None, "{name}");
        assert!(page.contains(&format!("`{command}`")), "CONTRIBUTING.md does not name {command}");
        count += 1;
    }
    assert!(count >= 8, "only {count} recipes");
}
