//! What the documents show is what happens: console blocks are run by a shell, and the page of protected fields is made
//! from the table that judges. UPDATE=1 rewrites both.

use std::{path::Path, process::Command};

use podgraft_locust::protected::protected_fields;
use podgraft_testkit::{
    files::{files, relative, root, text},
    snapshot::assert_file,
};

#[test]
fn the_readme_shows_real_output() {
    shows_real_output(&root().join("README.md"));
}

#[test]
fn the_page_of_examples_shows_real_output() {
    shows_real_output(&root().join("examples/README.md"));
}

#[test]
fn the_page_of_overlays_shows_real_output() {
    shows_real_output(&root().join("docs/overlays.md"));
}

#[test]
fn the_page_of_pod_security_shows_real_output() {
    shows_real_output(&root().join("docs/pod-security.md"));
}

#[test]
fn the_pages_of_the_overlays_show_real_output() {
    let pages = files(&root().join("overlays"), "README.md");
    assert!(pages.len() >= 14, "an index and a page for each folder");
    for page in pages {
        shows_real_output(&page);
        shows_what_is_rendered(&page);
    }
}

/// Blocks that begin with `yaml rendered` are parts of the file `rendered` beside the page, perhaps less indented.
fn shows_what_is_rendered(file: &Path) {
    let page = std::fs::read_to_string(file).unwrap();
    for block in page.split("```yaml rendered\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let rendered = std::fs::read_to_string(file.with_file_name("rendered")).unwrap();
        let indented = |indent: usize| {
            let lines = block.lines().map(|line| " ".repeat(indent) + line);
            lines.collect::<Vec<_>>().join("\n") + "\n"
        };
        let is_there = (0..16).any(|indent| rendered.contains(&format!("\n{}", indented(indent))));
        assert!(is_there, "{} shows what is not rendered:\n{block}", relative(file));
    }
}

fn shows_real_output(file: &Path) {
    let page = std::fs::read_to_string(file).unwrap();
    let mut parts = page.split("```console\n");
    let mut wanted = parts.next().unwrap().to_owned();
    for part in parts {
        let (block, rest) = part.split_once("```").unwrap();
        let command = block.lines().next().unwrap();
        wanted.extend(["```console\n", command, "\n", &output(command), "```", rest]);
    }
    assert_file(file, &wanted);
}

/// What a shell prints for a command line, messages last; nothing for those that do not run podgraft.
fn output(command: &str) -> String {
    let Some(line) = command.strip_prefix("$ ").filter(|line| line.starts_with("podgraft ")) else {
        return String::new();
    };
    let folder = Path::new(env!("CARGO_BIN_EXE_podgraft")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let output =
        Command::new("sh").args(["-c", line]).env("PATH", path).current_dir(root()).output().unwrap();
    let (printed, said) = (text(&output.stdout), text(&output.stderr));
    assert!(!said.contains("For more information, try '--help'."), "{command}: {said}");
    let end = if said.is_empty() { "" } else { "\n" };
    format!("{printed}{}{end}", said.trim_end_matches('\n'))
}

#[test]
fn the_page_of_protected_fields_is_the_table() {
    let mut page = "# Protected fields\n\nThe operator needs these in the final pod, whoever sets them and however. \
        They are judged once, on the result, so no directive gets round them; a later layer may mend what an earlier one broke. \
        They stop accidents, not attackers: an author chooses the image and the command.\n\n\
        This page is made from the table that judges.\n"
        .to_owned();
    for field in protected_fields() {
        let roles: Vec<&str> = field.roles.iter().map(|role| role.as_str()).collect();
        let roles = roles.join(" and ");
        page.extend(["\n## `", field.path, "`\n\n*", &roles, "*: ", field.rule, ".\n\nWhy: ", field.reason]);
        page.extend(["\n\nInstead: ", field.remedy, "\n"]);
    }
    assert_file(&root().join("docs/protected-fields.md"), &page);
}
