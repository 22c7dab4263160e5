//! The `kubernetes` dialect: equal to apimachinery's `strategicpatch`, in results and in which
//! inputs are errors.
//!
//! # Source
//! apimachinery v0.37, `pkg/util/strategicpatch/patch.go`, `StrategicMergeMapPatch`.

mod added;
mod items;
mod list;
mod merged_order;
mod ordered;
mod plain;

use added::{Nulls, added};
pub(super) use merged_order::MergedOrder;
use serde_json::{Map, Value};

use super::{
    ChangeCause, Error, LazyLocation, Observer, assign,
    compiled::{CompiledMap, CompiledValue},
    directive,
    error::{check_depth, no_schema, refuse},
    go::list_item,
    identity::{GoType, ScalarKey},
};
use crate::{
    diagnostic::codes,
    schema::{Field, Schema},
};

/// Merges two objects; `compiled` is what is known of the patch, where it was compiled.
pub(super) fn merge<O: Observer>(
    base: Value,
    patch: &Value,
    schema: Schema,
    compiled: Option<&CompiledMap>,
    observer: &mut O,
) -> Result<Value, Error> {
    let root = LazyLocation::root();
    let (Value::Object(mut base), Value::Object(patch)) = (base, patch) else {
        return Err(refuse(codes::NOT_AN_OBJECT, &root, "write both the base and the patch as objects"));
    };
    KubernetesMerge { observer }.map(&mut base, patch, schema, compiled, &root)?;
    Ok(Value::Object(base))
}

/// Merges a map of a compiled patch into one map.
pub(super) fn merge_map(
    mut live: Map<String, Value>,
    patch: &Map<String, Value>,
    (schema, compiled): (Schema, &CompiledMap),
) -> Result<Map<String, Value>, Error> {
    let mut merge = KubernetesMerge { observer: &mut () };
    merge.map(&mut live, patch, schema, Some(compiled), &LazyLocation::root())?;
    Ok(live)
}

/// Merges a field of a compiled patch into what there is of it; `None` where nothing stays. `schema` is that of the map which
/// has the field.
pub(super) fn merge_field(
    live: Option<Value>,
    name: &str,
    patch: &Value,
    (schema, compiled): (Schema, &CompiledValue),
) -> Result<Option<Value>, Error> {
    let mut map: Map<String, Value> = live.map(|live| (name.to_owned(), live)).into_iter().collect();
    let mut merge = KubernetesMerge { observer: &mut () };
    merge.field(&mut map, name, patch, (schema, Some(compiled)), &LazyLocation::root().field(name))?;
    Ok(map.remove(name))
}

/// A merge in progress.
struct KubernetesMerge<'o, O> {
    pub(super) observer: &'o mut O,
}

impl<O: Observer> KubernetesMerge<'_, O> {
    /// Merges `patch` into `original`.
    pub(super) fn map(
        &mut self,
        original: &mut Map<String, Value>,
        patch: &Map<String, Value>,
        schema: Schema,
        compiled: Option<&CompiledMap>,
        location: &LazyLocation<'_>,
    ) -> Result<(), Error> {
        check_depth(location)?;
        if compiled.map_or_else(|| !directive::is_in(patch), |compiled| compiled.is_plain) {
            for (place, (key, value)) in patch.iter().enumerate() {
                let known = compiled.map(|compiled| compiled.value(place));
                self.field(original, key, value, (schema, known), &location.field(key))?;
            }
            return Ok(());
        }
        if let Some(verb) = patch.get(directive::PATCH) {
            return self.replace_or_delete(original, patch, verb, location);
        }
        self.retain_keys(original, patch, location)?;
        let ordered = self.ordered_lists(original, patch, schema, location)?;
        for (key, value) in patch {
            if key == directive::RETAIN_KEYS
                || key.starts_with(directive::SET_ELEMENT_ORDER)
                || ordered.contains(&key.as_str())
            {
                continue;
            }
            if key.starts_with(directive::DELETE_FROM_PRIMITIVE_LIST) {
                self.delete_from_primitive_list(original, key, value, schema, location)?;
            } else {
                self.field(original, key, value, (schema, None), &location.field(key))?;
            }
        }
        Ok(())
    }

    fn replace_or_delete(
        &mut self,
        original: &mut Map<String, Value>,
        patch: &Map<String, Value>,
        verb: &Value,
        location: &LazyLocation<'_>,
    ) -> Result<(), Error> {
        match verb.as_str() {
            Some("replace") => {
                original.clone_from(patch);
                original.remove(directive::PATCH);
                self.observer.clear(location, None, ChangeCause::Replace);
                for (key, value) in &*original {
                    self.observer.set(&location.field(key), None, value, ChangeCause::Replace);
                }
                Ok(())
            }
            Some("delete") => {
                original.clear();
                self.observer.clear(location, None, ChangeCause::Delete);
                Ok(())
            }
            _ => Err(refuse(
                codes::UNKNOWN_PATCH_DIRECTIVE,
                location,
                format!("write \"replace\" or \"delete\" as $patch: {verb} is neither"),
            )),
        }
    }

    fn retain_keys(
        &mut self,
        original: &mut Map<String, Value>,
        patch: &Map<String, Value>,
        location: &LazyLocation<'_>,
    ) -> Result<(), Error> {
        let Some(names) = patch.get(directive::RETAIN_KEYS) else { return Ok(()) };
        let at = location.field(directive::RETAIN_KEYS);
        let Value::Array(names) = names else {
            return Err(refuse(codes::BAD_RETAIN_KEYS, &at, "write $retainKeys as a list of field names"));
        };
        if names.iter().any(|name| ScalarKey::from_value(name).is_none()) {
            return Err(refuse(
                codes::BAD_RETAIN_KEYS,
                &at,
                "write $retainKeys as a list of field names, not of maps or lists",
            ));
        }
        let listed = |key: &str| names.iter().any(|name| name.as_str() == Some(key));
        for (key, value) in patch {
            let counts = !value.is_null()
                && key != directive::RETAIN_KEYS
                && !key.starts_with(directive::DELETE_FROM_PRIMITIVE_LIST)
                && !key.starts_with(directive::SET_ELEMENT_ORDER);
            if counts && !listed(key) {
                return Err(refuse(
                    codes::BAD_RETAIN_KEYS,
                    &at,
                    format!("add \"{key}\" to $retainKeys: every field that the patch sets must be in it"),
                ));
            }
        }
        original.retain(|key, _| {
            let keep = listed(key);
            if !keep {
                self.observer.delete(&location.field(key), None, ChangeCause::RetainKeys);
            }
            keep
        });
        Ok(())
    }

    /// Merges one plain field. `location` is the field's.
    fn field(
        &mut self,
        original: &mut Map<String, Value>,
        key: &str,
        value: &Value,
        (schema, compiled): (Schema, Option<&CompiledValue>),
        location: &LazyLocation<'_>,
    ) -> Result<(), Error> {
        if value.is_null() {
            if original.remove(key).is_some() {
                self.observer.delete(location, None, ChangeCause::Null);
            }
            return Ok(());
        }
        let Some(live) = original.get_mut(key) else {
            let is_as_added = compiled.is_some_and(CompiledValue::is_as_added);
            let added = if is_as_added { Some(value.clone()) } else { added(value, Nulls::Drop, location)? };
            if let Some(added) = added {
                self.observer.set(location, None, &added, ChangeCause::Stated);
                original.insert(key.to_owned(), added);
            }
            return Ok(());
        };
        match (live, value) {
            (Value::Object(live), Value::Object(patch)) => {
                let known = compiled.and_then(CompiledValue::as_map);
                let field =
                    known.and_then(|known| known.field).map_or_else(|| lookup(schema, key, location), Ok)?;
                if field.strategy.replace {
                    live.clone_from(patch);
                    self.observer.clear(location, None, ChangeCause::Replace);
                    self.observer.set(location, None, value, ChangeCause::Replace);
                    return Ok(());
                }
                self.map(live, patch, Schema::of(field), known, location)
            }
            (Value::Array(live), Value::Array(patch)) => {
                let known = compiled.and_then(CompiledValue::as_list);
                let (field, item) = known
                    .and_then(|known| known.field)
                    .map_or_else(|| list_field(schema, key, location), Ok)?;
                if field.strategy.merge {
                    let known = known.and_then(|known| known.items.as_deref());
                    return self.list(live, patch, (item, known), field.merge_key, location);
                }
                live.clone_from(patch);
                self.observer.clear(location, None, ChangeCause::Replace);
                self.observer.set(location, None, value, ChangeCause::Replace);
                Ok(())
            }
            (live, _) if GoType::from_value(live) == GoType::from_value(value) => {
                assign::assign(live, value);
                self.observer.set(location, None, value, ChangeCause::Stated);
                Ok(())
            }
            (live, _) => {
                if let Some(added) = added(value, Nulls::Drop, location)? {
                    self.observer.set(location, None, &added, ChangeCause::Stated);
                    *live = added;
                } else {
                    original.remove(key);
                    self.observer.delete(location, None, ChangeCause::Delete);
                }
                Ok(())
            }
        }
    }

    /// `$deleteFromPrimitiveList/FIELD`.
    fn delete_from_primitive_list(
        &mut self,
        original: &mut Map<String, Value>,
        key: &str,
        value: &Value,
        schema: Schema,
        location: &LazyLocation<'_>,
    ) -> Result<(), Error> {
        let Some(name) = directive::subject(key, directive::DELETE_FROM_PRIMITIVE_LIST) else {
            return Err(refuse(
                codes::BAD_DIRECTIVE,
                &location.field(key),
                format!("write \"{key}\" as $deleteFromPrimitiveList/FIELD"),
            ));
        };
        let name = if name.is_empty() { key } else { name };
        let location = location.field(name);
        if value.is_null() {
            if original.remove(name).is_some() {
                self.observer.delete(&location, None, ChangeCause::Null);
            }
            return Ok(());
        }
        match (original.get_mut(name), value) {
            (Some(Value::Object(live)), Value::Object(patch)) => {
                let field = lookup(schema, name, &location)?;
                if field.strategy.replace {
                    live.clone_from(patch);
                    self.observer.set(&location, None, value, ChangeCause::Replace);
                    return Ok(());
                }
                self.map(live, patch, Schema::of(field), None, &location)
            }
            (Some(Value::Array(live)), Value::Array(patch)) => {
                let (field, item) = list_field(schema, name, &location)?;
                self.delete_from_list(live, patch, item, field.merge_key, &location)
            }
            (Some(live), _) if !live.is_null() && GoType::from_value(live) == GoType::from_value(value) => {
                live.clone_from(value);
                self.observer.set(&location, None, value, ChangeCause::Stated);
                Ok(())
            }
            // Go looks at nothing else of it: a list that is not there, or is no list, stays so.
            _ => Ok(()),
        }
    }

    /// Every `$setElementOrder/FIELD`, with the list that the patch has for FIELD: those fields
    /// are returned, they are done.
    fn ordered_lists<'p>(
        &mut self,
        original: &mut Map<String, Value>,
        patch: &'p Map<String, Value>,
        schema: Schema,
        location: &LazyLocation<'_>,
    ) -> Result<Vec<&'p str>, Error> {
        let mut done = Vec::new();
        for (key, wanted) in patch {
            if !key.starts_with(directive::SET_ELEMENT_ORDER) {
                continue;
            }
            let at = location.field(key);
            let Value::Array(wanted) = wanted else {
                return Err(refuse(
                    codes::BAD_DIRECTIVE,
                    &at,
                    format!("write {key} as a list, not as {}", kind(wanted)),
                ));
            };
            let Some(name) = directive::subject(key, directive::SET_ELEMENT_ORDER) else {
                let message = format!("write \"{key}\" as $setElementOrder/FIELD");
                return Err(refuse(codes::BAD_DIRECTIVE, &at, message));
            };
            let live = optional_list(original.get(name), name, location)?;
            let listed = optional_list(patch.get(name), name, location)?;
            let field_location = location.field(name);
            let (field, item) = list_field(schema, name, &field_location)?;
            let order =
                ordered::ElementOrder { wanted, key: field.merge_key, merges: field.strategy.merge, item };
            let (live_is, listed_is) = (live.is_some(), listed.is_some());
            if let Some(merged) = self.ordered_list(original, name, listed, &order, &field_location)? {
                original.insert(name.to_owned(), Value::Array(merged));
            }
            if live_is || listed_is {
                done.push(name);
            }
        }
        Ok(done)
    }
}

/// The word for what a value is.
pub(super) fn kind(value: &Value) -> &'static str {
    GoType::from_value(value).name()
}

fn lookup(schema: Schema, name: &str, location: &LazyLocation<'_>) -> Result<&'static Field, Error> {
    schema.field_ignoring_case(name).map_err(|error| no_schema(error, schema, name, location))
}

/// The field, and the schema of its items.
///
/// # Source
/// apimachinery v0.37, `strategicpatch/meta.go`, `PatchMetaFromStruct.LookupPatchMetadataForSlice`.
fn list_field(
    schema: Schema,
    name: &str,
    location: &LazyLocation<'_>,
) -> Result<(&'static Field, Schema), Error> {
    let field = lookup(schema, name, location)?;
    match list_item(field) {
        Some(item) => Ok((field, item)),
        None => Err(refuse(
            codes::WRONG_KIND,
            location,
            format!("\"{name}\" is no list of values: do not write a list here"),
        )),
    }
}

fn optional_list<'v>(
    value: Option<&'v Value>,
    name: &str,
    location: &LazyLocation<'_>,
) -> Result<Option<&'v Vec<Value>>, Error> {
    match value {
        None => Ok(None),
        Some(Value::Array(list)) => Ok(Some(list)),
        Some(other) => Err(refuse(
            codes::WRONG_KIND,
            &location.field(name),
            format!("\"{name}\" has a $setElementOrder and must be a list, not {}", kind(other)),
        )),
    }
}
