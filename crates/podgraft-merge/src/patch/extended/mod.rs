//! The `extended` dialect: Kubernetes' rules with what templates need beside them.
//!
//! One patch object is applied in this order: contradictions, `$patch`, `$retainKeys`, `$unset`,
//! unions, set and recurse, `$deleteFromPrimitiveList`, `$prepend` and `$append`,
//! `$setElementOrder`. Everything that is wrong with a patch is reported, not just the first thing.

mod compiled_template;
mod each_container;
mod fields;
mod item;
mod keyed;
mod known;
mod lists;
mod matching;
mod one_key;
mod options;
mod order;
mod plain;
mod plain_map;
mod target;
mod template;
mod unions;

pub use compiled_template::CompiledTemplate;
pub(crate) use compiled_template::extend_compiled;
pub(crate) use each_container::{EachContainerPatch, extend_each_container};
use known::KnownLists;
pub use options::{MissingTarget, Options, UnknownFields};
use serde_json::{Map, Value};
use template::Template;

use super::{ChangeCause, LazyLocation, LocationSegment, Observer, directive, error::MAX_DEPTH};
use crate::{
    diagnostic::{
        Code, Diagnostic, LayerId, codes, describe_unknown_field, did_you_mean, directive_without_dollar,
    },
    schema::{FieldType, MergeKeys, Schema},
    work::Work,
};

/// What [`extend`] made of a patch.
#[derive(Debug)]
pub struct Extended {
    /// The result. With an error among the diagnostics, it is what could be made of the rest.
    pub value: Value,
    /// Errors and warnings, in the patch's order, with paths in the result.
    pub diagnostics: Vec<Diagnostic>,
}

/// Applies `patch` to `base` in the `extended` dialect. Both are objects of the kind that `schema`
/// describes. No `$` key of the patch is ever in the result.
#[must_use]
pub fn extend<O: Observer>(
    base: Value,
    patch: &Value,
    schema: Schema,
    options: Options,
    observer: &mut O,
) -> Extended {
    extend_seeded(base, patch, schema, options, &mut Shared::of(&Work::unlimited()), observer)
}

/// What consecutive patches of one value share.
#[derive(Debug)]
pub(crate) struct Shared<'p> {
    /// The `eachContainer` patches so far: each new container is applied on top of them.
    pub each_container: Vec<EachContainerPatch<'p>>,
    work: &'p Work,
    known: KnownLists,
}

impl<'p> Shared<'p> {
    /// The state before the first patch; all patches spend from `work`.
    pub(crate) fn of(work: &'p Work) -> Self {
        Self { each_container: Vec::new(), work, known: KnownLists::default() }
    }
}

/// [`extend`], where each new container is applied on top of what the `eachContainer` patches so far make of an empty
/// one.
pub(crate) fn extend_seeded<O: Observer>(
    base: Value,
    patch: &Value,
    schema: Schema,
    options: Options,
    shared: &mut Shared<'_>,
    observer: &mut O,
) -> Extended {
    let patch = patch.as_object().map(Template::Written);
    extend_template(base, patch, schema, options, shared, observer)
}

fn extend_template<O: Observer>(
    base: Value,
    patch: Option<Template<'_>>,
    schema: Schema,
    options: Options,
    shared: &mut Shared<'_>,
    observer: &mut O,
) -> Extended {
    let mut merge = ExtendedMerge::new(options, shared, observer);
    let (Value::Object(mut base), Some(patch)) = (base, patch) else {
        merge.refuse(
            codes::NOT_AN_OBJECT,
            &LazyLocation::root(),
            "write both the base and the patch as objects",
        );
        return Extended { value: Value::Object(Map::new()), diagnostics: merge.diagnostics };
    };
    if merge.map(&mut base, patch, schema, None, &LazyLocation::root()) == MapOutcome::Deleted {
        merge.refuse(
            codes::DELETE_ROOT,
            &LazyLocation::root(),
            "remove the $patch: delete: the whole object cannot be deleted",
        );
    }
    Extended { value: Value::Object(base), diagnostics: merge.diagnostics }
}

/// Whether a map is still there after its patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MapOutcome {
    Kept,
    /// The patch is `$patch: delete`.
    Deleted,
}

/// A merge in progress.
struct ExtendedMerge<'o, O> {
    observer: &'o mut O,
    options: Options,
    /// The `eachContainer` patches so far.
    each_container: &'o [EachContainerPatch<'o>],
    work: &'o Work,
    /// `None` while content is made from an empty object: it is never patched again.
    known: Option<&'o mut KnownLists>,
    diagnostics: Vec<Diagnostic>,
}

impl<'o, O: Observer> ExtendedMerge<'o, O> {
    fn new(options: Options, shared: &'o mut Shared<'_>, observer: &'o mut O) -> Self {
        let Shared { each_container, work, known } = shared;
        Self { observer, options, each_container, work, known: Some(known), diagnostics: Vec::new() }
    }

    /// Forgets the known lists of a value that is gone.
    fn forget(&mut self, gone: &Value) {
        if let Some(known) = &mut self.known {
            known.forget(gone);
        }
    }

    /// Forgets a list whose items change in a way that the known lists do not follow.
    fn forget_list(&mut self, list: &[Value]) {
        if let Some(known) = &mut self.known {
            known.forget_list(list);
        }
    }
}

impl<O: Observer> ExtendedMerge<'_, O> {
    /// Applies one patch object. `identity` are the merge keys, if the map is an item of a list that merges by key.
    fn map(
        &mut self,
        base: &mut Map<String, Value>,
        patch: Template<'_>,
        schema: Schema,
        identity: Option<MergeKeys>,
        location: &LazyLocation<'_>,
    ) -> MapOutcome {
        let patch = match patch {
            Template::Written(patch) => patch,
            Template::Plain(patch) => return self.plain_map(base, patch, identity, location),
        };
        self.work.spend(1 + patch.len());
        if self.work.is_spent() || self.is_too_deep(location) {
            return MapOutcome::Kept;
        }
        let directed = directive::is_in(patch);
        if directed {
            self.contradictions(patch, identity, location);
            match self.verb(patch, location) {
                Verb::Delete => {
                    self.ignored_beside_delete(patch, identity, location);
                    return MapOutcome::Deleted;
                }
                Verb::Replace => {
                    let was = Value::Object(std::mem::take(base));
                    self.forget(&was);
                    self.observer.clear(location, Some(was), ChangeCause::Replace);
                }
                Verb::Merge => {}
            }
            self.retain_keys(base, patch, schema, identity, location);
            self.unset(base, patch, schema, identity, location);
        }
        self.unions(base, patch, schema, location);
        let before = if directed { order::before(base, patch) } else { Vec::new() };
        for (key, value) in patch.iter().filter(|(key, _)| !directive::is(key)) {
            if identifies(identity, key) && base.get(key) == Some(value) {
                continue;
            }
            if let Some(child) = self.child(schema, key, location) {
                let place = child
                    .settings()
                    .map_or(LocationSegment::Field(key), |field| LocationSegment::Known(field.name));
                self.field(base, key, value, child, &location.push(place));
            }
        }
        if directed {
            self.list_directives(base, (patch, &before), schema, location);
        }
        MapOutcome::Kept
    }

    /// The directives that are about a list beside them, in their order.
    fn list_directives(
        &mut self,
        base: &mut Map<String, Value>,
        (patch, before): (&Map<String, Value>, &order::Before<'_>),
        schema: Schema,
        location: &LazyLocation<'_>,
    ) {
        for name in [
            directive::DELETE_FROM_PRIMITIVE_LIST,
            directive::PREPEND,
            directive::APPEND,
            directive::SET_ELEMENT_ORDER,
        ] {
            for (key, value) in patch {
                let Some(subject) = directive::subject(key, name) else { continue };
                let known = self.child(schema, subject, location);
                let location = location.field(subject);
                let Some(child) = known else { continue };
                let Value::Array(items) = value else {
                    let dash = if value.is_object() { ": put a dash before each item" } else { "" };
                    self.refuse(codes::BAD_DIRECTIVE, &location, format!("write {key} as a list{dash}"));
                    continue;
                };
                match name {
                    directive::DELETE_FROM_PRIMITIVE_LIST => {
                        self.delete_from_primitive_list(base, subject, items, child, &location);
                    }
                    directive::PREPEND => {
                        self.extend_list(base, subject, items, child, ChangeCause::Prepend, &location);
                    }
                    directive::APPEND => {
                        self.extend_list(base, subject, items, child, ChangeCause::Append, &location);
                    }
                    _ => self.set_element_order(base, (patch, before), subject, items, child, &location),
                }
            }
        }
        for key in patch.keys().filter(|key| directive::is(key) && !is_directive(key)) {
            let near = did_you_mean(key.split('/').next().unwrap_or(key), directive::ALL);
            let message = if directive::ALL[3..].contains(&key.as_str()) {
                let list = patch.get(key).and_then(Value::as_object).and_then(|lists| lists.keys().next());
                match list {
                    Some(list) => format!("write {key}/{list}: [...], in place of {key}: {{{list}: [...]}}"),
                    None => format!("name the list that {key} is about: write {key}/FIELD"),
                }
            } else if near.is_empty() {
                format!("remove \"{key}\": there is no such directive")
            } else {
                format!("there is no directive \"{key}\"{near}")
            };
            self.refuse(codes::UNKNOWN_DIRECTIVE, &location.field(key), message);
        }
    }

    /// The type of a field of the map at `location`, or `None`, with an error, when Kubernetes does not know it.
    fn child(&mut self, schema: Schema, name: &str, location: &LazyLocation<'_>) -> Option<FieldType> {
        if let Some(known) = FieldType::root(schema).field(name) {
            return Some(known);
        }
        let (message, location) = (unknown_field(schema, name, location), &location.field(name));
        match self.options.unknown_fields {
            UnknownFields::Warn => {
                self.diagnostics.push(Diagnostic::warning(codes::UNKNOWN_FIELD, message).at(location.path()));
                Some(FieldType::ANY)
            }
            UnknownFields::Refuse => {
                self.refuse(codes::UNKNOWN_FIELD, location, message);
                None
            }
        }
    }

    fn verb(&mut self, patch: &Map<String, Value>, location: &LazyLocation<'_>) -> Verb {
        match patch.get(directive::PATCH) {
            None => Verb::Merge,
            Some(Value::String(verb)) if verb == "merge" => Verb::Merge,
            Some(Value::String(verb)) if verb == "delete" => Verb::Delete,
            Some(Value::String(verb)) if verb == "replace" => Verb::Replace,
            Some(other) => {
                let near = other.as_str().map(|verb| did_you_mean(verb, ["delete", "replace", "merge"]));
                let message = format!(
                    "write \"delete\", \"replace\" or \"merge\" as $patch: {other} is none of them{}",
                    near.unwrap_or_default()
                );
                self.refuse(codes::UNKNOWN_PATCH_DIRECTIVE, location, message);
                Verb::Merge
            }
        }
    }

    fn ignored_beside_delete(
        &mut self,
        patch: &Map<String, Value>,
        identity: Option<MergeKeys>,
        location: &LazyLocation<'_>,
    ) {
        let ignored = patch
            .keys()
            .find(|key| *key != directive::PATCH && !identifies(identity, key))
            .map(String::as_str);
        if let Some(key) = ignored {
            let message = format!(
                "remove \"{key}\" or the $patch: delete: what stands beside $patch: delete is ignored"
            );
            self.warn(codes::IGNORED_BESIDE_DELETE, location, message);
        }
    }

    /// Whether a place is deeper than [`MAX_DEPTH`]; an error where it is.
    fn is_too_deep(&mut self, location: &LazyLocation<'_>) -> bool {
        if location.depth() <= MAX_DEPTH {
            return false;
        }
        let message = format!("nest less: maps and lists are read {MAX_DEPTH} levels deep at most");
        self.refuse(codes::TOO_DEEP, location, message);
        true
    }

    fn refuse(&mut self, code: Code, location: &LazyLocation<'_>, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, message).at(location.path()));
    }

    /// An error in the base, not in the patch.
    fn refuse_base(&mut self, code: Code, location: &LazyLocation<'_>, message: impl Into<String>) {
        let error = Diagnostic::error(code, message).at(location.path());
        self.diagnostics.push(Diagnostic { layer: Some(LayerId::base()), ..error });
    }

    fn warn(&mut self, code: Code, location: &LazyLocation<'_>, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::warning(code, message).at(location.path()));
    }
}

/// What `$patch` says.
enum Verb {
    Merge,
    Delete,
    Replace,
}

/// Whether a field is one of the merge keys of the item that it is in.
fn identifies(identity: Option<MergeKeys>, key: &str) -> bool {
    identity.is_some_and(|keys| keys.contains(key))
}

fn is_directive(key: &str) -> bool {
    [directive::PATCH, directive::RETAIN_KEYS, directive::UNSET].contains(&key)
        || directive::ALL[3..]
            .iter()
            .any(|name| directive::subject(key, name).is_some_and(|field| !field.is_empty()))
}

fn unknown_field(schema: Schema, name: &str, holder: &LazyLocation<'_>) -> String {
    if let Some(directive) = directive_without_dollar(name, directive::ALL) {
        return format!("write \"{name}\" as \"{directive}\": a directive begins with $");
    }
    describe_unknown_field(schema, name, Some(&holder.path()))
        .unwrap_or_else(|| format!("remove \"{name}\": there is no such field"))
}
