//! The pages for contributors name files and commands that exist, and what they say to do can be done.

use std::fs;

use crate::{
    commands::Commands,
    support::{podgraft, root, text},
};

const PAGES: [&str; 4] = ["CONTRIBUTING.md", "SECURITY.md", "fuzz/README.md", "examples/README.md"];

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

/// What is between single backticks, outside of blocks.
fn code_spans(page: &str) -> Vec<&str> {
    let outside = page.split("```").step_by(2);
    outside.flat_map(|part| part.split('`').skip(1).step_by(2)).collect()
}

/// The steps of "An overlay", done in a copy: the files of that section make an overlay that the test beside it
/// gets, and no test of another folder.
#[test]
fn the_steps_of_an_overlay_make_one() {
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let section = page.split_once("## An overlay").unwrap().1.split("\n## ").next().unwrap();
    let mut blocks = section.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap());
    let folder = std::env::temp_dir().join(format!("podgraft-contributing-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("overlay.yaml"), unindented(blocks.next().unwrap())).unwrap();
    fs::write(folder.join("test.yaml"), unindented(blocks.next().unwrap())).unwrap();
    let (own, test) = (folder.to_str().unwrap(), folder.join("test.yaml"));
    let render = |file: &str| {
        let overlays = ["--overlays", "overlays/", "--overlays", own];
        let arguments = [&["render", "--deny", "warnings", "-f", file][..], &overlays].concat();
        let output = podgraft(&arguments, b"");
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let (with, without) = (render(test.to_str().unwrap()), render("overlays/spot-workers/test.yaml"));
    fs::remove_dir_all(&folder).unwrap();
    let wanted = section.split("`renders:").nth(1).unwrap().split('`').next().unwrap().trim();
    assert!(with.contains(wanted) && !without.contains(wanted), "{wanted} in\n{with}");
}

/// The lines of a block within a numbered step.
fn unindented(block: &str) -> String {
    block.lines().map(|line| line.strip_prefix("   ").unwrap_or(line).to_owned() + "\n").collect()
}
