//! One field: set, recurse, and the directives about the fields of a map.

use serde_json::{Map, Value};

use super::{ExtendedMerge, MapOutcome, UnknownFields, identifies, template::Template, unknown_field};
use crate::{
    diagnostic::{ExpectedItems, ExpectedValue, ValueKind, codes, mend},
    patch::{
        ChangeCause, LazyLocation, Observer, assign, directive, identity::GoType, location::LocationSegment,
    },
    schema::{Field, FieldType, ListKind, MergeKeys, ScalarType, Schema, Type},
    work::MADE,
};

/// The kind that a field of this type wants; `None` for free JSON.
pub(super) fn wanted(ty: Type) -> Option<ValueKind> {
    match ty {
        Type::Scalar(ScalarType::Any) | Type::Custom(ScalarType::Any, _) => None,
        Type::Struct(_) | Type::Map(_) => Some(ValueKind::Map),
        Type::List(_) => Some(ValueKind::List),
        Type::Scalar(_) | Type::Custom(..) => Some(ValueKind::Scalar),
    }
}

/// What the items of a list are, for who has to write one.
fn items(ty: Type, field: Option<&'static Field>) -> ExpectedItems<'static> {
    let keys = match field.map(Field::list_kind) {
        Some(ListKind::Map(keys)) => Some(keys.merge_key()),
        _ => None,
    };
    match (ty, keys) {
        (Type::List(_), Some(key)) => ExpectedItems::Keyed(key),
        (Type::List(Type::Struct(_) | Type::Map(_)), None) => ExpectedItems::Maps,
        (Type::List(_), None) => ExpectedItems::Scalars,
        _ => ExpectedItems::Unknown,
    }
}

impl<O: Observer> ExtendedMerge<'_, O> {
    /// Sets a field, or merges into it. `location` is the field's.
    pub(super) fn field(
        &mut self,
        base: &mut Map<String, Value>,
        key: &str,
        value: &Value,
        child: FieldType,
        location: &LazyLocation<'_>,
    ) {
        if !self.fits(value, child.ty(), child.settings(), location) {
            return;
        }
        match value {
            Value::Object(patch) => self.map_field(base, key, Template::Written(patch), child, location),
            Value::Array(patch) => self.list_field(base, key, patch, child, location),
            scalar => {
                self.work.spend_scalar(scalar);
                self.scalar_field(base, key, scalar, location);
            }
        }
    }

    pub(super) fn scalar_field(
        &mut self,
        base: &mut Map<String, Value>,
        key: &str,
        scalar: &Value,
        location: &LazyLocation<'_>,
    ) {
        let was = if let Some(live) = base.get_mut(key) {
            self.forget(live);
            if O::KEEPS_PREVIOUS {
                Some(std::mem::replace(live, scalar.clone()))
            } else {
                assign::assign(live, scalar);
                None
            }
        } else {
            base.insert(key.to_owned(), scalar.clone());
            None
        };
        self.observer.set(location, was, scalar, ChangeCause::Stated);
    }

    /// Whether a patch value is of the kind that its place wants; an error where not.
    fn fits(
        &mut self,
        value: &Value,
        ty: Type,
        field: Option<&'static Field>,
        location: &LazyLocation<'_>,
    ) -> bool {
        if value.is_null() {
            let name = location.field_name();
            // A key whose fields are not indented below it has none.
            let fields = match wanted(ty) {
                Some(ValueKind::Map) => format!("indent the fields of \"{name}\" below it, or "),
                _ => String::new(),
            };
            let message =
                format!("replace the null: {fields}to remove \"{name}\", write $unset: [{name}] beside it");
            self.refuse(codes::NULL, location, message);
            return false;
        }
        match wanted(ty) {
            Some(kind) if kind != ValueKind::of(value) => {
                let is_item = matches!(location.segment(), LocationSegment::Index(_));
                let name = location.field_name();
                let advice =
                    mend(ExpectedValue { name, kind, items: items(ty, field), is_patch: true }, value);
                let message = format!(
                    "write {}\"{name}\" as {}, not as {}{advice}",
                    if is_item { "each item of " } else { "" },
                    kind.name(),
                    GoType::from_value(value).name()
                );
                self.refuse(codes::WRONG_KIND, location, message);
                false
            }
            _ => true,
        }
    }

    pub(super) fn map_field(
        &mut self,
        base: &mut Map<String, Value>,
        key: &str,
        patch: Template<'_>,
        child: FieldType,
        location: &LazyLocation<'_>,
    ) {
        let schema = child.schema();
        let whole = child.settings().is_some_and(|field| field.strategy.replace);
        match base.get_mut(key) {
            Some(Value::Object(live)) if !whole => {
                if live.is_empty() && patch.is_empty() {
                    self.observer.agree(location);
                } else if self.map(live, patch, schema, None, location) == MapOutcome::Deleted {
                    let was = base.remove(key);
                    if let Some(was) = &was {
                        self.forget(was);
                    }
                    self.observer.delete(location, was, ChangeCause::Delete);
                }
            }
            _ => self.new_map(base, key, patch, (schema, whole), location),
        }
    }

    /// A map where none was, or one that is replaced as a whole.
    fn new_map(
        &mut self,
        base: &mut Map<String, Value>,
        key: &str,
        patch: Template<'_>,
        (schema, whole): (Schema, bool),
        location: &LazyLocation<'_>,
    ) {
        self.work.spend(MADE);
        let mut fresh = Map::new();
        // Containers made by `eachContainer` patches of earlier layers keep their own attribution, below the new map.
        let watched = !self.each_container.is_empty() && may_hold_containers(schema);
        let outcome = if watched {
            self.map(&mut fresh, patch, schema, None, location)
        } else {
            self.quietly(|quiet| quiet.map(&mut fresh, patch, schema, None, location))
        };
        let stated = patch.is_empty() || patch.is_replace();
        let was_there = base.get(key).is_some_and(|value| !value.is_null());
        if outcome == MapOutcome::Kept && (stated || whole || !fresh.is_empty()) {
            let was = base.remove(key);
            if let Some(was) = &was {
                self.forget(was);
            }
            let cause = if was.is_some() { ChangeCause::Replace } else { ChangeCause::Stated };
            let fresh = Value::Object(fresh);
            if !watched || fresh.as_object().is_some_and(Map::is_empty) {
                self.observer.set(location, was, &fresh, cause);
            }
            base.insert(key.to_owned(), fresh);
        } else if outcome == MapOutcome::Deleted && was_there {
            let was = base.remove(key);
            if let Some(was) = &was {
                self.forget(was);
            }
            self.observer.delete(location, was, ChangeCause::Delete);
        } else if outcome == MapOutcome::Deleted {
            let message = format!("remove the $patch: delete: there is no \"{key}\" to delete");
            self.warn(codes::NOTHING_TO_DELETE, location, message);
        }
    }

    /// What `value` makes of nothing: new content, without any directive. `None` when nothing is left.
    pub(super) fn fresh(&mut self, value: &Value, ty: Type, location: &LazyLocation<'_>) -> Option<Value> {
        if !self.fits(value, ty, None, location) || self.is_too_deep(location) {
            return None;
        }
        match value {
            Value::Object(patch) => {
                if patch.get(directive::PATCH).is_some_and(|verb| verb == "delete") {
                    let message =
                        "leave the item out instead of marking it $patch: delete: the list has no merge key";
                    self.refuse(codes::DELETE_IN_ATOMIC_LIST, location, message);
                    return None;
                }
                self.work.spend(MADE);
                let mut fresh = Map::new();
                self.map(&mut fresh, Template::Written(patch), Schema::new(ty), None, location);
                Some(Value::Object(fresh))
            }
            Value::Array(items) => {
                let item = match ty {
                    Type::List(item) => *item,
                    other => other,
                };
                Some(Value::Array(self.fresh_items(items.iter(), item, location)))
            }
            scalar => {
                self.work.spend_scalar(scalar);
                Some(scalar.clone())
            }
        }
    }

    /// What the items of a list make of nothing.
    pub(super) fn fresh_items<'v>(
        &mut self,
        items: impl Iterator<Item = &'v Value>,
        item: Type,
        location: &LazyLocation<'_>,
    ) -> Vec<Value> {
        let mut made = Vec::new();
        for (index, value) in items.enumerate() {
            let at = location.index(index);
            if self.work.is_spent() {
                break;
            }
            if value.is_null() {
                self.refuse(codes::NULL, &at, "remove the null from the list");
            } else {
                made.extend(self.fresh(value, item, &at));
            }
        }
        made
    }

    /// Refuses what one patch object cannot mean at once.
    pub(super) fn contradictions(
        &mut self,
        patch: &Map<String, Value>,
        identity: Option<MergeKeys>,
        location: &LazyLocation<'_>,
    ) {
        for name in [directive::APPEND, directive::PREPEND] {
            for key in patch.keys() {
                if let Some(field) = directive::subject(key, name)
                    && patch.contains_key(field)
                {
                    let message = format!(
                        "write either {key} or \"{field}\": \"{field}\" replaces the list that {key} extends"
                    );
                    self.refuse(codes::CONTRADICTION, &location.field(field), message);
                }
            }
        }
        let Some(Value::Array(unset)) = patch.get(directive::UNSET) else { return };
        for field in unset.iter().filter_map(Value::as_str).filter(|field| !identifies(identity, field)) {
            let beside = patch.keys().find(|key| {
                *key == field
                    || directive::is(key) && key.split_once('/').is_some_and(|(_, about)| about == field)
            });
            if let Some(key) = beside {
                let message = format!(
                    "remove \"{field}\" from $unset, or remove \"{key}\": they contradict each other"
                );
                self.refuse(codes::CONTRADICTION, &location.field(field), message);
            }
        }
    }

    pub(super) fn retain_keys(
        &mut self,
        base: &mut Map<String, Value>,
        patch: &Map<String, Value>,
        schema: Schema,
        identity: Option<MergeKeys>,
        location: &LazyLocation<'_>,
    ) {
        let Some(names) = self.field_names(patch, directive::RETAIN_KEYS, schema, location) else { return };
        let listed = |key: &str| identifies(identity, key) || names.contains(&key);
        for key in patch.keys().filter(|key| !directive::is(key) && !listed(key)) {
            let message =
                format!("add \"{key}\" to $retainKeys: every field that the patch sets must be in it");
            self.refuse(codes::BAD_RETAIN_KEYS, &location.field(directive::RETAIN_KEYS), message);
        }
        base.retain(|key, value| {
            let keep = listed(key);
            if !keep {
                self.forget(value);
                self.observer.delete(&location.field(key), Some(value.take()), ChangeCause::RetainKeys);
            }
            keep
        });
    }

    pub(super) fn unset(
        &mut self,
        base: &mut Map<String, Value>,
        patch: &Map<String, Value>,
        schema: Schema,
        identity: Option<MergeKeys>,
        location: &LazyLocation<'_>,
    ) {
        let Some(names) = self.field_names(patch, directive::UNSET, schema, location) else { return };
        for name in names {
            let at = location.field(name);
            if identifies(identity, name) {
                let message = format!(
                    "remove \"{name}\" from $unset: it is the item's merge key; write $patch: delete to remove the item"
                );
                self.refuse(codes::UNSET_MERGE_KEY, &at, message);
            } else if let Some(was) = base.remove(name) {
                self.forget(&was);
                self.observer.delete(&at, Some(was), ChangeCause::Unset);
            } else {
                let message = format!("remove \"{name}\" from $unset: there is nothing to remove");
                self.warn(codes::NOTHING_TO_UNSET, &at, message);
            }
        }
    }

    /// The names in a directive that lists fields; errors for those that cannot be fields.
    fn field_names<'p>(
        &mut self,
        patch: &'p Map<String, Value>,
        directive: &str,
        schema: Schema,
        location: &LazyLocation<'_>,
    ) -> Option<Vec<&'p str>> {
        let value = patch.get(directive)?;
        let holder = location;
        let location = location.field(directive);
        let names =
            value.as_array().and_then(|names| names.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        let Some(mut names) = names else {
            self.refuse(
                codes::BAD_DIRECTIVE,
                &location,
                format!("write {directive} as a list of field names"),
            );
            return None;
        };
        names.retain(|name| {
            let unknown = schema.struct_type().is_some() && schema.field(name).is_err();
            if unknown {
                match self.options.unknown_fields {
                    UnknownFields::Refuse => {
                        self.refuse(codes::UNKNOWN_FIELD, &location, unknown_field(schema, name, holder));
                    }
                    UnknownFields::Warn => {
                        self.warn(codes::UNKNOWN_FIELD, &location, unknown_field(schema, name, holder));
                    }
                }
            }
            !unknown || self.options.unknown_fields == UnknownFields::Warn
        });
        Some(names)
    }
}

/// Whether a list of containers can be below a value like this.
fn may_hold_containers(schema: Schema) -> bool {
    ["containers", "template", "spec"].into_iter().any(|name| schema.field(name).is_ok())
}
