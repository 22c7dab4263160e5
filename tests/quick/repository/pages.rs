//! The pages for contributors name files and commands that exist.

use std::fs;

use podgraft_testkit::{files::root, snapshot::assert_file};

use super::{commands::Commands, dependencies::packages};

const PAGES: [&str; 6] = [
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/benchmarks.md",
    "docs/library.md",
    "examples/README.md",
    "fuzz/README.md",
];

#[test]
fn pages_name_commands_that_exist() {
    let commands = Commands::read();
    for page in PAGES {
        let content = fs::read_to_string(root().join(page)).unwrap();
        let shown = content
            .split("```console\n")
            .skip(1)
            .flat_map(|block| block.split("```").next().unwrap().lines());
        let inline = code_spans(&content).into_iter().filter(|span| {
            ["cargo ", ".ci/run", "UPDATE=", "podgraft ", "conformance/"]
                .iter()
                .any(|start| span.starts_with(start))
                && span.contains(' ')
        });
        for line in shown.filter_map(|line| line.strip_prefix("$ ")).chain(inline) {
            if !line.contains("NAME") {
                assert_eq!(commands.fault(line), None, "{page}");
            }
        }
    }
}

#[test]
fn pages_name_files_that_exist() {
    for page in PAGES {
        let path = root().join(page);
        let content = fs::read_to_string(&path).unwrap();
        for link in content.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let file = link.split('#').next().unwrap();
            let is_local = !file.is_empty() && !file.contains("://");
            assert!(!is_local || path.with_file_name(file).exists(), "{page} links to {link}");
        }
        for span in code_spans(&content) {
            // What a step makes is called NAME: the folder that it goes into must be there.
            let existing = span.split("NAME").next().unwrap().rsplit_once('/').map(|(folder, _)| folder);
            if span.contains(' ')
                || span.starts_with("k8s.io/")
                || !span.contains('/')
                || span.starts_with(['<', '.', '~', '$'])
            {
                continue;
            }
            let exists = if span.contains("NAME") { existing.unwrap() } else { span };
            let is_there = root().join(exists).exists() || path.with_file_name(exists).exists();
            assert!(is_there, "{page} names {span}");
        }
    }
}

/// The map has every crate, and the page for other operators every one that is published.
#[test]
fn maps_have_every_crate() {
    let read = |page: &str| fs::read_to_string(root().join(page)).unwrap();
    let (map, library) = (read("CONTRIBUTING.md"), read("docs/library.md"));
    for package in packages(&["--no-deps"]) {
        let name = package["name"].as_str().unwrap();
        let folder = format!("crates/{name}");
        if root().join(&folder).exists() {
            assert!(map.contains(&format!("[`{folder}`]")), "CONTRIBUTING.md has no row for {folder}");
            let is_published = package["publish"].is_null();
            assert!(!is_published || library.contains(&folder), "docs/library.md does not name {folder}");
        }
    }
}

/// What is between single backticks, outside of blocks.
fn code_spans(page: &str) -> Vec<&str> {
    let outside = page.split("```").step_by(2);
    outside.flat_map(|part| part.split('`').skip(1).step_by(2)).collect()
}

/// A comment `<!-- FILE: START -->` before a block: the block is what stands in the file from the line that begins
/// with START to the next empty line. UPDATE=1 writes it.
#[test]
fn the_page_for_other_operators_shows_the_code_of_the_examples() {
    let path = root().join("docs/library.md");
    let page = fs::read_to_string(&path).unwrap();
    let mut parts = page.split("<!-- ");
    let mut wanted = parts.next().unwrap().to_owned();
    for part in parts {
        let (mark, rest) = part.split_once(" -->\n").unwrap();
        let (file, start) = mark.split_once(": ").unwrap();
        let (language, rest) = rest.split_once('\n').unwrap();
        let (_, rest) = rest.split_once("```").unwrap();
        let source = fs::read_to_string(root().join(file)).unwrap();
        let code: Vec<&str> = source
            .lines()
            .skip_while(|line| !line.starts_with(start))
            .take_while(|line| !line.trim().is_empty())
            .collect();
        assert!(!code.is_empty(), "{file} has no line that begins with {start}");
        wanted.extend(["<!-- ", mark, " -->\n", language, "\n", &code.join("\n"), "\n```", rest]);
    }
    assert_file(&path, &wanted);
}

/// The threat model promises nothing that no test holds.
#[test]
fn every_promise_of_the_threat_model_has_a_test() {
    let page = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let promises = page.split("## What is promised").nth(1).unwrap().split("## ").next().unwrap();
    let rows: Vec<&str> = promises.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 8, "{rows:?}");
    for row in rows {
        let tests = code_spans(row.rsplit(" | ").next().unwrap());
        let mut file = String::new();
        let mut found = 0;
        for name in tests {
            if name.contains('/') {
                file =
                    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            } else {
                assert!(file.contains(&format!("fn {name}(")), "{row}: there is no test {name}");
                found += 1;
            }
        }
        assert!(found > 0, "{row}: no test holds it");
    }
}
