//! What the documents show is what happens: console blocks in the README are run, and the page of
//! protected fields is made from the table that judges. UPDATE=1 rewrites both.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use podgraft::judge::protected_fields;
use support::{assert_file, podgraft, root, text};

#[test]
fn the_readme_shows_real_output() {
    let file = root().join("README.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let mut parts = page.split("```console\n");
    let mut wanted = parts.next().unwrap().to_owned();
    for part in parts {
        let (block, rest) = part.split_once("```").unwrap();
        let command = block.lines().next().unwrap();
        wanted.extend(["```console\n", command, "\n", &output(command), "```", rest]);
    }
    assert_file(&file, &wanted);
}

/// What a command line prints; nothing for those that do not run podgraft.
fn output(command: &str) -> String {
    let Some(arguments) = command.strip_prefix("$ podgraft ") else { return String::new() };
    let arguments = shlex(arguments);
    let output = podgraft(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), b"");
    format!(
        "{}{}",
        text(&output.stdout),
        text(&output.stderr).trim_end_matches('\n').to_owned() + newline(&output.stderr)
    )
}

fn newline(bytes: &[u8]) -> &'static str {
    if bytes.is_empty() { "" } else { "\n" }
}

/// Words as the shell would split them.
fn shlex(command: &str) -> Vec<String> {
    podgraft::locust::command::words(command).unwrap()
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
