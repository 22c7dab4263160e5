//! The `extended` dialect: Kubernetes' rules with what templates need beside them.
//!
//! One patch object is applied in this order: contradictions, `$patch`, `$retainKeys`, `$unset`,
//! unions, set and recurse, `$deleteFromPrimitiveList`, `$prepend` and `$append`,
//! `$setElementOrder`. Everything that is wrong with a patch is reported, not just the first thing.

mod content;
mod each;
mod fields;
mod keyed;
mod keys;
mod known;
mod lists;
mod matching;
mod order;
mod target;
mod unions;

pub use content::{Child, name_of};
pub use each::{Seed, extend_each_container};
use known::KnownLists;
use serde_json::{Map, Value};

use super::{
    Cause, Observer, Place, Trail, directive,
    error::{BASE, MAX_DEPTH},
};
use crate::{
    diagnostic::{Code, Diagnostic, codes, did_you_mean},
    schema::{Schema, directive_without_dollar},
    work::Work,
};

/// What becomes of an item that matches nothing and is not complete by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingTarget {
    /// An error: a test's author meant some item that is there.
    #[default]
    Refuse,
    /// A warning, and the item is left out: an overlay meets tests of all kinds.
    Skip,
}

/// What becomes of fields that Kubernetes does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownFields {
    /// An error.
    #[default]
    Refuse,
    /// A warning; below such a field maps merge and lists are replaced. For clusters that are newer
    /// than [`KUBERNETES_VERSION`](crate::schema::KUBERNETES_VERSION).
    Warn,
}

/// How strict [`extend`] is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Items that match nothing.
    pub missing_target: MissingTarget,
    /// Fields that are not in the schema.
    pub unknown_fields: UnknownFields,
}

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

/// What the patches of one value share.
#[derive(Debug)]
pub struct Shared<'p> {
    /// What lies under each new container.
    pub seeds: Vec<Seed<'p>>,
    work: &'p Work,
    known: KnownLists,
}

impl<'p> Shared<'p> {
    /// For patches whose work is counted here.
    pub fn of(work: &'p Work) -> Self {
        Self { seeds: Vec::new(), work, known: KnownLists::default() }
    }
}

/// [`extend`], where each new container lies on top of what the seeds make of an empty one.
pub fn extend_seeded<O: Observer>(
    base: Value,
    patch: &Value,
    schema: Schema,
    options: Options,
    shared: &mut Shared<'_>,
    observer: &mut O,
) -> Extended {
    let mut merge = Merge::new(options, shared, observer);
    let (Value::Object(mut base), Value::Object(patch)) = (base, patch) else {
        merge.refuse(codes::NOT_AN_OBJECT, &Trail::ROOT, "write both the base and the patch as objects");
        return Extended { value: Value::Object(Map::new()), diagnostics: merge.diagnostics };
    };
    if merge.map(&mut base, patch, schema, &[], &Trail::ROOT) == Outcome::Deleted {
        merge.refuse(
            codes::DELETE_ROOT,
            &Trail::ROOT,
            "remove the $patch: delete: the whole object cannot be deleted",
        );
    }
    Extended { value: Value::Object(base), diagnostics: merge.diagnostics }
}

/// What became of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Kept,
    /// The patch says `$patch: delete`.
    Deleted,
}

/// A merge in progress.
struct Merge<'o, O> {
    observer: &'o mut O,
    options: Options,
    /// What lies under each new container.
    seeds: &'o [Seed<'o>],
    work: &'o Work,
    /// `None` in what is made for itself, which is never patched again.
    known: Option<&'o mut KnownLists>,
    diagnostics: Vec<Diagnostic>,
}

impl<'o, O: Observer> Merge<'o, O> {
    fn new(options: Options, shared: &'o mut Shared<'_>, observer: &'o mut O) -> Self {
        let Shared { seeds, work, known } = shared;
        Self { observer, options, seeds, work, known: Some(known), diagnostics: Vec::new() }
    }

    /// Lists or their items may be elsewhere from now on.
    fn moved(&mut self) {
        if let Some(known) = &mut self.known {
            known.clear();
        }
    }
}

impl<O: Observer> Merge<'_, O> {
    /// Applies one patch object. `identity` are the merge keys by which the map is known in its
    /// list, if it is an item of one.
    fn map(
        &mut self,
        base: &mut Map<String, Value>,
        patch: &Map<String, Value>,
        schema: Schema,
        identity: &[&str],
        trail: &Trail<'_>,
    ) -> Outcome {
        self.work.spend(1 + patch.len());
        if self.work.is_spent() || self.is_too_deep(trail) {
            return Outcome::Kept;
        }
        let directed = patch.keys().next().is_some_and(|key| key.starts_with('$'));
        if directed {
            self.contradictions(patch, identity, trail);
            match self.verb(patch, trail) {
                Verb::Delete => {
                    self.ignored_beside_delete(patch, identity, trail);
                    return Outcome::Deleted;
                }
                Verb::Replace => {
                    self.moved();
                    let was = Value::Object(std::mem::take(base));
                    self.observer.clear(trail, Some(was), Cause::Replace);
                }
                Verb::Merge => {}
            }
            self.retain_keys(base, patch, schema, identity, trail);
            self.unset(base, patch, schema, identity, trail);
        }
        self.unions(base, patch, schema, trail);
        let before = if directed { order::before(base, patch) } else { Vec::new() };
        for (key, value) in patch.iter().filter(|(key, _)| !key.starts_with('$')) {
            if identity.contains(&key.as_str()) && base.get(key) == Some(value) {
                continue;
            }
            if let Some(child) = self.child(schema, key, trail) {
                let place = child.field.map_or(Place::Field(key), |field| Place::Known(field.name));
                self.field(base, key, value, child, &trail.then(place));
            }
        }
        if directed {
            self.list_directives(base, (patch, &before), schema, trail);
        }
        Outcome::Kept
    }

    /// The directives that are about a list beside them, in their order.
    fn list_directives(
        &mut self,
        base: &mut Map<String, Value>,
        (patch, before): (&Map<String, Value>, &order::Before<'_>),
        schema: Schema,
        trail: &Trail<'_>,
    ) {
        for name in [
            directive::DELETE_FROM_PRIMITIVE_LIST,
            directive::PREPEND,
            directive::APPEND,
            directive::SET_ELEMENT_ORDER,
        ] {
            for (key, value) in patch {
                let Some(subject) = directive::subject(key, name) else { continue };
                let known = self.child(schema, subject, trail);
                let trail = trail.field(subject);
                let Some(child) = known else { continue };
                let Value::Array(items) = value else {
                    let dash = if value.is_object() { ": put a dash before each item" } else { "" };
                    self.refuse(codes::BAD_DIRECTIVE, &trail, format!("write {key} as a list{dash}"));
                    continue;
                };
                match name {
                    directive::DELETE_FROM_PRIMITIVE_LIST => {
                        self.delete_from_primitive_list(base, subject, items, child, &trail);
                    }
                    directive::PREPEND => {
                        self.extend_list(base, subject, items, child, Cause::Prepend, &trail);
                    }
                    directive::APPEND => self.extend_list(base, subject, items, child, Cause::Append, &trail),
                    _ => self.set_element_order(base, (patch, before), subject, items, child, &trail),
                }
            }
        }
        for key in patch.keys().filter(|key| key.starts_with('$') && !is_directive(key)) {
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
            self.refuse(codes::UNKNOWN_DIRECTIVE, &trail.field(key), message);
        }
    }

    /// What is known of a field of the map at `trail`, or `None`, with an error, when Kubernetes does not
    /// know it.
    fn child(&mut self, schema: Schema, name: &str, trail: &Trail<'_>) -> Option<Child> {
        if let Some(known) = Child::of(schema, name) {
            return Some(known);
        }
        let (message, trail) = (unknown_field(schema, name, trail), &trail.field(name));
        match self.options.unknown_fields {
            UnknownFields::Warn => {
                self.diagnostics.push(Diagnostic::warning(codes::UNKNOWN_FIELD, message).at(trail.path()));
                Some(Child::ANY)
            }
            UnknownFields::Refuse => {
                self.refuse(codes::UNKNOWN_FIELD, trail, message);
                None
            }
        }
    }

    fn verb(&mut self, patch: &Map<String, Value>, trail: &Trail<'_>) -> Verb {
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
                self.refuse(codes::UNKNOWN_PATCH_DIRECTIVE, trail, message);
                Verb::Merge
            }
        }
    }

    fn ignored_beside_delete(&mut self, patch: &Map<String, Value>, identity: &[&str], trail: &Trail<'_>) {
        let ignored = patch
            .keys()
            .find(|key| *key != directive::PATCH && !identity.contains(&key.as_str()))
            .map(String::as_str);
        if let Some(key) = ignored {
            let message = format!(
                "remove \"{key}\" or the $patch: delete: what stands beside $patch: delete is ignored"
            );
            self.warn(codes::IGNORED_BESIDE_DELETE, trail, message);
        }
    }

    /// Whether a place is deeper than [`MAX_DEPTH`]; an error where it is.
    fn is_too_deep(&mut self, trail: &Trail<'_>) -> bool {
        if trail.depth() <= MAX_DEPTH {
            return false;
        }
        let message = format!("nest less: maps and lists are read {MAX_DEPTH} levels deep at most");
        self.refuse(codes::TOO_DEEP, trail, message);
        true
    }

    fn refuse(&mut self, code: Code, trail: &Trail<'_>, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, message).at(trail.path()));
    }

    /// Refuses what is the base's own fault.
    fn refuse_base(&mut self, code: Code, trail: &Trail<'_>, message: impl Into<String>) {
        let error = Diagnostic::error(code, message).at(trail.path());
        self.diagnostics.push(Diagnostic { layer: Some(BASE.to_owned()), ..error });
    }

    fn warn(&mut self, code: Code, trail: &Trail<'_>, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::warning(code, message).at(trail.path()));
    }
}

/// What `$patch` says.
enum Verb {
    Merge,
    Delete,
    Replace,
}

fn is_directive(key: &str) -> bool {
    [directive::PATCH, directive::RETAIN_KEYS, directive::UNSET].contains(&key)
        || directive::ALL[3..]
            .iter()
            .any(|name| directive::subject(key, name).is_some_and(|field| !field.is_empty()))
}

fn unknown_field(schema: Schema, name: &str, holder: &Trail<'_>) -> String {
    if let Some(directive) = directive_without_dollar(name, directive::ALL) {
        return format!("write \"{name}\" as \"{directive}\": a directive begins with $");
    }
    crate::schema::unknown_field(schema, name, Some(&holder.path()))
        .unwrap_or_else(|| format!("remove \"{name}\": there is no such field"))
}
