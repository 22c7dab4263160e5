//! Attempts to get round the protected fields, and common mistakes: each is refused, and the first
//! line of the message says what to do.

use podgraft_testkit::{
    files::{files, relative, root, text},
    snapshot::assert_file,
};

use crate::support::podgraft;

fn every_file_is_refused(folder: &str, at_least: usize) {
    let inputs = files(&root().join("tests/refused").join(folder), ".yaml");
    assert!(inputs.len() >= at_least);
    for input in inputs {
        let output = podgraft(&["render", "-f", relative(&input)], b"");
        assert_eq!(output.status.code(), Some(1), "{} is not refused", relative(&input));
        assert!(output.stdout.is_empty(), "{} prints a result", relative(&input));
        let first = text(&output.stderr).lines().next().unwrap();
        assert!(first.starts_with("error["), "{}: {first}", relative(&input));
        assert_file(&input.with_extension("stderr"), text(&output.stderr));
    }
}

#[test]
fn protected_fields_cannot_be_got_round() {
    every_file_is_refused("protected", 40);
}

#[test]
fn mistakes_are_told() {
    every_file_is_refused("mistakes", 30);
}

#[test]
fn all_directives_are_tried() {
    let all: String = files(&root().join("tests/refused/protected"), ".yaml")
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    for directive in [
        "$patch: delete",
        "$patch: replace",
        "$patch: merge",
        "$retainKeys",
        "$unset",
        "$append/",
        "$prepend/",
        "$deleteFromPrimitiveList/",
        "$setElementOrder/",
    ] {
        assert!(all.contains(directive), "{directive} is not tried");
    }
}
