//! The documented differences from Kubernetes, as predicates on the input alone. They are a little wider than
//! what is really different, never narrower: a pair that none of them names must be answered equally.

use std::collections::BTreeSet;

use podgraft_merge::schema::{Schema, StructType, Type};
use serde_json::{Map, Value};

use crate::generate::KINDS;

/// Nested deeper than podgraft follows.
pub(crate) const DEPTH: usize = 1;
/// Go panics.
pub(crate) const PANIC: usize = 2;
/// Go's answer depends on the order in which it happens to visit a map.
pub(crate) const MAP_ORDER: usize = 3;
/// Half of a surrogate pair, which Go replaces and Rust's strings cannot hold.
pub(crate) const SURROGATE: usize = 4;
/// A patch that is null, which Go takes for an empty one.
pub(crate) const NULL_PATCH: usize = 5;
/// The highest number.
pub(crate) const COUNT: usize = NULL_PATCH;
/// What to call them, by number.
pub(crate) const NAMES: [&str; COUNT + 1] =
    ["", "depth bound", "Go panics", "Go's map order", "lone surrogates", "null patch"];

const ORDER: &str = "$setElementOrder/";
const DELETE: &str = "$deleteFromPrimitiveList/";
/// podgraft follows 128 levels; the line itself is one of them.
const MAX_DEPTH: usize = 127;

/// The predicates, and the names of all merge keys, which they need.
pub(crate) struct Differences {
    merge_keys: BTreeSet<&'static str>,
}

impl Differences {
    pub(crate) fn new() -> Self {
        let mut merge_keys = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for (version, kind) in KINDS {
            let schema = Schema::for_kind(version, kind).unwrap();
            collect(schema, &mut seen, &mut merge_keys);
        }
        Self { merge_keys }
    }

    /// The number of the difference that may show in the answer to this line.
    pub(crate) fn of(&self, line: &str) -> Option<usize> {
        if depth(line) > MAX_DEPTH {
            return Some(DEPTH);
        }
        if has_lone_surrogate(line) {
            return Some(SURROGATE);
        }
        // What is no JSON for either is an error on both sides.
        let request: Value = serde_json::from_str(line).ok()?;
        let patch = &request["patch"];
        if patch.is_null() {
            return Some(NULL_PATCH);
        }
        if depends_on_map_order(patch) {
            return Some(MAP_ORDER);
        }
        self.panics(&request).then_some(PANIC)
    }

    fn panics(&self, request: &Value) -> bool {
        let (base, patch) = (&request["base"], &request["patch"]);
        let part = |name: &str| base[name].as_str().unwrap_or_default();
        let schema = Schema::for_kind(part("apiVersion"), part("kind"));
        let orders = any_map(patch, &mut |map| map.keys().any(|key| key.starts_with(ORDER)));
        let null_item = |value: &Value| {
            any_list(value, &mut |list| {
                list.first().is_some_and(Value::is_null) || (orders && list.contains(&Value::Null))
            })
        };
        let retains_maps = any_map(patch, &mut |map| {
            map.get("$retainKeys").and_then(Value::as_array).is_some_and(|names| names.iter().any(is_nested))
        });
        retains_maps
            || null_item(base)
            || null_item(patch)
            || self.nested_merge_key(base)
            || self.nested_merge_key(patch)
            || schema.is_some_and(|schema| orders_nested_without_key(patch, request, schema))
    }

    /// A map or list as the merge key of a list item: Go cannot compare those.
    fn nested_merge_key(&self, value: &Value) -> bool {
        any_list(value, &mut |list| {
            list.iter().filter_map(Value::as_object).any(|item| {
                item.iter().any(|(key, value)| self.merge_keys.contains(key.as_str()) && is_nested(value))
            })
        })
    }
}

/// `$setElementOrder` of a list without merge key that has maps or lists in it: Go cannot compare those.
/// The items may come from anywhere in `request`: an item of the patch may be the base of a later one.
fn orders_nested_without_key(patch: &Value, request: &Value, schema: Schema) -> bool {
    let inside = |value: &Value, ty: Type| orders_nested_without_key(value, request, Schema::new(ty));
    match (patch, schema.ty()) {
        (Value::Object(map), Type::Map(values)) => map.values().any(|value| inside(value, *values)),
        (Value::Array(list), Type::List(items)) => list.iter().any(|item| inside(item, *items)),
        (Value::Object(map), _) => map.iter().any(|(key, value)| {
            if let Some(name) = key.strip_prefix(ORDER) {
                let keyless = schema.field_ignoring_case(name).is_ok_and(|field| field.merge_key.is_empty());
                return keyless && (holds_nested(value) || any_named(request, name));
            }
            schema.field_ignoring_case(key).is_ok_and(|field| inside(value, field.ty))
        }),
        _ => false,
    }
}

/// Whether any field of this name holds a list with maps or lists in it.
fn any_named(value: &Value, name: &str) -> bool {
    any_map(value, &mut |map| map.get(name).is_some_and(holds_nested))
}

/// Both `x` and `$deleteFromPrimitiveList/x`, unless an order decides which of them comes first.
fn depends_on_map_order(patch: &Value) -> bool {
    any_map(patch, &mut |map: &Map<String, Value>| {
        map.iter().any(|(key, value)| {
            key.strip_prefix(DELETE).is_some_and(|name| {
                map.contains_key(name) && (value.is_null() || !map.contains_key(&format!("{ORDER}{name}")))
            })
        })
    })
}

fn is_nested(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

fn holds_nested(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().any(is_nested))
}

/// Whether any map in the value, itself included, is such a one.
fn any_map(value: &Value, is: &mut impl FnMut(&Map<String, Value>) -> bool) -> bool {
    match value {
        Value::Object(map) => is(map) || map.values().any(|value| any_map(value, is)),
        Value::Array(list) => list.iter().any(|value| any_map(value, is)),
        _ => false,
    }
}

/// Whether any list in the value, itself included, is such a one.
fn any_list(value: &Value, is: &mut impl FnMut(&Vec<Value>) -> bool) -> bool {
    match value {
        Value::Object(map) => map.values().any(|value| any_list(value, is)),
        Value::Array(list) => is(list) || list.iter().any(|value| any_list(value, is)),
        _ => false,
    }
}

/// How deep the text nests, without parsing it: a parser has a bound of its own.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    deepest
}

/// Whether a `\u` escape is half of a surrogate pair without the other half.
fn has_lone_surrogate(text: &str) -> bool {
    let escape = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        rest = &rest[at..];
        match escape(rest) {
            Some(0xD800..0xDC00) if matches!(escape(&rest[6..]), Some(0xDC00..0xE000)) => rest = &rest[12..],
            Some(0xD800..0xE000) => return true,
            Some(_) => rest = &rest[6..],
            None => rest = &rest[2..],
        }
    }
    false
}

/// The merge keys of everything that is reachable from here.
fn collect(schema: Schema, seen: &mut BTreeSet<*const StructType>, keys: &mut BTreeSet<&'static str>) {
    match schema.ty() {
        Type::Map(inner) | Type::List(inner) => collect(Schema::new(*inner), seen, keys),
        _ => {
            let Some(of) = schema.struct_type() else { return };
            if seen.insert(of) {
                for field in of.fields {
                    keys.insert(field.merge_key);
                    collect(Schema::of(field), seen, keys);
                }
            }
        }
    }
}
