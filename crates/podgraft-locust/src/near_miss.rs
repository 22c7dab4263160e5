//! Objects that are nearly a `LocustTest` or an overlay.

use podgraft_merge::{
    diagnostic::{Code, Diagnostic, nearest},
    path::FieldPath,
};
use serde_json::Value;

use super::load_test::is_of_other_operator;
use crate::codes;
use podgraft_pod::manifest::Document;

const GROUP: &str = "locust.io";
/// The kinds of the group, each with the version in which to write it.
const KINDS: [(&str, &str); 3] = [
    ("LocustTest", "locust.io/v2"),
    ("ClusterPodOverlay", "locust.io/v1alpha1"),
    ("PodOverlay", "locust.io/v1alpha1"),
];

/// Says of an object that is neither a `LocustTest` nor an overlay how it becomes the one that it is nearly: an error,
/// because what is left out of a run is missed by nobody. It is a warning where an overlay is of another group, which
/// may have a kind of that name.
#[must_use]
pub fn near_miss(document: &Document) -> Option<Diagnostic> {
    let object = &document.value;
    if is_of_other_operator(object) {
        return None;
    }
    let finding = match object.get("kind").and_then(Value::as_str) {
        Some("List") => list_without_version(object),
        Some(kind) => match KINDS.iter().find(|(known, _)| *known == kind) {
            Some((kind, version)) => of_known_kind(object, kind, version),
            None => of_unknown_kind(object, kind),
        },
        None => without_kind(object),
    }?;
    let position = finding.path.as_ref().and_then(|path| document.position(path));
    Some(finding.positioned(position))
}

/// How near an object's apiVersion is to the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nearness {
    Own,
    /// A slip of the pen, or a version without a group.
    Near,
    Absent,
    Far,
}

fn nearness(object: &Value) -> Nearness {
    let version = object.get("apiVersion").filter(|version| !version.is_null() && *version != "");
    let Some(version) = version else { return Nearness::Absent };
    let Some(text) = version.as_str() else { return Nearness::Near };
    match text.split_once('/').map_or(text, |(group, _)| group) {
        GROUP => Nearness::Own,
        group if group == text || nearest(group, [GROUP]).is_some() => Nearness::Near,
        _ => Nearness::Far,
    }
}

fn of_known_kind(object: &Value, kind: &str, version: &str) -> Option<Diagnostic> {
    let written =
        object.get("apiVersion").map(|version| version.as_str().map_or(version.to_string(), str::to_owned));
    let written = written.unwrap_or_default();
    match nearness(object) {
        Nearness::Own => None,
        Nearness::Absent => {
            Some(error(codes::UNSUPPORTED_VERSION, "apiVersion", without_version(object, kind, version)))
        }
        Nearness::Near => {
            let message = format!(
                "write apiVersion as {version}, not as \"{written}\"; did you mean \"{version}\"? The {kind} would be left out"
            );
            Some(error(codes::UNSUPPORTED_VERSION, "apiVersion", message))
        }
        Nearness::Far if kind == "LocustTest" => None,
        Nearness::Far => {
            let message =
                format!("write apiVersion as {version}, not as \"{written}\": the {kind} is left out");
            let path = FieldPath::fields(["apiVersion"]);
            Some(Diagnostic::warning(codes::UNSUPPORTED_VERSION, message).at(path))
        }
    }
}

fn without_version(object: &Value, kind: &str, version: &str) -> String {
    match misspelt(object, "apiVersion") {
        Some(written) => {
            format!("write \"{written}\" as apiVersion: without it the {kind} would be left out")
        }
        None => format!("add apiVersion: {version}: without it the {kind} would be left out"),
    }
}

fn of_unknown_kind(object: &Value, kind: &str) -> Option<Diagnostic> {
    let own = nearness(object);
    let is_list = kind.strip_suffix("List").is_some_and(|kind| KINDS.iter().any(|(known, _)| *known == kind));
    if own == Nearness::Far || (is_list && own == Nearness::Own) {
        return None;
    }
    let names = KINDS.map(|(known, _)| known);
    let near = if own == Nearness::Own { nearest(kind, names) } else { slip(kind) };
    let message = match near {
        Some(near) if own == Nearness::Absent => {
            let version =
                KINDS.iter().find(|(known, _)| *known == near).map_or(GROUP, |(_, version)| version);
            format!(
                "write kind as {near}, not as \"{kind}\", and add apiVersion: {version}; did you mean \"{near}\"?"
            )
        }
        Some(near) => {
            format!("write kind as {near}, not as \"{kind}\"; did you mean \"{near}\"? It would be left out")
        }
        None if own == Nearness::Own => {
            format!("write kind as one of {}: {GROUP} has no \"{kind}\"", names.join(", "))
        }
        None => return None,
    };
    Some(error(codes::UNSUPPORTED_KIND, "kind", message))
}

/// The kind of which this one is a slip of the pen, where no group says that it is one of these: `Pod` is the
/// beginning of `PodOverlay` and a kind of its own.
fn slip(kind: &str) -> Option<&'static str> {
    const LETTERS: usize = 2;
    let lower = kind.to_lowercase();
    let is_near = |known: &str| {
        kind.len() <= known.len() + LETTERS && strsim::osa_distance(&lower, &known.to_lowercase()) <= LETTERS
    };
    KINDS.iter().map(|(known, _)| *known).find(|known| is_near(known))
}

fn without_kind(object: &Value) -> Option<Diagnostic> {
    let own = nearness(object);
    if own == Nearness::Far {
        return None;
    }
    let kind = match kind_of_spec(object) {
        Some(kind) => kind,
        None if own != Nearness::Own => return None,
        None if object.get("apiVersion").is_some_and(|version| version == "locust.io/v1alpha1") => {
            "PodOverlay"
        }
        None => "LocustTest",
    };
    let version = KINDS.iter().find(|(known, _)| *known == kind).map_or(GROUP, |(_, version)| version);
    let message = match misspelt(object, "kind") {
        Some(written) => format!("write \"{written}\" as kind: without it the {kind} would be left out"),
        None if own == Nearness::Absent => {
            format!("add apiVersion: {version} and kind: {kind}: without them the {kind} would be left out")
        }
        None => format!("add kind: {kind}: without it the object would be left out"),
    };
    Some(error(codes::UNSUPPORTED_KIND, "kind", message))
}

/// The kind whose spec an object has, by the fields that no other kind has.
fn kind_of_spec(object: &Value) -> Option<&'static str> {
    const TEMPLATES: [&str; 4] = ["podTemplate", "masterPodTemplate", "workerPodTemplate", "eachContainer"];
    let spec = object.get("spec")?.as_object()?;
    let band = |name: &str| {
        spec.get(name).is_some_and(|band| TEMPLATES.iter().any(|template| band.get(template).is_some()))
    };
    if band("defaults") || band("overrides") {
        return Some(if object.pointer("/metadata/namespace").is_some() {
            "PodOverlay"
        } else {
            "ClusterPodOverlay"
        });
    }
    let is_test = ["masterCommandSeed", "workerCommandSeed", "masterPodTemplate", "workerPodTemplate"]
        .iter()
        .any(|field| spec.contains_key(*field));
    (is_test || (spec.contains_key("master") && spec.contains_key("worker"))).then_some("LocustTest")
}

/// A `List` of objects of these kinds that does not say what it is.
fn list_without_version(object: &Value) -> Option<Diagnostic> {
    let items = object.get("items")?.as_array()?;
    let is_own = |item: &Value| {
        item.get("kind")
            .and_then(Value::as_str)
            .is_some_and(|kind| KINDS.iter().any(|(known, _)| *known == kind))
    };
    (nearness(object) == Nearness::Absent && items.iter().any(is_own)).then(|| {
        let message = "add apiVersion: v1 to the List: without it all its items would be left out";
        error(codes::UNSUPPORTED_VERSION, "apiVersion", message.to_owned())
    })
}

/// A field of the object that is a slip of the pen for this one.
fn misspelt<'o>(object: &'o Value, field: &str) -> Option<&'o str> {
    let fields = object.as_object()?;
    let others = ["apiVersion", "kind", "metadata", "spec", "status"];
    fields
        .keys()
        .map(String::as_str)
        .filter(|name| !others.contains(name))
        .find(|name| nearest(name, others) == Some(field))
}

fn error(code: Code, field: &str, message: String) -> Diagnostic {
    Diagnostic::error(code, message).at(FieldPath::fields([field]))
}
