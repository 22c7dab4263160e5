//! [`convert`]: a whole spec in the other version.

use serde_json::{Map, Value};

use super::{
    Version,
    correspondence::{CORRESPONDENCES, Correspondence, is_above_corresponding, is_own_field},
    kept::Kept,
};

/// A spec in the version `to`, and what is to be kept of it because that version cannot say it. `kept` is what was
/// kept of a spec of the version `to` before.
pub(super) fn convert(spec: &Map<String, Value>, to: Version, kept: &Kept) -> (Map<String, Value>, Kept) {
    let from = to.other();
    let mut rest = spec.clone();
    let mut kept_rest = kept.spec.clone();
    let mut converted = Map::new();
    let mut absent = Vec::new();
    for field in CORRESPONDENCES {
        let current = get(spec, field.path(from));
        let translated = in_version(field, current, to, kept);
        let is_exact = field.conversion.translate(translated.as_ref(), from).as_ref() == current;
        if is_exact {
            remove(&mut rest, field.path(from));
        } else if current.is_none() {
            absent.push(field.path(from).join("."));
        }
        remove(&mut kept_rest, field.path(to));
        if let Some(translated) = translated {
            insert(&mut converted, field.path(to), translated);
        }
    }
    rest.retain(|name, value| {
        let is_common = !is_own_field(from, name) && !is_own_field(to, name);
        if is_common {
            converted.insert(name.clone(), value.take());
        }
        !is_common
    });
    restore(&mut converted, &kept_rest, to, &mut Vec::new());
    (converted, Kept { spec: rest, absent })
}

/// The value of a field in the version `to`: what is kept of it while that still says what is there.
fn in_version(field: &Correspondence, current: Option<&Value>, to: Version, kept: &Kept) -> Option<Value> {
    let was = get(&kept.spec, field.path(to));
    let is_kept = was.is_some() || kept.absent.contains(&field.path(to).join("."));
    if is_kept && field.conversion.translate(was, to.other()).as_ref() == current {
        return was.cloned();
    }
    match was {
        Some(was) => field.conversion.merge(current, was, to),
        None => field.conversion.translate(current, to),
    }
}

/// Adds what is kept, where the spec has nothing.
fn restore<'k>(
    spec: &mut Map<String, Value>,
    kept: &'k Map<String, Value>,
    version: Version,
    above: &mut Vec<&'k str>,
) {
    for (name, value) in kept {
        above.push(name);
        match (spec.get_mut(name), value) {
            (None, value) => {
                spec.insert(name.clone(), value.clone());
            }
            (Some(Value::Object(there)), Value::Object(kept)) if is_above_corresponding(version, above) => {
                restore(there, kept, version, above);
            }
            _ => {}
        }
        above.pop();
    }
}

fn get<'v>(spec: &'v Map<String, Value>, path: &[&str]) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(spec.get(*first)?, |value, name| value.get(name))
}

/// Writes a value, and the maps on its way.
fn insert(spec: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [name] => {
            spec.insert((*name).to_owned(), value);
        }
        [name, rest @ ..] => {
            let inner = spec.entry(*name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

/// Removes a value, and the maps on its way that are empty then.
fn remove(spec: &mut Map<String, Value>, path: &[&str]) {
    match path {
        [] => {}
        [name] => {
            spec.remove(*name);
        }
        [name, rest @ ..] => {
            let Some(Value::Object(inner)) = spec.get_mut(*name) else { return };
            if get(inner, rest).is_some() {
                remove(inner, rest);
                if inner.is_empty() {
                    spec.remove(*name);
                }
            }
        }
    }
}
