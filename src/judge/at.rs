//! [`At`]: a value of the judged pod together with its path, so that a rule and the place that it
//! complains about cannot come apart.

use serde_json::Value;

use crate::{
    path::{FieldPath, Lookup, Segment, Step},
    work::Work,
};

/// The merge keys of the lists of a pod that have some; no other list of a pod has one of these
/// names.
const MERGE_KEYS: &[(&str, &[&str])] = &[
    ("containers", &["name"]),
    ("env", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("hostAliases", &["ip"]),
    ("imagePullSecrets", &["name"]),
    ("initContainers", &["name"]),
    ("ports", &["containerPort", "protocol"]),
    ("resourceClaims", &["name"]),
    ("schedulingGates", &["name"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
    ("volumeDevices", &["devicePath"]),
    ("volumeMounts", &["mountPath"]),
    ("volumes", &["name"]),
];

/// The path of an item of the list at `list`, whose field is called `name`. An absent protocol is
/// TCP.
pub(super) fn item_path(list: &FieldPath, name: &str, index: usize, item: &Value) -> FieldPath {
    let keys = MERGE_KEYS.iter().find(|(field, _)| *field == name).map_or(&[][..], |(_, keys)| keys);
    let mut pairs = Vec::with_capacity(keys.len());
    for key in keys {
        match item.get(*key).filter(|value| !value.is_null()) {
            Some(value) => pairs.push(((*key).to_owned(), value.clone())),
            None if *key == "protocol" => pairs.push(((*key).to_owned(), Value::from("TCP"))),
            None if pairs.is_empty() => return list.index(index),
            None => {}
        }
    }
    if pairs.is_empty() { list.index(index) } else { list.with(Segment::Key(pairs)) }
}

/// A path of a pod template, items of keyed lists by their merge keys: as provenance writes it. Many paths of
/// one pod share their `lookup`.
pub(crate) fn canonical<'v>(pod: &'v Value, path: &FieldPath, lookup: &Lookup<'v>) -> FieldPath {
    let steps = lookup.reach(path, pod);
    let mut here = pod;
    let mut list = "";
    let mut made = FieldPath::root();
    for step in &steps {
        match step {
            Step::Field(name) => {
                made.push(Segment::Field(name.clone()));
                here = here.get(name).unwrap_or(&Value::Null);
                list = name;
            }
            Step::Index(index) => {
                here = here.get(index).unwrap_or(&Value::Null);
                made = item_path(&made, list, *index, here);
            }
        }
    }
    path.segments()[steps.len()..].iter().cloned().for_each(|segment| made.push(segment));
    made
}

/// Calls `visit` with everything in a value of a pod template that is not divided further: scalars, empty maps,
/// and lists whose items have no keys. `path` is where the value is.
pub(crate) fn leaves<'v>(path: &FieldPath, value: &'v Value, visit: &mut impl FnMut(FieldPath, &'v Value)) {
    match (value, path.segments().last()) {
        (Value::Object(fields), _) if !fields.is_empty() => {
            fields.iter().for_each(|(name, inner)| leaves(&path.field(name), inner, visit));
        }
        (Value::Array(items), Some(Segment::Field(name)))
            if !items.is_empty() && MERGE_KEYS.iter().any(|(list, _)| list == name) =>
        {
            for (index, item) in items.iter().enumerate() {
                leaves(&item_path(path, name, index, item), item, visit);
            }
        }
        _ => visit(path.clone(), value),
    }
}

/// A value and where it is. A null is as good as absent everywhere, as the API server reads it.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    /// The value.
    pub(super) value: &'a Value,
    /// Where it is, from the pod template.
    pub(super) path: FieldPath,
    /// Who counts the items and entries that are visited. Once that is too many, there are none.
    work: Option<&'a Work>,
}

impl<'a> At<'a> {
    /// The pod template itself.
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, path: FieldPath::root(), work: None }
    }

    /// The same place, whose visits are counted.
    pub(super) fn counted(self, work: &'a Work) -> Self {
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
    pub(super) fn get(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Self { value, path: self.path.field(name), work: self.work })
    }

    /// Whether the field `name` is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some_and(|value| !value.is_null())
    }

    /// The text of the field `name`, when it is a text.
    pub(super) fn str(&self, name: &str) -> Option<&'a str> {
        self.value.get(name).and_then(Value::as_str)
    }

    /// The text of the field `name`, empty when it is absent.
    pub(super) fn text(&self, name: &str) -> &'a str {
        self.str(name).unwrap_or_default()
    }

    /// The number in the field `name`, when it is an integer.
    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.value.get(name).and_then(Value::as_i64)
    }

    /// Whether the field `name` is `true`.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    /// The path of the field `name`, whether it is there or not.
    pub(super) fn field(&self, name: &str) -> FieldPath {
        self.path.field(name)
    }

    /// The items of the list `name`: by their merge keys where the list has some, by index where it
    /// is replaced as a whole. An item without its first key has only its index.
    pub(super) fn items(&self, name: &str) -> Vec<Self> {
        let list = self.value.get(name).and_then(Value::as_array);
        if self.is_too_much(list.map_or(0, Vec::len)) {
            return Vec::new();
        }
        let (below, work) = (self.path.field(name), self.work);
        let item = |(index, value)| Self { value, path: item_path(&below, name, index, value), work };
        list.into_iter().flatten().enumerate().map(item).collect()
    }

    /// The entries of the map `name`: key and value.
    pub(super) fn entries(&self, name: &str) -> Vec<(&'a str, Self)> {
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
    pub(super) fn texts(&self, name: &str) -> Vec<(&'a str, FieldPath)> {
        self.items(name).into_iter().filter_map(|item| Some((item.value.as_str()?, item.path))).collect()
    }

    /// The names of the fields of this object that are set.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let map = self.value.as_object();
        map.into_iter().flatten().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.as_str()).collect()
    }
}
