//! The example is used as its users would use it.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::PathBuf, process::Command};

const WIDGET: &str = "apiVersion: example.com/v1
kind: Widget
metadata: {name: cache, namespace: shop, labels: {team: web}}
spec:
  image: widget:4
  podTemplate:
    spec: {priorityClassName: high, containers: [{name: widget, $append/args: [--size=1Gi]}]}
";
const OVERLAY: &str = "apiVersion: example.com/v1
kind: ClusterPodOverlay
metadata: {name: web}
spec:
  selector: {matchLabels: {team: web}}
  defaults: {podTemplate: {spec: {priorityClassName: low}}}
  overrides: {eachContainer: {imagePullPolicy: Always}}
  constraints: [{path: .spec.priorityClassName, enum: [low, high]}]
";

const EXPLAINED: &str = "# Widget shop/cache, pod
metadata:
  labels:
    widget: cache            # base
spec:
  containers:
  - name: widget             # base
    args:
    - --size=1Gi             # podTemplate, appended
    image: widget:4          # base
    imagePullPolicy: Always  # ClusterPodOverlay web (overrides), for each container
    ports:
    - containerPort: 8080    # base
  priorityClassName: high    # podTemplate
";
const CHANGED_BY_OVERLAYS: &str = "--- no overlays
+++ the overlays
@@ 1 widget: the Widget @@
 .spec.containers[name=\"widget\"].imagePullPolicy, in the pod
+  Always  # ClusterPodOverlay web (overrides)
";

/// A folder of this test's own, with the files in it.
fn folder(name: &str, widget: &str, overlay: &str) -> [String; 2] {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    [("widget.yaml", widget), ("overlay.yaml", overlay)].map(|(file, text)| {
        fs::write(folder.join(file), text).unwrap();
        folder.join(file).to_str().unwrap().to_owned()
    })
}

/// Exit code, standard output and standard error.
fn run(command: &str, files: &[String]) -> (i32, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_widget-operator")).arg(command).args(files).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn overlays_and_the_template_are_grafted_and_explained() {
    let files = folder("fine", WIDGET, OVERLAY);
    let (code, pod, said) = run("render", &files);
    assert_eq!((code, said.as_str()), (0, ""));
    for line in ["priorityClassName: high", "- --size=1Gi", "imagePullPolicy: Always", "image: widget:4"] {
        assert!(pod.contains(line), "{line}:\n{pod}");
    }
    let (_, layers, _) = run("explain", &files);
    assert_eq!(layers, EXPLAINED);
    let (_, differences, _) = run("diff", &files);
    assert_eq!(differences, CHANGED_BY_OVERLAYS);
}

#[test]
fn its_own_protected_fields_and_the_overlays_constraints_hold() {
    let other = WIDGET
        .replace("high", "huge")
        .replace("containers: [", "containers: [{name: widget, ports: [{$patch: replace}]}, ");
    let other = other
        .replace("}, {name: widget, $append/args: [--size=1Gi]}", "}")
        .replace("spec: {priority", "metadata: {labels: {widget: x}}\n    spec: {priority");
    let (code, _, said) = run("render", &folder("refused", &other, OVERLAY));
    assert_eq!(code, 1, "{said}");
    for part in ["label widget", "port 8080", "priorityClassName"] {
        assert!(said.contains(part), "{part}:\n{said}");
    }
}

#[test]
fn a_field_of_a_pod_beside_the_templates_of_an_overlay_is_told_its_place() {
    let misplaced = OVERLAY.replace("defaults: {", "tolerations: []\n  defaults: {");
    let (code, _, said) = run("render", &folder("misplaced", WIDGET, &misplaced));
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("spec.defaults.podTemplate.spec.tolerations"), "{said}");
}

#[test]
fn the_schema_of_the_template_is_in_its_crd() {
    let (code, schema, _) = run("crd", &[]);
    assert_eq!(code, 0);
    assert!(schema.contains("podTemplate:") && schema.contains("tolerations:"), "{schema}");
}
