//! [`added`]: what a value of a patch becomes where nothing is.

use serde_json::{Map, Value};

use crate::patch::{Error, LazyLocation, directive, error::check_depth};

/// What becomes of nulls in added content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    Drop,
    Keep,
}

/// `value` as it is added where nothing is: without nulls in maps, and without any map that has a
/// `$patch`; `None` when that is all of it.
///
/// # Source
/// apimachinery v0.37, `strategicpatch/patch.go`, `discardNullValuesFromPatch`, `removeDirectives`.
pub(super) fn added(
    value: &Value,
    nulls: Nulls,
    location: &LazyLocation<'_>,
) -> Result<Option<Value>, Error> {
    if is_as_added(value, nulls, location)? {
        Ok(Some(value.clone()))
    } else {
        without(value, nulls, location)
    }
}

/// [`added`], made anew.
fn without(value: &Value, nulls: Nulls, location: &LazyLocation<'_>) -> Result<Option<Value>, Error> {
    check_depth(location)?;
    Ok(match value {
        Value::Object(map) => {
            let marked = map.get(directive::PATCH);
            if marked.is_some_and(|verb| nulls == Nulls::Keep || !verb.is_null()) {
                return Ok(None);
            }
            let mut kept = Map::new();
            for (key, value) in map {
                if value.is_null() && nulls == Nulls::Drop {
                    continue;
                }
                if let Some(value) = without(value, nulls, &location.field(key))? {
                    kept.insert(key.clone(), value);
                }
            }
            Some(Value::Object(kept))
        }
        Value::Array(list) => {
            let mut kept = Vec::with_capacity(list.len());
            for (index, item) in list.iter().enumerate() {
                kept.extend(without(item, nulls, &location.index(index))?);
            }
            Some(Value::Array(kept))
        }
        scalar => Some(scalar.clone()),
    })
}

/// Whether a value is added as it is, which most are.
fn is_as_added(value: &Value, nulls: Nulls, location: &LazyLocation<'_>) -> Result<bool, Error> {
    check_depth(location)?;
    match value {
        Value::Object(map) => {
            let mut is = !map.contains_key(directive::PATCH);
            for (key, value) in map {
                is = is
                    && !(value.is_null() && nulls == Nulls::Drop)
                    && is_as_added(value, nulls, &location.field(key))?;
            }
            Ok(is)
        }
        Value::Array(list) => {
            let mut is = true;
            for (index, item) in list.iter().enumerate() {
                is = is && is_as_added(item, nulls, &location.index(index))?;
            }
            Ok(is)
        }
        _ => Ok(true),
    }
}
