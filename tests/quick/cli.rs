//! The contract of `podgraft render`: what it reads, prints and returns.

use std::process::Command;

use clap::CommandFactory;
use podgraft::cli::Cli;
use podgraft_testkit::{
    files::{root, text},
    snapshot::assert_file,
};

use crate::support::podgraft;

const TEST: &str = "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {name: a}\nspec: {image: i, master: {command: ''}, worker: {command: '', replicas: 1}}\n";

#[test]
fn other_kinds_are_left_out_with_a_note() {
    let input = format!("apiVersion: v1\nkind: ConfigMap\n---\n{TEST}---\n# nothing\n---\n");
    let output = podgraft(&["render", "-f", "-"], input.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).starts_with("note[left-out]: left out v1 ConfigMap"));
    assert_eq!(text(&output.stdout).matches("kind: Job").count(), 2);
}

#[test]
fn many_files_are_read_and_rendered_in_the_order_of_their_names() {
    let folder = std::env::temp_dir().join(format!("podgraft-many-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    // Some take longer than others, and one in ten is wrong.
    for number in 0..60 {
        let variables: Vec<String> =
            (0..number % 7 * 40).map(|variable| format!("{{name: V{variable}, value: a}}")).collect();
        let variables = variables.join(", ");
        let field = if number % 10 == 9 { "imag" } else { "image" };
        let test = format!(
            "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {{name: test-{number:02}}}\nspec:\n  {field}: i\n  master: {{command: ''}}\n  \
             worker: {{command: '', replicas: 1}}\n  podTemplate: {{spec: {{containers: [{{name: locust, env: [{variables}]}}]}}}}\n"
        );
        std::fs::write(folder.join(format!("{number:02}.yaml")), test).unwrap();
    }
    let arguments = ["-f", folder.to_str().unwrap()];
    let validated = podgraft(&[&["validate"][..], &arguments].concat(), b"");
    let said = text(&validated.stderr).to_owned();
    let wrong: Vec<usize> =
        (9..60).step_by(10).map(|number| said.find(&format!("{number:02}.yaml:")).unwrap()).collect();
    assert!(wrong.is_sorted(), "{said}");
    assert_eq!(validated.status.code(), Some(1));
    for number in (9..60).step_by(10) {
        std::fs::remove_file(folder.join(format!("{number:02}.yaml"))).unwrap();
    }
    let rendered = podgraft(&[&["render"][..], &arguments].concat(), b"");
    assert_eq!(rendered.status.code(), Some(0), "{}", text(&rendered.stderr));
    let names: Vec<&str> =
        text(&rendered.stdout).lines().filter(|line| line.starts_with("  name: test-")).collect();
    assert!(
        names.len() >= 54 * 3 && names.is_sorted_by_key(|name| &name[.."  name: test-00".len()]),
        "{names:?}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn lists_are_taken_apart() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: locust.io/v2\n  kind: LocustTest\n  metadata: {name: a}\n  spec: {imag: x}\n".to_string();
    let output = podgraft(&["render", "-f", "-"], list.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("did you mean \"image\"?"));
    assert!(text(&output.stderr).contains("-:7:10"), "{}", text(&output.stderr));
}

#[test]
fn items_of_a_list_of_one_kind_need_not_say_what_they_are() {
    let list =
        "apiVersion: locust.io/v2\nkind: LocustTestList\nitems:\n- metadata: {name: a}\n  spec: {imag: x}\n";
    let output = podgraft(&["render", "-f", "-"], list.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("did you mean \"image\"?"), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("-:5:10"), "{}", text(&output.stderr));
}

#[test]
fn with_any_error_nothing_is_printed() {
    let broken = TEST.replace("replicas: 1", "replicas: 0");
    let output = podgraft(&["render", "-f", "-"], format!("{TEST}---\n{broken}").as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
}

#[test]
fn warnings_can_be_denied() {
    let warned = TEST.replace("command: ''", "command: \"--tags 'a b'\"");
    assert_eq!(podgraft(&["render", "-f", "-"], warned.as_bytes()).status.code(), Some(0));
    let output = podgraft(&["render", "-f", "-", "--deny", "warnings"], warned.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
}

#[test]
fn validate_prints_each_message_as_one_line_of_json() {
    let broken = TEST.replace("replicas: 1", "replicas: 0").replace("image: i", "imag: i");
    let output = podgraft(&["validate", "-f", "-", "-o", "json"], broken.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    let messages: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(messages.len() > 1 && messages.iter().all(|said| said["severity"] == "error"), "{messages:?}");
}

#[test]
fn bad_input_is_refused_with_its_place() {
    let deep = "{\"a\":".repeat(5_000);
    let bomb: String = (1..40).fold("a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        let one = format!("*a{}", n - 1);
        text + &format!("a{n}: &a{n} [{}]\n", [&*one; 8].join(", "))
    });
    for (input, code) in [
        (&b"\xff\xfe"[..], "not-utf8"),
        (b"a: [", "invalid-yaml"),
        (b"{\"a\": 1,", "invalid-json"),
        (b"a: 1\na: 2\n", "duplicate-key"),
        (b"{\"a\": 1, \"a\": 2}", "duplicate-key"),
        (b"a: .nan\n", "not-a-number"),
        (b"- 1\n", "not-an-object"),
        (b"a: !!binary aGk=\n", "unsupported-tag"),
        (deep.as_bytes(), "too-deep"),
        (bomb.as_bytes(), "too-large"),
        (b"", "no-locust-test"),
        (b"apiVersion: locust.io/v9\nkind: LocustTest\n", "unsupported-version"),
    ] {
        let output = podgraft(&["render", "-f", "-"], input);
        let first = text(&output.stderr).lines().next().unwrap_or_default();
        assert!(first.starts_with(&format!("error[{code}]")), "{code}: {first}");
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_json_patch_is_a_list_in_json_or_yaml() {
    let base = "docs/patch/deployment.json";
    let operation = r#"[{"op": "replace", "path": "/metadata/name", "value": "shop"}]"#;
    let item = "- {op: replace, path: /metadata/name, value: shop}";
    for patch in [operation, "[{op: replace, path: /metadata/name, value: shop}]", item] {
        let output = podgraft(&["patch", "-f", base, "--type", "json", "-p", patch], b"");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains("name: shop"));
    }
    let yaml = b"- op: remove\n  path: /metadata/labels\n";
    let output = podgraft(&["patch", "-f", base, "--type", "json", "--patch-file", "-"], yaml);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("error[patch-failed]: correct operation 0"));
    for (kind, refused) in [("json", "error[invalid-patch]"), ("strategic", "error[not-an-object]")] {
        let patch = if kind == "json" { "{}" } else { operation };
        let output = podgraft(&["patch", "-f", base, "--type", kind, "-p", patch], b"");
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).starts_with(refused), "{}", text(&output.stderr));
    }
}

#[test]
fn what_is_wrong_with_the_base_is_told_where_the_base_is() {
    let folder = std::env::temp_dir().join(format!("podgraft-base-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let pod = |containers: &str| {
        let file = folder.join("base.yaml");
        let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n";
        std::fs::write(&file, format!("{head}{containers}")).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let patch = "spec: {containers: [{name: b, image: z}]}";
    for dialect in ["kubernetes", "extended"] {
        for (containers, place) in [
            ("  - {name: a, image: x}\n  - image: y\n", "base.yaml:7:5"),
            ("  - hello\n  - {name: b, image: y}\n", "base.yaml:"),
        ] {
            let base = pod(containers);
            let output = podgraft(&["patch", "-f", &base, "--dialect", dialect, "-p", patch], b"");
            assert_eq!(output.status.code(), Some(1));
            assert!(text(&output.stderr).contains(place), "{dialect}: {}", text(&output.stderr));
        }
        let base = pod("  - {name: a, image: x}\n").replace("base.yaml", "mixed.yaml");
        let mixed = "apiVersion: v1\nkind: Pod\nmetadata:\n  finalizers: [a, {b: c}]\n";
        std::fs::write(&base, mixed).unwrap();
        let more = "metadata: {finalizers: [d]}";
        let output = podgraft(&["patch", "-f", &base, "--dialect", dialect, "-p", more], b"");
        assert!(text(&output.stderr).contains("mixed.yaml:4:"), "{dialect}: {}", text(&output.stderr));
        let base = pod("  - {name: a, image: x}\n");
        let unnamed = "spec: {containers: [{image: z}]}";
        let output = podgraft(&["patch", "-f", &base, "--dialect", dialect, "-p", unnamed], b"");
        assert!(text(&output.stderr).contains("--patch:1:"), "{dialect}: {}", text(&output.stderr));
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_name_that_yaml_reads_as_something_else_is_told() {
    let file = std::env::temp_dir().join(format!("podgraft-overlay-{}.yaml", std::process::id()));
    let said_of = |metadata: &str, spec: &str| {
        let head = "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\n";
        std::fs::write(&file, format!("{head}metadata: {{{metadata}}}\nspec: {spec}\n")).unwrap();
        let arguments = ["validate", "-f", "-", "--overlays", file.to_str().unwrap()];
        let output = podgraft(&arguments, TEST.as_bytes());
        assert_eq!(output.status.code(), Some(1));
        text(&output.stderr).to_owned()
    };
    for (metadata, wanted) in [
        ("name: on", "error[invalid-name]: write metadata.name as a string, not as true: put it in quotes"),
        ("name: 5", "error[invalid-name]: write metadata.name as a string, not as 5: put it in quotes"),
        (
            "name: a, namespace: no",
            "error[invalid-namespace]: write metadata.namespace as a string, not as false",
        ),
        ("name: a, labels: {b: 1}", "error[invalid-value]: write \"b\" as a string, not as 1"),
    ] {
        let said = said_of(metadata, "{}");
        assert!(said.starts_with(wanted), "{said}");
    }
    let said = said_of("name: a", "{defaults: {eachContainer: {resources: {limits: {cpu: 0.5}}}}}");
    assert!(said.starts_with("error[invalid-value]: put 0.5 in quotes"), "{said}");
    std::fs::remove_file(&file).unwrap();
    let patch = "spec: {containers: [{name: a, resources: {limits: {cpu: 0.5}}}]}";
    let pod = b"apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: b}]}\n";
    for dialect in ["kubernetes", "extended"] {
        let output = podgraft(&["patch", "-f", "-", "--dialect", dialect, "-p", patch], pod);
        assert_eq!(output.status.code(), Some(0), "a pod may have it: {}", text(&output.stderr));
    }
}

#[test]
fn usage_and_input_failures_are_2() {
    for arguments in [
        &["render"][..],
        &["render", "-f", "nowhere.yaml"],
        &["render", "-f", "-", "-f", "-"],
        &["render", "-f", "-", "--overlays", "-"],
        &["diff", "-f", "docs/examples", "--overlays", "-", "--against", "-"],
        &["bogus"],
        &[],
    ] {
        let output = podgraft(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn without_a_test_the_way_to_name_one_is_told() {
    for command in ["render", "diff", "validate", "explain"] {
        let output = podgraft(&[command], b"");
        assert_eq!(output.status.code(), Some(2), "{command}");
        let said = text(&output.stderr);
        assert!(said.starts_with("error: give -f FILE, or locusttest/NAME"), "{command}: {said}");
    }
}

#[test]
fn overlays_are_added_as_if_they_were_named_twice() {
    let folder = std::env::temp_dir().join(format!("podgraft-added-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, seconds: u32| {
        let file = folder.join(name);
        let overlay = format!(
            "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {{name: {name}}}\n\
             spec: {{defaults: {{podTemplate: {{spec: {{terminationGracePeriodSeconds: {seconds}}}}}}}}}\n"
        );
        std::fs::write(&file, overlay).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (first, second) = (write("a", 1), write("b", 2));
    let render = |flags: [&str; 4]| podgraft(&[&["render", "-f", "-"], &flags[..]].concat(), TEST.as_bytes());
    let added = render(["--overlays", &first, "--add-overlays", &second]);
    let named = render(["--overlays", &first, "--overlays", &second]);
    assert!(text(&added.stdout).contains("terminationGracePeriodSeconds: 2"), "{added:?}");
    assert_eq!((added.status.code(), &added.stdout), (Some(0), &named.stdout));
    // Two files are two files: one of the same name replaces only what a cluster has.
    let twice = render(["--overlays", &first, "--add-overlays", &first]);
    assert_eq!(twice.status.code(), Some(1));
    assert!(text(&twice.stderr).contains("error[duplicate-overlay]"), "{}", text(&twice.stderr));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_configuration_is_a_typed_file() {
    let folder = std::env::temp_dir().join(format!("podgraft-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("config.yaml");
    std::fs::write(&file, "locustPods: {metricsExporter: {port: 9999}}\nkafka: {enabled: true}\n").unwrap();
    let output = podgraft(&["render", "-f", "-", "--config", file.to_str().unwrap()], TEST.as_bytes());
    assert!(text(&output.stdout).contains("port: 9999"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("KAFKA_BOOTSTRAP_SERVERS"));
    std::fs::write(&file, "kafka: {enabeld: true}\n").unwrap();
    let output = podgraft(&["render", "-f", "-", "--config", file.to_str().unwrap()], TEST.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("config.yaml:1:9"), "{}", text(&output.stderr));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn crds_are_printed() {
    assert!(text(&podgraft(&["crds"], b"").stdout).contains("locusttests.locust.io"));
}

/// The names of all commands, each with those that it is below.
fn commands(of: &clap::Command, path: &[String]) -> Vec<Vec<String>> {
    let mut all = vec![path.to_vec()];
    for command in of.get_subcommands().filter(|command| !command.is_hide_set()) {
        let path: Vec<String> = path.iter().cloned().chain([command.get_name().to_owned()]).collect();
        all.extend(commands(command, &path));
    }
    all
}

/// What `--help` shows on a terminal of 100 columns, with no variable set that it would show.
fn help(path: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_podgraft"))
        .args(path)
        .arg("--help")
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    assert!(output.status.success(), "{path:?}");
    let lines: Vec<&str> = text(&output.stdout).trim_end().lines().map(str::trim_end).collect();
    lines.join("\n")
}

#[test]
fn the_page_of_the_command_line_is_its_help() {
    let mut page = "# The command line\n\nResults go to standard output, messages to standard error. Exit codes: 0 fine (warnings too), \
        1 refused (`diff`: or different), 2 wrong usage or input/output failed. `-` as a file is standard input. Colours are only for a terminal, and not when \
        `NO_COLOR` is set.\n\nThis page is what `--help` prints; [CI](ci.md) says how to use `validate` there, and \
        [diagnostics](diagnostics.md) what its messages mean.\n"
        .to_owned();
    for path in commands(&Cli::command(), &[]) {
        let name = [&["podgraft".to_owned()], path.as_slice()].concat().join(" ");
        page.extend(["\n## `", &name, "`\n\n```text\n", &help(&path), "\n```\n"]);
    }
    assert_file(&root().join("docs/cli.md"), &page);
}

/// An overlay that gives pods so many seconds to end.
fn overlay_with_grace(seconds: u8) -> String {
    format!(
        "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {{name: grace}}\nspec:\n  defaults: \
         {{podTemplate: {{spec: {{terminationGracePeriodSeconds: {seconds}}}}}}}\n"
    )
}

/// The examples of a help: the exit code that the comment says, and the line.
fn examples(help: &str) -> Vec<(i32, String)> {
    let (_, examples) = help.split_once("\nExamples:\n").unwrap_or_default();
    let mut found: Vec<(i32, String)> = Vec::new();
    for example in examples.split("\n\n") {
        let (comment, line) = example.split_once("\n  ").unwrap_or(("", example));
        let code = comment.split_once("(exit code ").map_or(0, |(_, code)| code[..1].parse().unwrap());
        // A long line is folded by the help.
        let line = line.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        found.push((code, line));
    }
    found
}

#[test]
fn the_examples_of_every_help_do_what_they_say() {
    let folder = std::env::temp_dir().join(format!("podgraft-examples-{}", std::process::id()));
    let repository = |file: &str| std::fs::read_to_string(root().join(file)).unwrap();
    let test = repository("docs/examples/f-spot-workers/v2.yaml");
    for (name, content) in [
        ("test.yaml", test.clone()),
        ("test-v1.yaml", repository("docs/examples/a-shared-results/v1.yaml")),
        ("tests/test.yaml", test),
        ("overlays/grace.yaml", overlay_with_grace(60)),
        ("new-overlays/grace.yaml", overlay_with_grace(90)),
        ("deployment.yaml", repository("docs/patch/deployment.json")),
        ("config.yaml", repository("docs/config.example.yaml")),
    ] {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }
    let programs = std::path::Path::new(env!("CARGO_BIN_EXE_podgraft")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    for command in commands(&Cli::command(), &[]).into_iter().filter(|path| !path.is_empty()) {
        let examples = examples(&help(&command));
        assert!((2..=3).contains(&examples.len()), "{command:?}: {examples:?}");
        for (code, line) in examples {
            assert!(line.contains(&format!("podgraft {}", command.join(" "))), "{line}");
            let output = Command::new("sh")
                .args(["-c", &line])
                .current_dir(&folder)
                .env_clear()
                .env("PATH", &path)
                .env("HOME", &folder)
                .output()
                .unwrap();
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{line}: {said}");
            assert!(!said.contains("For more information, try '--help'."), "{line}: {said}");
        }
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn completions_know_every_command() {
    let names: Vec<String> = commands(&Cli::command(), &[]).into_iter().flatten().collect();
    assert!(names.len() >= 6, "{names:?}");
    for (shell, start) in
        [("bash", "_podgraft() {"), ("zsh", "#compdef podgraft\n"), ("fish", "complete -c podgraft ")]
    {
        let output = podgraft(&["completions", shell], b"");
        assert!(output.status.success() && output.stderr.is_empty(), "{shell}");
        let script = text(&output.stdout);
        assert!(script.contains(start), "{shell}: {script}");
        for name in &names {
            assert!(script.contains(name.as_str()), "{shell} does not know {name}");
        }
    }
}

#[test]
fn bash_can_read_its_completions() {
    let script = podgraft(&["completions", "bash"], b"").stdout;
    // Defines the completion as well, so that what bash would find only when it runs it is found here.
    let words = text(&script).to_owned()
        + "COMP_WORDS=(podgraft va); COMP_CWORD=1\n_podgraft podgraft va podgraft\necho \"${COMPREPLY[@]}\"\n";
    let syntax = Command::new("bash").args(["-n", "-c", text(&script)]).output().unwrap();
    assert!(syntax.status.success(), "{}", text(&syntax.stderr));
    let run = Command::new("bash").args(["--norc", "-c", &words]).output().unwrap();
    assert_eq!(text(&run.stdout), "validate\n", "{}", text(&run.stderr));
}
