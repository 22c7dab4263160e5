//! Which commands there are: what pages, workflows and recipes tell people to run must exist.

use std::{collections::BTreeSet, fs, process::Command};

use podgraft_testkit::files::{root, text};

use super::dependencies::packages;
use crate::support::podgraft;

/// Programs that are not the project's own: that they exist is not its matter.
const OTHERS: [&str; 6] = ["cd", "git", "go", "kubectl", "rustup", "sed"];

/// Cargo's own commands, as far as they are used here.
const CARGO: [&str; 12] =
    ["bench", "build", "check", "clippy", "doc", "fmt", "fuzz", "install", "metadata", "run", "test", "tree"];

/// What can be run in this repository.
pub(crate) struct Commands {
    /// The kind and name of each target: `test cli`, `bench merge`, `bin podgraft`.
    targets: BTreeSet<String>,
    packages: BTreeSet<String>,
    aliases: BTreeSet<String>,
    /// Steps of `.ci/run`.
    pub(crate) steps: BTreeSet<String>,
    help: String,
}

impl Commands {
    pub(crate) fn read() -> Self {
        let (mut targets, mut names) = (BTreeSet::new(), BTreeSet::new());
        for package in packages(&["--no-deps"]) {
            names.insert(package["name"].as_str().unwrap().to_owned());
            for target in package["targets"].as_array().unwrap() {
                let kind = target["kind"][0].as_str().unwrap();
                targets.insert(format!("{kind} {}", target["name"].as_str().unwrap()));
            }
        }
        let listed = Command::new(root().join(".ci/run")).arg("--list").output().unwrap();
        let steps = text(&listed.stdout).split_whitespace().map(str::to_owned).collect();
        let help = text(&podgraft(&["--help"], b"").stdout).to_owned();
        Self { targets, packages: names, aliases: aliases().map(|(name, _)| name).collect(), steps, help }
    }

    /// The names of all integration tests.
    pub(crate) fn tests(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().filter_map(|target| target.strip_prefix("test "))
    }

    /// Says what is wrong with one command line, if anything is.
    pub(crate) fn fault(&self, line: &str) -> Option<String> {
        let mut words = line.split_whitespace().skip_while(|word| is_assignment(word));
        let known = match words.next()? {
            ".ci/run" | "bash" => {
                let unknown = words.find(|word| *word != ".ci/run" && !self.steps.contains(*word));
                return unknown.map(|word| format!("`{line}`: .ci/run has no step {word}"));
            }
            "cargo" => return self.fault_of_cargo(line, words.collect()),
            "podgraft" => words.next().is_some_and(|word| self.help.contains(&format!("\n  {word} "))),
            script if script.contains('/') => root().join(script).is_file(),
            program => OTHERS.contains(&program),
        };
        (!known).then(|| format!("`{line}`: there is no such command"))
    }

    fn fault_of_cargo(&self, line: &str, mut words: Vec<&str>) -> Option<String> {
        words.retain(|word| !word.starts_with('+'));
        let command = *words.first()?;
        if !CARGO.contains(&command) && !self.aliases.contains(command) {
            return Some(format!("`{line}`: cargo has no command {command}"));
        }
        let own = words.iter().position(|word| *word == "--").unwrap_or(words.len());
        let binary = words[..own].windows(2).find(|pair| pair[0] == "--test").map(|pair| pair[1]);
        let topic = words[..own].iter().find_map(|word| word.split_once("::"));
        if let (Some(binary), Some((topic, _))) = (binary, topic)
            && !is_topic(binary, topic)
        {
            return Some(format!("`{line}`: the test {binary} has no module {topic}"));
        }
        words[..own].windows(2).find_map(|pair| {
            let known = match pair[0] {
                "--test" | "--bench" | "--example" | "--bin" => {
                    self.targets.contains(&format!("{} {}", &pair[0][2..], pair[1]))
                }
                "-p" | "--package" => self.packages.contains(pair[1]),
                "--manifest-path" | "--path" => root().join(pair[1]).exists(),
                _ => true,
            };
            (!known).then(|| format!("`{line}`: there is no {} {}", pair[0], pair[1]))
        })
    }
}

/// A topic of a test binary is a module of it.
fn is_topic(binary: &str, topic: &str) -> bool {
    let folder = root().join("tests").join(binary);
    folder.join(topic).is_dir() || folder.join(topic).with_extension("rs").is_file()
}

/// `NAME=value` before a command.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
    })
}

/// The aliases of `.cargo/config.toml`, each with its words.
pub(crate) fn aliases() -> impl Iterator<Item = (String, Vec<String>)> {
    let config = fs::read_to_string(root().join(".cargo/config.toml")).unwrap();
    let aliases = config.split_once("[alias]\n").unwrap().1.to_owned();
    let parsed: Vec<(String, Vec<String>)> = aliases
        .split("]\n")
        .filter_map(|alias| {
            let (name, words) = alias.split_once(" = [")?;
            Some((name.trim().to_owned(), quoted(words)))
        })
        .collect();
    parsed.into_iter()
}

/// The quoted strings of a TOML list.
fn quoted(list: &str) -> Vec<String> {
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn commands_that_are_not_there_are_found() {
    let commands = Commands::read();
    for line in
        ["cargo test --test quick repository::commands", "UPDATE=1 cargo quick", ".ci/run lints tests"]
    {
        assert_eq!(commands.fault(line), None);
    }
    for line in [
        "cargo test --test nonsense",
        "cargo test --test quick nonsense::",
        "cargo quik",
        ".ci/run lint",
        "podgraft rendr",
        "mak all",
    ] {
        assert!(commands.fault(line).is_some(), "{line}");
    }
}

#[test]
fn the_quick_tests_and_the_others_are_all_there_are() {
    let commands = Commands::read();
    for (name, words) in aliases() {
        assert_eq!(commands.fault(&format!("cargo {}", words.join(" "))), None, "the alias {name}");
    }
    let (_, quick) = aliases().find(|(name, _)| name == "quick").unwrap();
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    for test in commands.tests() {
        let is_quick = quick.windows(2).any(|pair| pair[0] == "--test" && pair[1] == test);
        let is_listed = page.contains(&format!("| `{test}` |"));
        assert!(
            is_quick != is_listed,
            "{test} belongs either into the alias `quick` of .cargo/config.toml, or into the table of CONTRIBUTING.md \
             that says what it needs beside Rust"
        );
    }
}
