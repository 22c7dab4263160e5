//! The examples in Go and Python: both merge, refuse and warn alike, and put the schema of partial pod templates
//! into a CRD, which an API server takes. They find podgraft on the path.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Output, Stdio},
};

use podgraft_pod::manifest;
use podgraft_testkit::files::{root, text};
use serde_json::{Value, json};

/// The folder of an example, and what runs it there.
const PROGRAMS: [(&str, &[&str]); 2] = [("go", &["go", "run", "."]), ("python", &["python3", "widgets.py"])];

/// Runs an example; a Widget of `examples/widgets` is its input.
fn run((folder, words): (&str, &[&str]), command: &str, widget: Option<&str>) -> Output {
    let programs = Path::new(env!("CARGO_BIN_EXE_podgraft")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let widget = widget.map(|name| File::open(root().join(format!("examples/widgets/{name}.json"))).unwrap());
    Command::new(words[0])
        .args(&words[1..])
        .arg(command)
        .current_dir(root().join("examples").join(folder))
        .env("PATH", path)
        .stdin(widget.map_or_else(Stdio::null, Stdio::from))
        .output()
        .unwrap_or_else(|error| panic!("install {} to run examples/{folder}: {error}", words[0]))
}

#[test]
fn both_merge_the_template_and_print_warnings() {
    for program in PROGRAMS {
        let output = run(program, "render", Some("cache"));
        assert!(output.status.success(), "{program:?}: {}", text(&output.stderr));
        let pod: Value = serde_json::from_slice(&output.stdout).unwrap();
        let pod = &pod["spec"]["template"]["spec"];
        assert_eq!(
            pod,
            &json!({
                "containers": [{
                    "name": "widget", "image": "registry.example.com/widget:4", "args": ["--listen=:8080", "--size=1Gi"],
                    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                }],
                "volumes": [{"name": "data", "emptyDir": {"sizeLimit": "1Gi"}}],
            }),
            "{program:?}"
        );
        assert_eq!(
            text(&output.stderr),
            "warning[nothing-to-unset] .spec.template.spec.priorityClassName: \
             remove \"priorityClassName\" from $unset: there is nothing to remove\n"
        );
    }
}

#[test]
fn both_refuse_a_mistake_in_podgrafts_words() {
    for program in PROGRAMS {
        let output = run(program, "render", Some("typo"));
        assert_eq!(output.status.code(), Some(1), "{program:?}");
        assert!(output.stdout.is_empty());
        let first = text(&output.stderr).lines().next().unwrap();
        let wanted = "error[unknown-target] .spec.template.spec.containers[name=\"widgt\"]: \
            no container has name \"widgt\"; did you mean \"widget\"?";
        assert!(first.starts_with(wanted), "{program:?}: {first}");
    }
}

#[test]
fn both_render_a_widget_without_a_template() {
    for program in PROGRAMS {
        let output = run(program, "render", Some("plain"));
        assert_eq!(text(&output.stderr), "", "{program:?}");
        assert!(text(&output.stdout).contains(r#""name":"widget""#), "{program:?}");
    }
}

#[test]
fn both_put_the_schema_into_the_crd() {
    let schema = fs::read(root().join("crds/schema/partial-pod-template.json")).unwrap();
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    for program in PROGRAMS {
        let output = run(program, "crd", None);
        assert!(output.status.success(), "{program:?}: {}", text(&output.stderr));
        let read = manifest::read("crd", &output.stdout);
        assert!(read.diagnostics.is_empty(), "{program:?}: {:?}", read.diagnostics);
        let root = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties";
        assert_eq!(
            read.documents[0].value.pointer(&format!("{root}/podTemplate")),
            Some(&schema),
            "{program:?}"
        );
    }
}

/// A real API server takes the CRD, and keeps a template with directives as it was written.
#[test]
fn an_api_server_keeps_the_template_as_written() {
    let (_turn, plane) = crate::plane();
    let crd = run(PROGRAMS[1], "crd", None).stdout;
    let file = plane.folder().join("crd.yaml");
    fs::write(&file, crd).unwrap();
    plane.install(file.to_str().unwrap(), "widgets");
    let widget = "examples/widgets/cache.json";
    for way in [&["apply"][..], &["apply", "--server-side", "--force-conflicts"]] {
        plane.kubectl_ok(&[way, &["-f", widget]].concat(), b"");
        let stored: Value =
            serde_json::from_str(&plane.kubectl_ok(&["get", "widget", "cache", "-o", "json"], b"")).unwrap();
        let written: Value = serde_json::from_slice(&fs::read(root().join(widget)).unwrap()).unwrap();
        assert_eq!(stored["spec"], written["spec"], "{way:?}");
    }
}

/// What is promised of the examples: they are short.
#[test]
fn each_has_less_than_sixty_lines() {
    for file in ["examples/go/main.go", "examples/python/widgets.py"] {
        let lines = fs::read_to_string(root().join(file)).unwrap().lines().count();
        assert!(lines < 60, "{file} has {lines}");
    }
}
