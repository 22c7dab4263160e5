//! What `podgraft validate` says: the same as `render`, in every format, to people and to programs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

use podgraft::codes;
use podgraft_testkit::files::{files, relative, root, text};
use serde_json::Value;

use crate::support::podgraft;

const TEST: &str = "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {name: a}\nspec:\n  image: i\n  master: {command: ''}\n  worker: {command: '', replicas: 1}\n";
const MISSPELT: &str = "  podTemplate: {spec: {tolerationz: []}}\n";

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let file = root().join("conformance/sarif/sarif-schema-2.1.0.json");
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    // Two languages' pattern is no regular expression of JSON Schema: it has a bracket too many. No log has them.
    for definition in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{definition}/properties/language")).unwrap();
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
});

/// The log on standard output, which OASIS' schema accepts.
fn sarif(output: &Output) -> Value {
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let wrong: Vec<String> = SCHEMA.iter_errors(&log).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{log:#}");
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let rule =
            &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    run.clone()
}

/// Severity and code of everything in a log.
fn said_in(run: &Value) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let results = run["results"].as_array().unwrap().iter();
    let told = run["invocations"][0]["toolExecutionNotifications"].as_array().into_iter().flatten();
    let mut said: Vec<_> = results
        .map(|result| (word(&result["level"]), word(&result["ruleId"])))
        .chain(told.map(|told| (word(&told["level"]), word(&told["associatedRule"]["id"]))))
        .collect();
    said.sort();
    said
}

/// A workflow command: its name, its properties, its message.
#[derive(Debug)]
struct Annotation {
    severity: String,
    properties: Vec<(String, String)>,
    message: String,
}

impl Annotation {
    /// Reads a line as GitHub's runner does: properties end at a comma, and values are unescaped.
    fn read(line: &str) -> Self {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (name, properties) = head.split_once(' ').unwrap();
        let plain = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
        let property = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap();
            let value = plain(value).replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
            (name.to_owned(), value)
        };
        Self {
            severity: if name == "notice" { "note" } else { name }.to_owned(),
            properties: properties.split(',').map(property).collect(),
            message: plain(message).replace("%25", "%"),
        }
    }

    fn of(output: &Output) -> Vec<Self> {
        text(&output.stdout).lines().map(Self::read).collect()
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Every input with LocustTests that other tests and the documents have, as arguments.
fn corpus() -> Vec<Vec<String>> {
    let all: Vec<PathBuf> =
        ["tests/refused", "tests/cases", "docs/examples", "docs/diagnostics", "tests/real_locust"]
            .iter()
            .flat_map(|folder| files(&root().join(folder), ".yaml"))
            .chain(files(&root().join("docs/diagnostics"), ".json"))
            .collect();
    let mut corpus: Vec<Vec<String>> =
        all.iter().map(|file| vec!["-f".to_owned(), relative(file).to_owned()]).collect();
    let with_overlays = |tests: &str, overlays: &str| {
        ["-f", tests, "--overlays", overlays, "--namespace", "team-a=tier=gold"].map(str::to_owned).to_vec()
    };
    corpus.push(with_overlays("tests/overlays/files", "tests/overlays/files"));
    corpus.push(with_overlays("docs/examples", "tests/overlays/files/overlays"));
    for file in files(&root().join("docs/diagnostics"), ".yaml") {
        corpus.push(with_overlays("docs/diagnostics/with/checkout.yaml", relative(&file)));
    }
    corpus
}

fn run(command: &str, arguments: &[String], more: &[&str]) -> Output {
    let arguments: Vec<&str> = [command]
        .into_iter()
        .chain(arguments.iter().map(String::as_str))
        .chain(more.iter().copied())
        .collect();
    podgraft(&arguments, b"")
}

#[test]
fn every_format_says_what_render_says() {
    let corpus = corpus();
    assert!(corpus.len() > 200, "{}", corpus.len());
    // Most of the time goes by waiting for processes.
    std::thread::scope(|scope| {
        for part in corpus.chunks(corpus.len().div_ceil(4)) {
            scope.spawn(move || part.iter().for_each(|arguments| every_format_agrees(arguments)));
        }
    });
}

fn every_format_agrees(arguments: &[String]) {
    let rendered = run("render", arguments, &[]);
    let plain = run("validate", arguments, &[]);
    assert_eq!(text(&rendered.stderr), text(&plain.stderr), "{arguments:?}");
    assert!(plain.stdout.is_empty());
    let lines = run("validate", arguments, &["-o", "json"]);
    let mut said = said_on_lines(&lines);
    let mut rest = text(&plain.stderr).lines();
    for (severity, code) in &said {
        let head = format!("{severity}[{code}]: ");
        assert!(rest.any(|line| line.starts_with(&head)), "{head} in its turn: {}", text(&plain.stderr));
        let code = codes::all().find(|known| known == &code.as_str()).unwrap();
        let known = code.severities().iter().any(|known| known.to_string() == *severity);
        assert!(known, "{code} is said as {severity}");
    }
    said.sort();
    let log = run("validate", arguments, &["-o", "sarif"]);
    assert_eq!(said_in(&sarif(&log)), said, "{arguments:?}");
    let annotations = run("validate", arguments, &["-o", "github"]);
    let mut shown: Vec<(String, String)> = Annotation::of(&annotations)
        .iter()
        .map(|one| (one.severity.clone(), one.get("title").unwrap().to_owned()))
        .collect();
    shown.sort();
    assert_eq!(shown, said, "{arguments:?}");
    for output in [&plain, &lines, &log, &annotations] {
        assert_eq!(output.status.code(), rendered.status.code(), "{arguments:?}");
    }
    for output in [&lines, &log, &annotations] {
        assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    }
}

/// Severity and code of each line of `-o json`, in order.
fn said_on_lines(output: &Output) -> Vec<(String, String)> {
    let of = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let part = |name: &str| line[name].as_str().unwrap().to_owned();
        (part("severity"), part("code"))
    };
    text(&output.stdout).lines().map(of).collect()
}

#[test]
fn denied_warnings_refuse_in_every_format() {
    let warned = TEST.replace("master: {command: ''}", "master: {command: \"--tags 'a b'\"}");
    for format in ["text", "json", "sarif", "github"] {
        let arguments = ["validate", "-f", "-", "-o", format];
        assert_eq!(podgraft(&arguments, warned.as_bytes()).status.code(), Some(0), "{format}");
        let denied = podgraft(&[&arguments[..], &["--deny", "warnings"]].concat(), warned.as_bytes());
        assert_eq!(denied.status.code(), Some(1), "{format}");
        assert!(text(&denied.stderr).contains("warnings are denied"));
        let missing = podgraft(&["validate", "-f", "nowhere.yaml", "-o", format], b"");
        assert_eq!(missing.status.code(), Some(2), "{format}");
        assert!(missing.stdout.is_empty());
    }
}

/// A folder of its own, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("podgraft {name} {}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        // Without links, as the binary sees its working directory.
        Self(path.canonicalize().unwrap())
    }

    fn write(&self, name: &str, content: &str) {
        let file = self.0.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        run_in(&self.0, arguments)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_podgraft"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn uri(result: &Value) -> &str {
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()
}

#[test]
fn hostile_file_names_come_through() {
    let folder = Folder::new("names");
    for (name, wanted) in [
        ("plain.yaml", "plain.yaml"),
        ("a b.yaml", "a%20b.yaml"),
        ("100%.yaml", "100%25.yaml"),
        ("%41.yaml", "%2541.yaml"),
        ("a#b?c.yaml", "a%23b%3Fc.yaml"),
        ("x,y:z=1::w.yaml", "x%2Cy%3Az%3D1%3A%3Aw.yaml"),
        ("sub dir/größe 測試.yaml", "sub%20dir/gr%C3%B6%C3%9Fe%20%E6%B8%AC%E8%A9%A6.yaml"),
        ("new\nline.yaml", "new%0Aline.yaml"),
    ] {
        folder.write(name, &format!("{TEST}{MISSPELT}"));
        let absolute = folder.0.join(name);
        for file in [name, &format!("./{name}"), absolute.to_str().unwrap()] {
            let run = sarif(&folder.run(&["validate", "-f", file, "-o", "sarif"]));
            assert_eq!(uri(&run["results"][0]), wanted, "{file}");
            let shown = Annotation::of(&folder.run(&["validate", "-f", file, "-o", "github"]));
            assert_eq!(shown.len(), 1);
            assert_eq!(shown[0].get("file"), Some(file));
            assert_eq!((shown[0].get("line"), shown[0].get("col")), (Some("8"), Some("24")));
        }
        let elsewhere = Folder::new("elsewhere");
        let outside = elsewhere.run(&["validate", "-f", absolute.to_str().unwrap(), "-o", "sarif"]);
        let outside = sarif(&outside);
        let uri = uri(&outside["results"][0]);
        assert!(uri.starts_with("file:///") && uri.ends_with(&format!("/{wanted}")), "{uri}");
    }
}

#[test]
fn columns_are_code_points() {
    let input = format!(
        "{TEST}  podTemplate: {{metadata: {{annotations: {{a: \"😀é\"}}}}, spec: {{tolerationz: []}}}}\n"
    );
    let line = input.lines().nth(7).unwrap();
    let column = line.split("tolerationz").next().unwrap().chars().count() + 1;
    let run = sarif(&podgraft(&["validate", "-f", "-", "-o", "sarif"], input.as_bytes()));
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let region = &run["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], 8);
    assert_eq!(region["startColumn"], column);
}

#[test]
fn standard_input_has_a_place_and_nothing_has_none() {
    let broken = format!("{TEST}{MISSPELT}");
    let run = sarif(&podgraft(&["validate", "-f", "-", "-o", "sarif"], broken.as_bytes()));
    assert_eq!(uri(&run["results"][0]), "-");
    let driver = &run["tool"]["driver"];
    assert_eq!(
        (&driver["name"], &driver["version"]),
        (&"podgraft".into(), &env!("CARGO_PKG_VERSION").into())
    );
    assert_eq!(driver["rules"][0]["defaultConfiguration"]["level"], "error");
    let names: Vec<&str> = run["results"][0]["locations"][0]["logicalLocations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|location| location["fullyQualifiedName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["LocustTest a", "LocustTest a .spec.tolerationz", "podTemplate"]);
    let shown = Annotation::of(&podgraft(&["validate", "-f", "-", "-o", "github"], broken.as_bytes()));
    assert_eq!((shown[0].get("file"), shown[0].get("title")), (None, Some("unknown-field")));
    // Neither an object nor a text: no result, for code scanning refuses results without a place.
    let run = sarif(&podgraft(&["validate", "-f", "-", "-o", "sarif"], b""));
    assert_eq!(run["results"].as_array().unwrap().len(), 0);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["associatedRule"]["id"], "no-locust-test");
    // What the test does not say itself is shown at the test.
    let lint = TEST.replace("replicas: 1", "replicas: 1, labels: {managed-by: me}");
    let run = sarif(&podgraft(&["validate", "-f", "-", "-o", "sarif"], lint.as_bytes()));
    assert_eq!(run["results"][0]["level"], "warning");
    assert!(run["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"].is_u64());
}

const OVERLAY: &str = "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {name: images}\nspec:\n  constraints:\n  - eachContainer: .image\n    pattern: registry/.*\n    message: |\n      100% of images\n      ::error::come from registry\n";

#[test]
fn messages_of_several_lines_stay_one_annotation() {
    let folder = Folder::new("lines");
    folder.write("test.yaml", TEST);
    folder.write("overlay.yaml", OVERLAY);
    let output = folder.run(&["validate", "-f", "test.yaml", "--overlays", "overlay.yaml", "-o", "github"]);
    let shown = Annotation::of(&output);
    let begins = |message: &str| {
        message.starts_with("100% of images\n::error::come from registry (container \"")
            && message.contains("\")\npath: .spec.")
    };
    assert!(!shown.is_empty() && shown.iter().all(|one| one.get("title") == Some("constraint")), "{shown:?}");
    assert!(begins(&shown[0].message));
    let run =
        sarif(&folder.run(&["validate", "-f", "test.yaml", "--overlays", "overlay.yaml", "-o", "sarif"]));
    let message = run["results"][0]["message"]["text"].as_str().unwrap();
    assert!(begins(message), "{message}");
}

#[test]
fn an_overlay_is_told_once_for_many_tests() {
    let folder = Folder::new("many");
    for name in ["a", "b", "c"] {
        folder.write(&format!("tests/{name}.yaml"), &TEST.replace("name: a", &format!("name: {name}")));
    }
    folder.write("overlay.yaml", &OVERLAY.replace(".image", ".imagee"));
    let arguments = ["validate", "-f", "tests", "--overlays", "overlay.yaml", "-o"];
    let run = sarif(&folder.run(&[&arguments[..], &["sarif"]].concat()));
    let codes: Vec<String> = said_in(&run).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["invalid-constraint", "invalid-overlay", "invalid-overlay", "invalid-overlay"]);
    let shown = Annotation::of(&folder.run(&[&arguments[..], &["github"]].concat()));
    assert_eq!(
        shown.iter().map(|one| one.get("file").unwrap()).collect::<Vec<_>>(),
        ["overlay.yaml", "tests/a.yaml", "tests/b.yaml", "tests/c.yaml"]
    );
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let folder = Folder::new("moves");
    let test = format!("{TEST}  podTemplate: {{spec: {{tolerationz: [], volumez: []}}}}\n");
    folder.write("a.yaml", &test);
    let before = sarif(&folder.run(&["validate", "-f", "a.yaml", "-o", "sarif"]));
    folder.write("a.yaml", &format!("# One\n# more\n---\n{test}"));
    let after = sarif(&folder.run(&["validate", "-f", "a.yaml", "-o", "sarif"]));
    let of = |run: &Value, name: &str| -> Vec<Value> {
        run["results"].as_array().unwrap().iter().map(|result| result[name].clone()).collect()
    };
    let prints = of(&before, "partialFingerprints");
    assert_eq!(prints, of(&after, "partialFingerprints"));
    assert_ne!(of(&before, "locations"), of(&after, "locations"));
    assert_eq!(prints.len(), 2);
    assert_ne!(prints[0], prints[1]);
}

/// A pipe has no end: in a folder it is left out, whatever it is called.
#[test]
fn what_is_no_file_in_a_folder_is_left_out() {
    let folder = std::env::temp_dir().join(format!("podgraft-pipes-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("test.yaml"), TEST).unwrap();
    let made = Command::new("mkfifo").arg(folder.join("pipe.yaml")).status().unwrap();
    assert!(made.success());
    std::os::unix::fs::symlink("/dev/zero", folder.join("zero.json")).unwrap();
    std::os::unix::fs::symlink(folder.join("test.yaml"), folder.join("linked.yml")).unwrap();
    let output = podgraft(&["render", "-f", folder.to_str().unwrap()], b"");
    fs::remove_dir_all(&folder).unwrap();
    let said = text(&output.stderr);
    assert!(said.contains("pipe.yaml: it is no file") && said.contains("zero.json: it is no file"), "{said}");
    // The link to a file is read: the test is there twice.
    assert_eq!(text(&output.stdout).matches("kind: Service").count(), 2);
}

/// What aliases and anchors copy is counted in bytes before it is copied.
#[test]
fn copies_of_large_texts_are_refused_before_they_are_made() {
    let filler = "x".repeat(1 << 20);
    let aliases = format!("a: &a {filler}\nb:\n{}", "- *a\n".repeat(9000));
    let merges = format!("a: &a {{k: {filler}}}\nb:\n{}", "- {<<: *a}\n".repeat(9000));
    let anchors: Vec<String> = (0..60).map(|name| format!("&n{name} [")).collect();
    let nested = format!("a: {}{filler}{}", anchors.concat(), "]".repeat(60));
    for yaml in [aliases, merges, nested] {
        let output = podgraft(&["validate", "-f", "-", "-o", "json"], yaml.as_bytes());
        let line: Value =
            serde_json::from_slice(output.stdout.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
        assert_eq!((line["code"].as_str(), output.status.code()), (Some("too-large"), Some(1)), "{line}");
    }
    // A few are fine.
    let some = format!("a: &a {filler}\nb: [*a, *a, *a]\n{TEST}");
    let output = podgraft(&["validate", "-f", "-", "-o", "json"], some.as_bytes());
    assert!(!text(&output.stdout).contains("too-large"));
}

/// As text, a hundred messages of a test are enough, errors before others; programs get all.
#[test]
fn very_many_messages_are_summed_up() {
    let tolerations: Vec<String> = (0..600).map(|index| format!("{{key: k{index}, wrong: x}}")).collect();
    let test = format!("{TEST}  podTemplate: {{spec: {{tolerations: [{}]}}}}\n", tolerations.join(", "));
    let shown = podgraft(&["validate", "-f", "-"], test.as_bytes());
    let said = format!("{}{}", text(&shown.stdout), text(&shown.stderr));
    let messages = said.matches("error[").count();
    assert_eq!(messages, 100, "{messages} errors are shown");
    assert!(
        said.contains(" more messages (") && said.contains("of LocustTest a; validate -o json has them"),
        "{said}"
    );
    let all = podgraft(&["validate", "-f", "-", "-o", "json"], test.as_bytes());
    let errors = text(&all.stdout).lines().filter(|line| line.contains("\"severity\":\"error\"")).count();
    assert!(errors >= 600, "{errors} errors for programs");
    assert_eq!((shown.status.code(), all.status.code()), (Some(1), Some(1)));
}
