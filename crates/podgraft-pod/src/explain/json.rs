//! [`to_json`]: explanations for programs.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use podgraft_merge::diagnostic::{Diagnostic, Position};

use super::{
    ExplainedLayer, ExplainedPod, Filtered, FilteredPod, LeafAttribution, LeafHistory, PreviousLeaf,
};
use crate::noun::Noun;

/// One document: `{"tests": [{"name", "namespace", "refused", "roles", "diagnostics"}]}`, where the objects are called
/// tests.
///
/// There is a role for each pod; one of an object with one pod only is null. Each has `layers` (in order, the base first), `leaves` and `removed`. A leaf has `path`, `value`, the
/// `layer` that set it, its `cause`, its `position` where it comes from a file, the later layers that `agreed`,
/// and the values that are `shadowed`, first to last, each with who took it away (`by`). The `layer` of a removed
/// leaf is the one that removed it, and its `value` what was there last.
#[must_use]
pub fn to_json(noun: Noun, objects: &[Filtered<'_>]) -> Value {
    json!({ (noun.many): objects.iter().map(|object| self::object(noun, object)).collect::<Vec<_>>() })
}

fn object(noun: Noun, object: &Filtered<'_>) -> Value {
    json!({
        "name": object.explanation.name,
        "namespace": object.explanation.namespace,
        "refused": object.explanation.is_refused(),
        "roles": object.pods.iter().map(|pod| role(noun, pod)).collect::<Vec<_>>(),
        "diagnostics": object.explanation.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
    })
}

fn role(noun: Noun, chosen: &FilteredPod<'_>) -> Value {
    let pod = chosen.pod;
    json!({
        "role": pod.role.name(),
        "layers": layers(noun, pod),
        "leaves": chosen.leaves.iter().map(|told| leaf(pod, told)).collect::<Vec<_>>(),
        "removed": chosen.removed.iter().map(|told| leaf(pod, told)).collect::<Vec<_>>(),
    })
}

/// The layers, each name once: an overlay may have several patches, and a typed field too.
fn layers(noun: Noun, pod: &ExplainedPod) -> Vec<Value> {
    let mut seen = HashSet::new();
    pod.layers.iter().filter(|layer| seen.insert(layer.name.as_str())).map(|one| layer(noun, one)).collect()
}

fn layer(noun: Noun, layer: &ExplainedLayer) -> Value {
    let band = layer.band.map_or_else(|| "base".to_owned(), |band| band.describe(noun.one).into_owned());
    let mut object = Map::from_iter([
        ("name".to_owned(), Value::from(layer.name.as_str())),
        ("band".to_owned(), Value::from(band)),
    ]);
    if let Some(generation) = layer.generation {
        object.insert("generation".to_owned(), generation.into());
    }
    Value::Object(object)
}

fn leaf(pod: &ExplainedPod, told: &LeafHistory) -> Value {
    let mut object = setter(pod, &told.setter);
    object.insert("path".to_owned(), told.path.to_string().into());
    object.insert("value".to_owned(), told.value.clone());
    let agreed = told.agreed.iter().map(|agreed| Value::Object(setter(pod, agreed)));
    object.insert("agreed".to_owned(), agreed.collect());
    object.insert("shadowed".to_owned(), told.shadowed.iter().map(|shadowed| past(pod, shadowed)).collect());
    Value::Object(object)
}

fn past(pod: &ExplainedPod, past: &PreviousLeaf) -> Value {
    let mut object = setter(pod, &past.setter);
    object.insert("path".to_owned(), past.path.to_string().into());
    object.insert("value".to_owned(), past.value.clone());
    object.insert("by".to_owned(), Value::Object(setter(pod, &past.by)));
    Value::Object(object)
}

fn setter(pod: &ExplainedPod, setter: &LeafAttribution) -> Map<String, Value> {
    let mut object = Map::from_iter([
        ("layer".to_owned(), Value::from(pod.layer_name(setter.layer))),
        ("cause".to_owned(), Value::from(setter.why.as_str())),
    ]);
    if let Some(at) = &setter.position {
        object.insert("position".to_owned(), position(at));
    }
    object
}

fn position(position: &Position) -> Value {
    json!({ "file": &*position.file, "line": position.line, "column": position.column })
}

fn diagnostic(diagnostic: &Diagnostic) -> Value {
    let mut object = Map::from_iter([
        ("severity".to_owned(), Value::from(diagnostic.severity.to_string())),
        ("code".to_owned(), Value::from(diagnostic.code.as_str())),
        ("message".to_owned(), Value::from(diagnostic.message.as_str())),
    ]);
    let text = [
        ("object", diagnostic.object.clone()),
        ("path", diagnostic.path.as_ref().map(ToString::to_string)),
        ("layer", diagnostic.layer_name().map(str::to_owned)),
        ("help", diagnostic.help.clone()),
    ];
    object.extend(text.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::from(text?)))));
    if let Some(at) = &diagnostic.position {
        object.insert("position".to_owned(), position(at));
    }
    Value::Object(object)
}
