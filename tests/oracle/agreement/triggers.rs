//! Which documented differences between the dialects a base and a patch trigger; `docs/dialects.md` explains
//! each.

use std::collections::BTreeSet;

use podgraft_merge::schema::{Field, ScalarType, Schema, StructType, Type};
use serde_json::{Map, Value};

/// The names of the differences that applying `patch` to `base` triggers.
pub(crate) fn triggered(base: &Value, patch: &Value, schema: Schema) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    value(Some(base), patch, schema.ty(), None, &mut found);
    found
}

type Found = BTreeSet<&'static str>;

fn value(base: Option<&Value>, patch: &Value, ty: Type, field: Option<&'static Field>, found: &mut Found) {
    let fits = match (patch, ty) {
        (Value::Null, _) => {
            found.insert("no null");
            return;
        }
        (_, Type::Scalar(ScalarType::Any) | Type::Custom(ScalarType::Any, _)) => {
            if patch.is_object() || patch.is_array() {
                found.insert("free JSON");
            }
            return;
        }
        (Value::Object(patch), Type::Struct(_) | Type::Map(_)) => {
            return map(base.and_then(Value::as_object), patch, ty, found);
        }
        (Value::Array(patch), Type::List(item)) => return list(base, patch, *item, field, found),
        (Value::Object(_) | Value::Array(_), _) => false,
        (_, Type::Scalar(_) | Type::Custom(..)) => true,
        _ => false,
    };
    if !fits {
        found.insert("kinds");
    }
}

fn map(base: Option<&Map<String, Value>>, patch: &Map<String, Value>, ty: Type, found: &mut Found) {
    let schema = Schema::new(ty);
    unions(base, patch, schema.struct_type(), found);
    for (key, inner) in patch {
        if key.starts_with('$') {
            found.insert(directive(key, base, patch, schema));
            continue;
        }
        let (inner_ty, field) = match (schema.field(key), ty) {
            (Ok(field), _) => (field.ty, Some(field)),
            (Err(_), Type::Map(inner)) => (*inner, None),
            _ => {
                found.insert("unknown fields");
                continue;
            }
        };
        value(base.and_then(|base| base.get(key)), inner, inner_ty, field, found);
    }
}

/// The difference that a directive in a map triggers.
fn directive(
    key: &str,
    base: Option<&Map<String, Value>>,
    patch: &Map<String, Value>,
    schema: Schema,
) -> &'static str {
    let about = |name: &str| key.strip_prefix(name).and_then(|rest| rest.strip_prefix('/'));
    if key == "$patch" {
        return "$patch in a map";
    }
    if key == "$retainKeys" {
        return "$retainKeys";
    }
    if about("$setElementOrder").is_some() {
        return "$setElementOrder";
    }
    if let Some(name) = about("$deleteFromPrimitiveList") {
        let is_there = base.is_some_and(|base| base.get(name).is_some_and(Value::is_array));
        let scalars = schema.field(name).is_ok_and(|field| matches!(field.ty, Type::List(Type::Scalar(_))));
        let plain = is_there && scalars && !patch.contains_key(name) && patch[key].is_array();
        return if plain {
            "$deleteFromPrimitiveList of a list that is there"
        } else {
            "$deleteFromPrimitiveList"
        };
    }
    if ["$unset", "$append", "$prepend"].iter().any(|name| key.starts_with(name)) {
        "additions"
    } else {
        "other $ keys"
    }
}

fn unions(
    base: Option<&Map<String, Value>>,
    patch: &Map<String, Value>,
    of: Option<&'static StructType>,
    found: &mut Found,
) {
    for union in of.into_iter().flat_map(|of| of.unions) {
        let set = union.members.iter().filter(|member| patch.contains_key(member.field)).count();
        let chosen = patch.contains_key(union.discriminator);
        let there =
            union.members.iter().filter(|member| base.is_some_and(|base| base.contains_key(member.field)));
        if set > 1 || (set > 0 || chosen) && there.count() > 0 || set > 0 && chosen {
            found.insert("unions");
        }
    }
}

fn list(base: Option<&Value>, patch: &[Value], item: Type, field: Option<&'static Field>, found: &mut Found) {
    let live = base.and_then(Value::as_array);
    let merges = field.is_some_and(|field| field.strategy.merge);
    let key = field.map_or("", |field| field.merge_key);
    if patch.iter().any(|value| value.get("$patch").is_some()) {
        found.insert("$patch in a list");
    }
    if merges && !key.is_empty() {
        if matches!(key, "containerPort" | "port" | "topologyKey") {
            found.insert("keys");
        }
        for value in patch {
            keyed_item(live, value, item, key, found);
        }
    } else {
        for value in patch {
            self::value(None, value, item, None, found);
        }
    }
    let keys = || patch.iter().map(|value| if key.is_empty() { Some(value) } else { value.get(key) });
    let repeated = keys().enumerate().any(|(index, one)| keys().skip(index + 1).any(|other| one == other));
    if merges && live.is_none() && repeated {
        found.insert("repeated items in a new list");
    }
    if merges && !key.is_empty() && repeated {
        found.insert("two items of one key");
    }
}

fn keyed_item(live: Option<&Vec<Value>>, patch: &Value, item: Type, key: &str, found: &mut Found) {
    let Some(written) = patch.get(key) else {
        // Kubernetes adds a new list as it is written, with or without keys.
        found.extend(live.is_none().then_some("targets"));
        return value(None, patch, item, None, found);
    };
    if written.is_object() || written.is_array() {
        found.insert("kinds");
    }
    let target = live.into_iter().flatten().find(|live| live.get(key) == Some(written));
    value(target, patch, item, None, found);
    let first = |fields: &Map<String, Value>| lacks_something(fields, Schema::new(item).struct_type());
    if target.is_none() && patch.as_object().is_some_and(first) {
        found.insert("targets");
    }
}

/// Whether a new item is not complete by itself.
fn lacks_something(item: &Map<String, Value>, of: Option<&'static StructType>) -> bool {
    let Some(of) = of else { return false };
    match of.name {
        "Container" | "EphemeralContainer" => !item.contains_key("image"),
        "Volume" => {
            let mut sources = of.unions.iter().flat_map(|union| union.members);
            !sources.any(|source| item.contains_key(source.field))
        }
        _ => of.fields.iter().any(|field| field.required && !item.contains_key(field.name)),
    }
}
