//! [`Cursor`]: a value of the judged pod together with its path, so that a rule and the place that it
//! complains about cannot come apart.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use serde_json::Value;

use podgraft_merge::{
    path::{FieldPath, Lookup, Segment},
    schema::{Field, FieldType, ListKind, MergeKeys, Schema, Type},
    work::Work,
};

/// The keys of the lists of a pod that have some; no other list of a pod has one of these names.
static KEYS: LazyLock<HashMap<&'static str, MergeKeys>> = LazyLock::new(|| {
    let mut lists = HashMap::new();
    for_each_list(&mut |field| {
        if let ListKind::Map(keys) = field.list_kind() {
            lists.insert(field.name, keys);
        }
    });
    lists
});

/// Calls `visit` with every list of a pod template.
fn for_each_list(visit: &mut impl FnMut(&'static Field)) {
    let (mut seen, mut next) = (HashSet::new(), Vec::from_iter(Schema::pod_template()));
    while let Some(schema) = next.pop() {
        match schema.ty() {
            Type::List(inner) | Type::Map(inner) => next.push(Schema::new(*inner)),
            Type::Struct(index) if seen.insert(index) => {
                for field in schema.struct_type().map_or(&[][..], |of| of.fields) {
                    if matches!(field.ty, Type::List(_)) {
                        visit(field);
                    }
                    next.push(Schema::of(field));
                }
            }
            _ => {}
        }
    }
}

/// The paths of the items of the list at `list`, whose field is called `name`.
fn item_paths(list: &FieldPath, name: &str, items: &[Value]) -> impl Iterator<Item = FieldPath> {
    let kind = KEYS.get(name).map_or(ListKind::Atomic, |keys| ListKind::Map(*keys));
    kind.segments(items).into_iter().map(|segment| list.with(segment))
}

/// A path of a pod template, items of keyed lists by their merge keys: as provenance writes it. Many paths of
/// one pod share their `lookup`.
pub fn canonical<'v>(pod: &'v Value, path: &FieldPath, lookup: &Lookup<'v>) -> FieldPath {
    FieldType::pod_template().canonical(path, pod, lookup)
}

/// Calls `visit` with everything in a value of a pod template that is not divided further: scalars, empty maps,
/// and lists whose items have no keys. `path` is where the value is.
pub fn leaves<'v>(path: &FieldPath, value: &'v Value, visit: &mut impl FnMut(FieldPath, &'v Value)) {
    match (value, path.segments().last()) {
        (Value::Object(fields), _) if !fields.is_empty() => {
            fields.iter().for_each(|(name, inner)| leaves(&path.field(name), inner, visit));
        }
        (Value::Array(items), Some(Segment::Field(name)))
            if !items.is_empty() && KEYS.contains_key(name.as_str()) =>
        {
            for (path, item) in item_paths(path, name, items).zip(items) {
                leaves(&path, item, visit);
            }
        }
        _ => visit(path.clone(), value),
    }
}

/// A value and where it is. A null is as good as absent everywhere, as the API server reads it.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    /// The value.
    pub value: &'a Value,
    /// Where it is, from the pod template.
    pub path: FieldPath,
    /// Who counts the items and entries that are visited. Once that is too many, there are none.
    work: Option<&'a Work>,
}

impl<'a> Cursor<'a> {
    /// The pod template itself.
    #[must_use]
    pub fn root(value: &'a Value) -> Self {
        Self { value, path: FieldPath::root(), work: None }
    }

    /// The same place, whose visits are counted.
    #[must_use]
    pub fn counted(self, work: &'a Work) -> Self {
        Self { work: Some(work), ..self }
    }

    /// Counts so many visits; whether that was too much.
    fn is_too_much(&self, visits: usize) -> bool {
        self.work.is_some_and(|work| {
            work.spend(visits);
            work.is_spent()
        })
    }

    /// The field `name`, unless it is absent or null.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Self { value, path: self.path.field(name), work: self.work })
    }

    /// Whether the field `name` is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some_and(|value| !value.is_null())
    }

    /// The text of the field `name`, when it is a text.
    pub fn str(&self, name: &str) -> Option<&'a str> {
        self.value.get(name).and_then(Value::as_str)
    }

    /// The text of the field `name`, empty when it is absent.
    #[must_use]
    pub fn text(&self, name: &str) -> &'a str {
        self.str(name).unwrap_or_default()
    }

    /// The number in the field `name`, when it is an integer.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.value.get(name).and_then(Value::as_i64)
    }

    /// Whether the field `name` is `true`.
    #[must_use]
    pub fn is_true(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    /// The path of the field `name`, whether it is there or not.
    #[must_use]
    pub fn field(&self, name: &str) -> FieldPath {
        self.path.field(name)
    }

    /// The items of the list `name`: by their merge keys where the list has some, by index where it
    /// is replaced as a whole. An item without its first key has only its index.
    pub fn items(&self, name: &str) -> Vec<Self> {
        let list = self.value.get(name).and_then(Value::as_array);
        if self.is_too_much(list.map_or(0, Vec::len)) {
            return Vec::new();
        }
        let (below, work) = (self.path.field(name), self.work);
        let list = list.map_or(&[][..], Vec::as_slice);
        let item = |(path, value)| Self { value, path, work };
        item_paths(&below, name, list).zip(list).map(item).collect()
    }

    /// The entries of the map `name`: key and value.
    pub fn entries(&self, name: &str) -> Vec<(&'a str, Self)> {
        let map = self.value.get(name).and_then(Value::as_object);
        if self.is_too_much(map.map_or(0, serde_json::Map::len)) {
            return Vec::new();
        }
        let (below, work) = (self.path.field(name), self.work);
        map.into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.as_str(), Self { value, path: below.field(key), work }))
            .collect()
    }

    /// The texts of the list `name`, each with its place.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<(&'a str, FieldPath)> {
        self.items(name).into_iter().filter_map(|item| Some((item.value.as_str()?, item.path))).collect()
    }

    /// The names of the fields of this object that are set.
    #[must_use]
    pub fn names(&self) -> Vec<&'a str> {
        let map = self.value.as_object();
        map.into_iter().flatten().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_lists_of_one_kind() {
        let mut others = 0;
        for_each_list(&mut |field| {
            if !matches!(field.list_kind(), ListKind::Map(_)) {
                assert!(
                    !KEYS.contains_key(field.name),
                    "{} is a list of keyed items, and of others",
                    field.name
                );
                others += 1;
            }
        });
        assert!(others > 30 && KEYS.len() >= 13, "{others} and {}", KEYS.len());
        let keys = |name: &str| KEYS[name].iter().map(|key| key.name).collect::<Vec<_>>();
        assert_eq!(keys("ports"), ["containerPort", "protocol"]);
        assert_eq!(keys("topologySpreadConstraints"), ["topologyKey", "whenUnsatisfiable"]);
        assert_eq!(keys("volumeMounts"), ["mountPath"]);
    }
}
