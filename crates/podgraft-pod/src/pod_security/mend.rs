//! [`Mend`]: a change to a template that makes a field allowed.

use podgraft_merge::path::{FieldPath, Segment};
use serde_json::{Map, Value, json};

/// A change to a template that makes a field allowed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mend {
    path: FieldPath,
    /// What to set; `None` removes the field.
    value: Option<Value>,
}

impl Mend {
    pub(super) fn set(path: FieldPath, value: impl Into<Value>) -> Self {
        Self { path, value: Some(value.into()) }
    }

    pub(super) fn unset(path: FieldPath) -> Self {
        Self { path, value: None }
    }
}

/// The piece of a template, in the extended dialect, that makes all these changes; `None` where one of them is to an
/// item of a list that nothing names.
pub(super) fn template_piece<'m>(mends: impl IntoIterator<Item = &'m Mend>) -> Option<Value> {
    let mut piece = json!({});
    for mend in mends {
        let (last, way) = mend.path.segments().split_last()?;
        let object = object(way.iter().try_fold(&mut piece, child)?)?;
        let Segment::Field(name) = last else { return None };
        if let Some(value) = &mend.value {
            object.insert(name.clone(), value.clone());
            continue;
        }
        let unset = object.entry("$unset").or_insert_with(|| json!([])).as_array_mut()?;
        if !unset.iter().any(|field| field == name) {
            unset.push(name.clone().into());
        }
    }
    Some(piece)
}

/// The object that is here; it is made where nothing is.
fn object(here: &mut Value) -> Option<&mut Map<String, Value>> {
    if here.is_null() {
        *here = json!({});
    }
    here.as_object_mut()
}

/// What is one segment further in; it is made where it is not there.
fn child<'v>(here: &'v mut Value, segment: &Segment) -> Option<&'v mut Value> {
    match segment {
        Segment::Field(name) => Some(object(here)?.entry(name.clone()).or_insert(Value::Null)),
        Segment::Key(keys) => {
            if here.is_null() {
                *here = json!([]);
            }
            let items = here.as_array_mut()?;
            let is_it = |item: &Value| keys.iter().all(|(key, value)| item.get(key) == Some(value));
            let index = items.iter().position(is_it).unwrap_or_else(|| {
                items.push(Value::Object(keys.iter().cloned().collect()));
                items.len() - 1
            });
            items.get_mut(index)
        }
        Segment::Index(_) | Segment::Item(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_join_in_one_piece() {
        let container = |name: &str| FieldPath::fields(["spec", "containers"]).item("name", name);
        let context = |name: &str| container(name).field("securityContext");
        let mends = [
            Mend::set(context("a").field("privileged"), false),
            Mend::unset(context("a").field("runAsUser")),
            Mend::unset(context("a").field("procMount")),
            Mend::set(context("b").field("privileged"), false),
            Mend::set(FieldPath::fields(["spec", "hostPID"]), false),
        ];
        assert_eq!(
            template_piece(&mends),
            Some(json!({"spec": {
                "containers": [
                    {"name": "a", "securityContext": {"privileged": false, "$unset": ["runAsUser", "procMount"]}},
                    {"name": "b", "securityContext": {"privileged": false}}
                ],
                "hostPID": false
            }}))
        );
        let nameless = FieldPath::fields(["spec", "containers"]).index(0).field("image");
        assert_eq!(template_piece(&[Mend::unset(nameless)]), None);
    }
}
