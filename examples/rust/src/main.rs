//! The render step of an operator that makes one Deployment of each Widget, and lets users override any field of its
//! pods: `crd`, or `render`, `explain` or `diff` with the file of a Widget and files of overlays.

use std::{borrow::Cow, fs, process::ExitCode};

use podgraft_merge::{
    diagnostic::Diagnostic,
    patch::UnknownFields,
    path::FieldPath,
    schema::{FieldType, Schema},
    work::Work,
};
use podgraft_pod::{
    difference::differences,
    graft::{Constraints, GraftOptions, Grafted, Rule, SourcedLayer, Validity, graft, layers_around},
    manifest::{self, Document},
    overlay::{Namespace, OverlayApi, OverlayHost, Overlays, labels_of},
    template_schema::partial_pod_template,
    validity::Workload,
};
use serde_json::{Value, json};

podgraft_merge::codes! {
    "Widgets" {
        NEEDED "needed" Error,
            "The operator needs the field as it made it."
            "Leave the field out."
    }
}

/// Overlays are `ClusterPodOverlay`s and `PodOverlay`s of the operator's own group.
static OVERLAYS: OverlayApi = OverlayApi::new("example.com", "v1", "widget");

/// The two things that the operator needs: the label that its Deployment selects, and the port of container `widget`.
struct Needed;

const PORTS: &str = ".spec.containers[name=\"widget\"].ports";

impl Rule for Needed {
    fn check(&self, pod: &Grafted<'_>) -> Vec<Diagnostic> {
        let label = FieldPath::fields(["metadata", "labels", "widget"]);
        let ports = FieldPath::parse(PORTS, FieldType::pod_template()).unwrap_or_default();
        let is_port = |ports: &Value| {
            ports.as_array().is_some_and(|all| all.iter().any(|port| port["containerPort"] == 8080))
        };
        let refused = |path, message: &str| Diagnostic::error(NEEDED, message).at(path);
        let mut found = Vec::new();
        if label.find(&pod.template) != label.find(&pod.base) {
            found.push(refused(label, "leave the label widget: the Deployment selects its pods by it"));
        }
        if !ports.find(&pod.template).is_some_and(is_port) {
            found.push(refused(ports, "leave port 8080 in container widget: the operator probes it"));
        }
        found
    }
}

/// The pod of a Widget with which layer set what, and everything that is to be said of it.
fn render<'a>(widget: &'a Document, overlays: &'a Overlays) -> (Grafted<'a>, Vec<Diagnostic>) {
    let text = |pointer: &str| widget.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let labels = labels_of(&widget.value);
    let namespace = Namespace::named(text("/metadata/namespace"));
    let base = json!({
        "metadata": {"labels": {"widget": text("/metadata/name")}},
        "spec": {"containers": [{"name": "widget", "image": text("/spec/image"), "ports": [{"containerPort": 8080}]}]}
    });
    let host =
        OverlayHost { noun: OVERLAYS.noun, labels: &labels, namespace: Some(&namespace), overlays: &[] };
    let (selected, mut diagnostics) = overlays.applying(&host);
    let origin = FieldPath::fields(["spec", "podTemplate"]);
    let own = widget.value.pointer("/spec/podTemplate").map(Cow::Borrowed);
    let own = own.map(|template| SourcedLayer::template("podTemplate", origin, template));
    let layers = layers_around(&selected, &["podTemplate"], own);
    let work = Work::limited(1_000_000);
    let pod = graft(base, layers, GraftOptions { unknown_fields: UnknownFields::Refuse, work: &work });
    diagnostics.extend(pod.layer_diagnostics(widget));
    let overlays = selected.in_order_of_overrides();
    let help_of_base = |_: &FieldPath| "no layer sets it: set it in podTemplate".to_owned();
    let demands = Constraints { overlays: &overlays, namespace: Some(&namespace), help_of_base, work: &work };
    diagnostics.extend(
        pod.judge(&[&Needed, &Validity { workload: Workload::LongRunning, work: &work }, &demands], widget),
    );
    (pod, diagnostics)
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words == ["crd"] {
        let properties = json!({"image": {"type": "string"}, "podTemplate": partial_pod_template()});
        print!("{}", manifest::to_yaml(&json!({"type": "object", "properties": properties})));
        return ExitCode::SUCCESS;
    }
    let read = |file: &String| manifest::read(file, &fs::read(file).unwrap_or_default()).documents;
    let widgets = words.get(1).map(read).unwrap_or_default();
    let (Some(command), [widget]) = (words.first(), &widgets[..]) else {
        eprintln!("usage: widget-operator crd | (render|explain|diff) WIDGET [OVERLAY...]");
        return ExitCode::from(2);
    };
    let overlays = Overlays::read(&OVERLAYS, words.iter().skip(2).flat_map(read));
    let (pod, diagnostics) = render(widget, &overlays);
    for one in overlays.diagnostics().iter().chain(&diagnostics) {
        eprintln!("{one}");
    }
    match command.as_str() {
        "explain" => {
            for leaf in pod.leaves() {
                println!("{}: {}", leaf.path, pod.layer_name(leaf.history.layer));
            }
        }
        "diff" => differences(&pod.base, &pod.template, Schema::pod_template())
            .iter()
            .for_each(|one| println!("{one}")),
        _ => print!("{}", manifest::to_yaml(&pod.template)),
    }
    ExitCode::from(u8::from(diagnostics.iter().any(Diagnostic::is_error)))
}
