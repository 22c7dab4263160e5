//! The render step of an operator that makes one Deployment of each Widget, and lets users override any field of its
//! pods: `crd`, or `render`, `explain` or `diff` with the file of a Widget and files of overlays.

use std::{borrow::Cow, fs, process::ExitCode};

use podgraft_merge::{
    diagnostic::Diagnostic, patch::UnknownFields, path::FieldPath, schema::FieldType, work::Work,
};
use podgraft_pod::{
    explain::{self, Explanation, Filter},
    graft::{Constraints, GraftOptions, Grafted, Rule, SourcedLayer, Validity, graft, layers_around},
    manifest::{self, Document},
    noun::Noun,
    overlay::{Namespace, OverlayApi, OverlayHost, Overlays, labels_of},
    overlay_diff::{self, OverlayDiff, RenderedObject},
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
static OVERLAYS: OverlayApi = OverlayApi::new("example.com", "v1", NOUN.one);
const NOUN: Noun = Noun { one: "widget", many: "widgets" };
const PORTS: &str = ".spec.containers[name=\"widget\"].ports";

/// The two things that the operator needs: the label that its Deployment selects, and the port of container `widget`.
struct Needed;

impl Rule for Needed {
    fn check(&self, pod: &Grafted<'_>) -> Vec<Diagnostic> {
        let label = FieldPath::fields(["metadata", "labels", "widget"]);
        let ports = FieldPath::parse(PORTS, FieldType::pod_template()).unwrap_or_default();
        let open = |all: &Value| all.as_array().into_iter().flatten().any(|one| one["containerPort"] == 8080);
        let refused = |path, message: &str| Diagnostic::error(NEEDED, message).at(path);
        let mut found = Vec::new();
        if label.find(&pod.template) != label.find(&pod.base) {
            found.push(refused(label, "leave the label widget: the Deployment selects its pods by it"));
        }
        if !ports.find(&pod.template).is_some_and(open) {
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
    let host = OverlayHost { noun: NOUN.one, labels: &labels, namespace: Some(&namespace), overlays: &[] };
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
    let validity = Validity { workload: Workload::LongRunning, work: &work };
    diagnostics.extend(pod.judge(&[&Needed, &validity, &demands], widget));
    (pod, diagnostics)
}

/// The pod with the layer of each field beside it. The same explanation may be told as text, JSON or a page.
fn explained(widget: &Document, pod: Grafted<'_>, diagnostics: Vec<Diagnostic>) -> String {
    explain::to_yaml(&[Filter::default().of(&Explanation::of_pod(widget, pod, diagnostics))], false)
}

/// What the overlays change of the pod. Of many Widgets, those that change alike would be together.
fn changed_by_overlays(widget: &Document, after: &RenderedObject<'_>) -> String {
    let none = Overlays::none();
    let (before, found) = render(widget, &none);
    let mut diff = OverlayDiff::default();
    diff.add("the Widget", &RenderedObject::of_pod(&before, &found), after);
    overlay_diff::to_text(NOUN, &diff, "no overlays", "the overlays", false)
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
    overlays.diagnostics().iter().chain(&diagnostics).for_each(|one| eprintln!("{one}"));
    let is_refused = diagnostics.iter().any(Diagnostic::is_error);
    let text = match command.as_str() {
        "explain" => explained(widget, pod, diagnostics),
        "diff" => changed_by_overlays(widget, &RenderedObject::of_pod(&pod, &diagnostics)),
        _ => manifest::to_yaml(&pod.template),
    };
    print!("{text}");
    ExitCode::from(u8::from(is_refused))
}
