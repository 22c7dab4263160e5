//! What provenance should say, worked out from the folds of a stack's prefixes alone.

use std::collections::{BTreeMap, BTreeSet};

use podgraft_merge::{
    layers::{Layer, fold_without_provenance},
    path::{FieldPath, Segment},
    schema::Schema,
};
use serde_json::{Value, json};

use super::generate::Stack;

/// A value that was at a place: the value, the layer that set it (0 is the base) and the layer that took
/// it away.
pub(crate) type Lost = (Value, usize, usize);

/// The history of one place.
pub(crate) struct History {
    pub(crate) shadowed: Vec<Lost>,
    /// The value now, and the layer that set it.
    pub(crate) now: Option<(Value, usize)>,
    /// The last layer that made the container anew that the place is in, or that changed the place.
    pub(crate) since: usize,
}

/// A stack, and what lies under each container that one of its layers added: by layer, list and name.
pub(crate) struct Model<'s> {
    pub(crate) stack: &'s Stack,
    under: BTreeMap<(usize, String, String), Vec<(usize, Value)>>,
}

impl<'s> Model<'s> {
    pub(crate) fn new(stack: &'s Stack, schema: Schema) -> Self {
        let mut under = BTreeMap::new();
        for layer in 1..stack.values.len() {
            for list in ["initContainers", "containers"] {
                for name in names(&stack.values[layer], list) {
                    if is_new(stack, layer, list, &name) {
                        let made = under_new(stack, layer, list, &name, schema);
                        under.insert((layer, list.to_owned(), name), made);
                    }
                }
            }
        }
        Self { stack, under }
    }

    /// Every leaf that ever was, but for those in atomic lists.
    pub(crate) fn places(&self) -> BTreeMap<String, FieldPath> {
        let mut all = BTreeMap::new();
        let under = self.under.values().flatten().map(|(_, value)| value);
        for value in self.stack.values.iter().chain(under) {
            leaves(value, &FieldPath::root(), &mut |path, _| {
                if !path.segments().iter().any(|segment| matches!(segment, Segment::Index(_))) {
                    all.insert(path.to_string(), path.clone());
                }
            });
        }
        all
    }

    /// Whether the container that a place is in is made anew by a layer.
    pub(crate) fn renews(&self, layer: usize, path: &FieldPath) -> bool {
        let Some((list, name)) = container(path) else { return false };
        self.under.contains_key(&(layer, list, name))
    }

    pub(crate) fn history(&self, path: &FieldPath) -> History {
        let values = &self.stack.values;
        let mut history = History { shadowed: Vec::new(), now: None, since: 0 };
        history.now = path.find(&values[0]).map(|value| (value.clone(), 0));
        let mut step = |value: Option<&Value>, layer: usize, by: usize| {
            if history.now.as_ref().map(|(now, _)| now) == value {
                return;
            }
            if let Some((was, set)) = history.now.take() {
                history.shadowed.push((was, set, layer));
            }
            history.now = value.map(|value| (value.clone(), layer));
            history.since = by;
        };
        for (layer, value) in values.iter().enumerate().skip(1) {
            let key = container(path).map(|(list, name)| (layer, list, name));
            if let Some(under) = key.and_then(|key| self.under.get(&key)) {
                step(None, layer, layer);
                for (seed, value) in under {
                    step(path.find(value), *seed, layer);
                }
            }
            step(path.find(value), layer, layer);
        }
        history
    }
}

/// Whether a container is one that the layer added.
fn is_new(stack: &Stack, layer: usize, list: &str, name: &str) -> bool {
    let renewed = &stack.layers[layer - 1].renewed;
    let says = |name: &str| renewed.contains(&(list.to_owned(), name.to_owned()));
    says("") || says(name) || !names(&stack.values[layer - 1], list).contains(name)
}

/// What each earlier layer for each container makes of an empty one.
fn under_new(stack: &Stack, layer: usize, list: &str, name: &str, schema: Schema) -> Vec<(usize, Value)> {
    let empty = json!({"spec": {list: [{"name": name}]}});
    let mut layers: Vec<Layer<'_>> = Vec::new();
    let mut made = Vec::new();
    for (index, written) in stack.layers[..layer - 1].iter().enumerate().filter(|(_, written)| written.each) {
        layers.push(written.layer());
        let (mut value, _) = fold_without_provenance(empty.clone(), &layers, schema);
        // The name is the item's own.
        value["spec"][list][0].as_object_mut().unwrap().remove("name");
        value["spec"][list][0]["name"] = name.into();
        made.push((index + 1, value));
    }
    made
}

fn names(value: &Value, list: &str) -> BTreeSet<String> {
    let items = value["spec"][list].as_array().into_iter().flatten();
    items.filter_map(|item| item["name"].as_str().map(str::to_owned)).collect()
}

/// The list and the name of the container that a place is in.
fn container(path: &FieldPath) -> Option<(String, String)> {
    match path.segments() {
        [Segment::Field(spec), Segment::Field(list), Segment::Key(keys), ..]
            if spec == "spec" && list.ends_with("ontainers") =>
        {
            Some((list.clone(), keys[0].1.as_str()?.to_owned()))
        }
        _ => None,
    }
}

/// Each leaf, with items by the merge keys of the lists that the generator writes.
pub(crate) fn leaves<'v>(value: &'v Value, path: &FieldPath, visit: &mut impl FnMut(&FieldPath, &'v Value)) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                leaves(value, &path.field(key), visit);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let list = match path.segments().last() {
                Some(Segment::Field(name)) => name.as_str(),
                _ => "",
            };
            for (index, item) in items.iter().enumerate() {
                leaves(item, &path.with(segment(list, index, item)), visit);
            }
        }
        leaf => visit(path, leaf),
    }
}

fn segment(list: &str, index: usize, item: &Value) -> Segment {
    let key = |name: &str| (name.to_owned(), item[name].clone());
    match list {
        "containers" | "initContainers" | "volumes" | "env" => Segment::Key(vec![key("name")]),
        "volumeMounts" => Segment::Key(vec![key("mountPath")]),
        "ports" => {
            let protocol = item.get("protocol").cloned().unwrap_or(json!("TCP"));
            Segment::Key(vec![key("containerPort"), ("protocol".into(), protocol)])
        }
        "topologySpreadConstraints" => Segment::Key(vec![key("topologyKey"), key("whenUnsatisfiable")]),
        "finalizers" => Segment::Item(item.clone()),
        _ => Segment::Index(index),
    }
}
