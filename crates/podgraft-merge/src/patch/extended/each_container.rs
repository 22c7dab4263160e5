//! `eachContainer` patches: applied to every container that exists, and beneath every one that a later patch adds.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Extended, ExtendedMerge, Options, Shared, template::Template};
use crate::{
    diagnostic::{Diagnostic, codes},
    patch::{ChangeCause, LazyLocation, Observer, directive, location::LocationSegment},
    path::FieldPath,
    schema::{Field, ListKind, MergeKeys, Schema, Type},
};

/// A patch that every container added by a later patch is applied on top of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EachContainerPatch<'p> {
    /// A container patch without a name.
    pub patch: Template<'p>,
    /// Strictness of unknown fields and missing targets.
    pub options: Options,
}

/// The lists of containers of a pod. `containers` first, which every pod has: shared diagnostics point at the first match.
const LISTS: [&str; 2] = ["containers", "initContainers"];

/// Whether items of this type are containers that `eachContainer` is about.
pub(super) fn is_container(schema: Schema) -> bool {
    schema.struct_type().is_some_and(|of| of.name == "Container")
}

/// Applies a container patch without a name to each container and init container of a pod or pod
/// template. Whether the patch can be used as a [`EachContainerPatch`] is the second part of the result.
pub(crate) fn extend_each_container<'p, O: Observer>(
    mut base: Value,
    patch: &'p Value,
    schema: Schema,
    options: Options,
    shared: &mut Shared<'_>,
    observer: &mut O,
) -> (Extended, Option<EachContainerPatch<'p>>) {
    let mut merge = ExtendedMerge { each_container: &[], ..ExtendedMerge::new(options, shared, observer) };
    let usable = merge.check_each(patch, schema).zip(patch.as_object().map(Template::Written));
    if let Some((schemas, patch)) = usable {
        merge.apply_to_each_container(&mut base, patch, schemas);
    }
    let usable = usable.map(|(_, patch)| EachContainerPatch { patch, options });
    (Extended { value: base, diagnostics: merge.diagnostics }, usable)
}

/// [`extend_each_container`] with a patch that is known to be one.
pub(super) fn extend_checked<'p, O: Observer>(
    mut base: Value,
    patch: Template<'p>,
    schema: Schema,
    options: Options,
    shared: &mut Shared<'_>,
    observer: &mut O,
) -> (Extended, Option<EachContainerPatch<'p>>) {
    let mut merge = ExtendedMerge { each_container: &[], ..ExtendedMerge::new(options, shared, observer) };
    let usable = merge.schemas(schema).map(|schemas| {
        merge.apply_to_each_container(&mut base, patch, schemas);
        EachContainerPatch { patch, options }
    });
    (Extended { value: base, diagnostics: merge.diagnostics }, usable)
}

/// The schemas of the `spec` and of the containers of a pod or pod template; `None` where this is none.
pub(super) fn schemas(schema: Schema) -> Option<(Schema, Schema)> {
    let spec = schema.field("spec").ok().map(Schema::of)?;
    match spec.field("containers").ok()?.ty {
        Type::List(item) => Some((spec, Schema::new(*item))),
        _ => None,
    }
}

impl<O: Observer> ExtendedMerge<'_, O> {
    /// Runs a part of the merge without telling the observer.
    pub(super) fn quietly<T>(&mut self, run: impl FnOnce(&mut ExtendedMerge<'_, ()>) -> T) -> T {
        let diagnostics = std::mem::take(&mut self.diagnostics);
        let (options, each_container, work) = (self.options, self.each_container, self.work);
        let mut quiet =
            ExtendedMerge { observer: &mut (), options, each_container, work, known: None, diagnostics };
        let made = run(&mut quiet);
        self.diagnostics = quiet.diagnostics;
        made
    }

    /// The schemas of the pod's `spec` and of a container, if the patch is usable as an `eachContainer` patch.
    fn check_each(&mut self, patch: &Value, schema: Schema) -> Option<(Schema, Schema)> {
        let refuse = |merge: &mut Self, code, key: &str, message: String| {
            merge.refuse(code, &LazyLocation::root().field("eachContainer").field(key), message);
        };
        let schemas = self.schemas(schema)?;
        let Value::Object(patch) = patch else {
            self.refuse(
                codes::NOT_AN_OBJECT,
                &LazyLocation::root().field("eachContainer"),
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
        Some(schemas)
    }

    /// [`schemas`]; an error where there are none.
    fn schemas(&mut self, schema: Schema) -> Option<(Schema, Schema)> {
        let schemas = schemas(schema);
        if schemas.is_none() {
            let message = "write eachContainer only for pods: there are no containers";
            self.refuse(codes::NO_CONTAINERS, &LazyLocation::root(), message);
        }
        schemas
    }

    fn apply_to_each_container(
        &mut self,
        base: &mut Value,
        patch: Template<'_>,
        (spec, item): (Schema, Schema),
    ) {
        let root = LazyLocation::root();
        let at = root.field("spec");
        let mut distinct = DistinctDiagnostics::default();
        for list in LISTS {
            let keys = match spec.field(list).map(Field::list_kind) {
                Ok(ListKind::Map(keys)) => keys,
                _ => MergeKeys::NAME,
            };
            let items =
                base.get_mut("spec").and_then(|spec| spec.get_mut(list)).and_then(Value::as_array_mut);
            for container in items.into_iter().flatten().filter_map(Value::as_object_mut) {
                let Some(name) = container.get(keys.merge_key()).cloned() else { continue };
                let location = at.field(list);
                let location = location.push(LocationSegment::Key(keys.merge_key(), &name, None));
                let before = self.diagnostics.len();
                self.map(container, patch, item, Some(keys), &location);
                distinct.take(&mut self.diagnostics, before, &location);
            }
        }
        if distinct.containers == 0 {
            // There is no container to apply it to: report the patch's own errors all the same.
            let location = root.field("eachContainer");
            self.quietly(|quiet| quiet.map(&mut Map::new(), patch, item, Some(MergeKeys::NAME), &location));
            self.diagnostics.retain(Diagnostic::is_error);
        }
        self.diagnostics.extend(distinct.into_diagnostics());
    }

    /// A new container: what the `eachContainer` patches make of an empty one, and then its own item.
    pub(super) fn new_container(
        &mut self,
        change: Template<'_>,
        item: Schema,
        keys: MergeKeys,
        location: &LazyLocation<'_>,
    ) -> Option<Value> {
        let before = self.diagnostics.len();
        self.quietly(|quiet| quiet.apply_with_each_container(change, item, keys, location));
        if self.diagnostics[before..].iter().any(Diagnostic::is_error) {
            return None;
        }
        // Now that it is known to be added, once more for the observer.
        let checked = self.diagnostics.len();
        self.observer.set(location, None, &Value::Object(Map::new()), ChangeCause::Stated);
        let new = self.apply_with_each_container(change, item, keys, location);
        self.diagnostics.truncate(checked);
        Some(Value::Object(new))
    }

    fn apply_with_each_container(
        &mut self,
        change: Template<'_>,
        item: Schema,
        keys: MergeKeys,
        location: &LazyLocation<'_>,
    ) -> Map<String, Value> {
        let mut new = Map::new();
        let (own, before) = (self.options, self.diagnostics.len());
        for (index, each_container) in self.each_container.iter().enumerate() {
            if self.work.is_spent() {
                break;
            }
            self.observer.applying_each_container(Some(index));
            self.options = each_container.options;
            self.map(&mut new, each_container.patch, item, Some(keys), location);
        }
        // Diagnostics of the `eachContainer` patches were reported when they were applied themselves.
        self.diagnostics.truncate(before);
        self.observer.applying_each_container(None);
        self.options = own;
        self.map(&mut new, change, item, Some(keys), location);
        new
    }
}

/// Deduplicates diagnostics across containers: an error once, a warning only if every container has it.
#[derive(Default)]
struct DistinctDiagnostics {
    containers: usize,
    /// Each with the number of containers that have it.
    counted: Vec<(Diagnostic, usize)>,
    /// Index into `counted` by path below the container, code and message.
    index: HashMap<(String, &'static str, String), usize>,
}

impl DistinctDiagnostics {
    fn take(&mut self, diagnostics: &mut Vec<Diagnostic>, from: usize, container: &LazyLocation<'_>) {
        self.containers += 1;
        for diagnostic in diagnostics.drain(from..) {
            let path = diagnostic.path.clone().unwrap_or_default();
            let below = FieldPath::new(path.segments().get(container.depth()..).unwrap_or_default().to_vec());
            let key = (below.to_string(), diagnostic.code.as_str(), diagnostic.message.clone());
            let index = *self.index.entry(key).or_insert(self.counted.len());
            match self.counted.get_mut(index) {
                Some((_, count)) => *count += 1,
                None => self.counted.push((diagnostic, 1)),
            }
        }
    }

    fn into_diagnostics(self) -> impl Iterator<Item = Diagnostic> {
        let all = self.containers;
        let kept = move |(diagnostic, count): (Diagnostic, usize)| {
            (diagnostic.is_error() || count >= all).then_some(diagnostic)
        };
        self.counted.into_iter().filter_map(kept)
    }
}
