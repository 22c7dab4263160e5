//! Patches for each container: onto those that are there, and under those that come later.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Extended, Merge, Options, Shared, keys::Keys};
use crate::{
    diagnostic::{Diagnostic, codes},
    patch::{Cause, Observer, Trail, directive, trail::Place},
    path::FieldPath,
    schema::{Field, ListKind, Schema, Type},
};

/// A patch that lies under each container that a later patch adds.
#[derive(Debug, Clone, Copy)]
pub struct Seed<'p> {
    /// A container patch without a name.
    pub patch: &'p Value,
    /// How strictly it was read.
    pub options: Options,
}

/// The lists of containers of a pod. What is wrong for all is told of the first, which is to be one that every pod has.
const LISTS: [&str; 2] = ["containers", "initContainers"];

/// Whether these are the containers that a patch for each of them is about.
pub(super) fn is_container(schema: Schema) -> bool {
    schema.struct_type().is_some_and(|of| of.name == "Container")
}

/// Applies a container patch without a name to each container and init container of a pod or pod
/// template. Whether the patch can be used as a [`Seed`] is the second part of the result.
pub fn extend_each_container<O: Observer>(
    mut base: Value,
    patch: &Value,
    schema: Schema,
    options: Options,
    shared: &mut Shared<'_>,
    observer: &mut O,
) -> (Extended, bool) {
    let mut merge = Merge { seeds: &[], ..Merge::new(options, shared, observer) };
    let usable = merge.check_each(patch, schema);
    if let (Some((pod, item)), Some(patch)) = (usable, patch.as_object()) {
        merge.each_container(&mut base, patch, pod, item);
    }
    (Extended { value: base, diagnostics: merge.diagnostics }, usable.is_some())
}

impl<O: Observer> Merge<'_, O> {
    /// Runs a part of the merge that the observer is not told of.
    pub(super) fn quietly<T>(&mut self, run: impl FnOnce(&mut Merge<'_, ()>) -> T) -> T {
        let diagnostics = std::mem::take(&mut self.diagnostics);
        let (options, seeds, work) = (self.options, self.seeds, self.work);
        let mut quiet = Merge { observer: &mut (), options, seeds, work, known: None, diagnostics };
        let made = run(&mut quiet);
        self.diagnostics = quiet.diagnostics;
        made
    }

    /// The schemas of the pod's `spec` and of a container, if a patch for each container makes sense.
    fn check_each(&mut self, patch: &Value, schema: Schema) -> Option<(Schema, Schema)> {
        let refuse = |merge: &mut Self, code, key: &str, message: String| {
            merge.refuse(code, &Trail::ROOT.field("eachContainer").field(key), message);
        };
        let spec = schema.field("spec").ok().map(Schema::of);
        let item = spec.and_then(|spec| match spec.field("containers").ok()?.ty {
            Type::List(item) => Some(Schema::new(*item)),
            _ => None,
        });
        let (Some(spec), Some(item)) = (spec, item) else {
            self.refuse(
                codes::NO_CONTAINERS,
                &Trail::ROOT,
                "write eachContainer only for pods: there are no containers",
            );
            return None;
        };
        let Value::Object(patch) = patch else {
            self.refuse(
                codes::NOT_AN_OBJECT,
                &Trail::ROOT.field("eachContainer"),
                "write eachContainer as a map",
            );
            return None;
        };
        if patch.contains_key("name") {
            let message =
                "remove the \"name\": eachContainer is about every container; use podTemplate for one";
            refuse(self, codes::EACH_CONTAINER_NAME, "name", message.to_owned());
            return None;
        }
        match patch.get(directive::PATCH) {
            Some(Value::String(verb)) if verb == "merge" => {}
            Some(Value::String(verb)) if verb == "delete" || verb == "replace" => {
                let message =
                    format!("remove the $patch: {verb}: it would remove every container's name and image");
                refuse(self, codes::EACH_CONTAINER_PATCH, directive::PATCH, message);
                return None;
            }
            _ => {}
        }
        Some((spec, item))
    }

    fn each_container(&mut self, base: &mut Value, patch: &Map<String, Value>, spec: Schema, item: Schema) {
        let at = Trail::ROOT.field("spec");
        let mut said = Said::default();
        for list in LISTS {
            let keys = match spec.field(list).map(Field::list_kind) {
                Ok(ListKind::Map(keys)) => Keys::of(keys),
                _ => Keys::NAME,
            };
            let items =
                base.get_mut("spec").and_then(|spec| spec.get_mut(list)).and_then(Value::as_array_mut);
            for container in items.into_iter().flatten().filter_map(Value::as_object_mut) {
                let Some(name) = container.get(keys.first).cloned() else { continue };
                let trail = at.field(list);
                let trail = trail.then(Place::Key(keys.first, &name, None));
                let before = self.diagnostics.len();
                self.map(container, patch, item, &keys.names(), &trail);
                said.take(&mut self.diagnostics, before, &trail);
            }
        }
        if said.containers == 0 {
            // Mistakes are found though nothing is there to make them on.
            let trail = Trail::ROOT.field("eachContainer");
            self.quietly(|quiet| quiet.map(&mut Map::new(), patch, item, &["name"], &trail));
            self.diagnostics.retain(Diagnostic::is_error);
        }
        self.diagnostics.extend(said.once());
    }

    /// A new container: what the patches for each container make of an empty one, and then its own item.
    pub(super) fn seeded(
        &mut self,
        change: &Map<String, Value>,
        item: Schema,
        keys: Keys,
        trail: &Trail<'_>,
    ) -> Option<Value> {
        let before = self.diagnostics.len();
        self.quietly(|quiet| quiet.on_seeds(change, item, keys, trail));
        if self.diagnostics[before..].iter().any(Diagnostic::is_error) {
            return None;
        }
        // Now that nothing is left out, for the observer.
        let checked = self.diagnostics.len();
        self.observer.set(trail, None, &Value::Object(Map::new()), Cause::Stated);
        let new = self.on_seeds(change, item, keys, trail);
        self.diagnostics.truncate(checked);
        Some(Value::Object(new))
    }

    fn on_seeds(
        &mut self,
        change: &Map<String, Value>,
        item: Schema,
        keys: Keys,
        trail: &Trail<'_>,
    ) -> Map<String, Value> {
        let mut new = Map::new();
        let (own, before) = (self.options, self.diagnostics.len());
        for (index, seed) in self.seeds.iter().enumerate() {
            let Value::Object(patch) = seed.patch else { continue };
            if self.work.is_spent() {
                break;
            }
            self.observer.beneath(Some(index));
            self.options = seed.options;
            self.map(&mut new, patch, item, &keys.names(), trail);
        }
        // What is wrong with those patches was said where they stand.
        self.diagnostics.truncate(before);
        self.observer.beneath(None);
        self.options = own;
        self.map(&mut new, change, item, &keys.names(), trail);
        new
    }
}

/// What was said of several containers: the same mistake once, and a warning only where it is true of
/// every container.
#[derive(Default)]
struct Said {
    containers: usize,
    found: Vec<(Diagnostic, usize)>,
    /// Which of them it is, by place below the container, code and message.
    index: HashMap<(String, &'static str, String), usize>,
}

impl Said {
    fn take(&mut self, diagnostics: &mut Vec<Diagnostic>, from: usize, container: &Trail<'_>) {
        self.containers += 1;
        for diagnostic in diagnostics.drain(from..) {
            let path = diagnostic.path.clone().unwrap_or_default();
            let below = FieldPath::new(path.segments().get(container.depth()..).unwrap_or_default().to_vec());
            let key = (below.to_string(), diagnostic.code.as_str(), diagnostic.message.clone());
            let index = *self.index.entry(key).or_insert(self.found.len());
            match self.found.get_mut(index) {
                Some((_, count)) => *count += 1,
                None => self.found.push((diagnostic, 1)),
            }
        }
    }

    fn once(self) -> impl Iterator<Item = Diagnostic> {
        let all = self.containers;
        let worth =
            move |(said, count): (Diagnostic, usize)| (said.is_error() || count >= all).then_some(said);
        self.found.into_iter().filter_map(worth)
    }
}
