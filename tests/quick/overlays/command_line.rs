//! `--overlays` and `--namespace` of `podgraft render`.

use podgraft_testkit::{
    files::{root, text},
    snapshot::assert_file,
};

use crate::support::podgraft;

const FILES: &str = "tests/overlays/files";

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = podgraft(arguments, b"");
    (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

#[test]
fn overlays_and_namespaces_are_read_from_files_and_arguments() {
    let (tests, overlays) = (format!("{FILES}/tests.yaml"), format!("{FILES}/overlays"));
    let arguments = ["render", "-f", &tests, "--overlays", &overlays, "--namespace", "team-a"];
    let (code, printed, said) = run(&arguments);
    assert_eq!(code, Some(0), "{said}");
    // The Namespace among the files says that team-a is gold; both objects without a namespace are in it.
    assert_file(&root().join(FILES).join("rendered"), &printed);
    assert_file(&root().join(FILES).join("messages"), &said);
    // What the command line says of a namespace counts.
    let (code, _, said) = run(&[&arguments[..6], &["team-a=tier=tin"]].concat());
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("mesh"), "baseline applies: {said}");
}

#[test]
fn a_refusal_points_at_what_was_written_and_names_the_overlay() {
    let (test, overlays) = (format!("{FILES}/refused.yaml"), format!("{FILES}/overlays"));
    let (code, printed, said) =
        run(&["render", "-f", &test, "--overlays", &overlays, "--namespace", "team-a=tier=gold"]);
    assert_eq!((code, &*printed), (Some(1), ""), "{said}");
    assert_file(&root().join(FILES).join("refusals"), &said);
}

#[test]
fn what_is_missing_is_asked_for() {
    let (tests, overlays) = (format!("{FILES}/tests.yaml"), format!("{FILES}/overlays"));
    for (more, wanted, part) in [
        (&[][..], Some(0), "warning[unknown-namespace]"),
        (&["--namespace", "team-b="], Some(0), ""),
        (&["--namespace", "=tier=gold"], Some(2), "write the namespace's name first"),
        (&["--namespace", "team-b=gold"], Some(2), "write each label as label=value"),
        (&["--overlays", "tests/overlays/nowhere"], Some(2), "cannot read"),
    ] {
        let (code, _, said) = run(&[&["render", "-f", &tests, "--overlays", &overlays], more].concat());
        assert_eq!(code, wanted, "{more:?}: {said}");
        assert!(said.contains(part), "{more:?}: {said}");
    }
    let (code, _, said) = run(&["render", "-f", &tests]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("error[missing-overlay]"), "{said}");
    let (_, _, said) = run(&["render", "-f", &overlays]);
    assert!(said.contains("name its file with --overlays"), "{said}");
}

#[test]
fn one_folder_may_have_tests_and_overlays() {
    let overlays = format!("{FILES}/overlays");
    let arguments = ["render", "-f", FILES, "--overlays", &overlays, "--namespace", "team-a=tier=tin"];
    let (_, _, said) = run(&arguments);
    // They were named with --overlays, so nobody is asked to.
    assert!(!said.contains("name its file with --overlays"), "{said}");
    assert!(said.contains("left out v1 ConfigMap"), "{said}");
}
