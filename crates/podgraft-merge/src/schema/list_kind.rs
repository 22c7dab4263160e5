//! [`ListKind`]: how a list merges, and what identifies its items. Nothing else knows the keys of a list.

use std::{borrow::Cow, collections::HashMap, iter, sync::LazyLock};

use serde_json::Value;

use super::{Field, STRUCTS, Schema, Type};

/// How a list merges, and what identifies its items: server-side apply's `x-kubernetes-list-type`.
#[derive(Debug, Clone, Copy)]
pub enum ListKind {
    /// Items merge by their keys.
    Map(MergeKeys),
    /// Scalars, each once.
    Set,
    /// The list is replaced as a whole; its items are identified by their indexes.
    Atomic,
}

/// The keys of a list's items: Kubernetes' merge key and, for some lists, the key that server-side apply has beside
/// it. No list of Kubernetes has more than two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergeKeys {
    merge_key: &'static str,
    secondary: Option<MergeKey>,
}

/// One key of a list's items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergeKey {
    /// Its field's name.
    pub name: &'static str,
    /// What an item without it counts as; `None` where it counts as having none.
    pub default: Option<&'static str>,
}

impl Field {
    /// How this field's list merges; [`ListKind::Atomic`] also for what is no list.
    ///
    /// # Source
    /// The merge key and strategy are those of strategic merge; the secondary key and its default are those of
    /// server-side apply (`x-kubernetes-list-map-keys` and `default` in `OpenAPI`).
    #[must_use]
    pub fn list_kind(&'static self) -> ListKind {
        match self.ty {
            Type::List(item) if self.strategy.merge && !self.merge_key.is_empty() => {
                let secondary = self.list_keys.iter().find(|key| **key != self.merge_key);
                let secondary = secondary.map(|name| MergeKey::of(Schema::new(*item), name));
                ListKind::Map(MergeKeys { merge_key: self.merge_key, secondary })
            }
            Type::List(_) if self.strategy.merge => ListKind::Set,
            _ => ListKind::Atomic,
        }
    }
}

impl MergeKey {
    fn of(item: Schema, name: &'static str) -> Self {
        let field = item.field(name).ok();
        Self { name, default: field.map(|field| field.default).filter(|default| !default.is_empty()) }
    }
}

impl MergeKeys {
    /// The key of containers, and of most lists.
    pub(crate) const NAME: Self = Self { merge_key: "name", secondary: None };

    /// The merge key.
    #[must_use]
    pub const fn merge_key(self) -> &'static str {
        self.merge_key
    }

    /// The key beside the merge key, where the list has one.
    #[must_use]
    pub const fn secondary(self) -> Option<MergeKey> {
        self.secondary
    }

    /// All keys, the merge key first.
    pub fn iter(self) -> impl Iterator<Item = MergeKey> {
        iter::once(MergeKey { name: self.merge_key, default: None }).chain(self.secondary)
    }

    /// The names of the keys, the merge key first.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(|key| key.name).collect()
    }

    /// Whether one of the keys has this name.
    pub(crate) fn contains(self, name: &str) -> bool {
        self.merge_key == name || self.secondary.is_some_and(|key| key.name == name)
    }

    /// Whether an item, which a patch may write, leaves the secondary key of its list out.
    pub(crate) fn omits_secondary(self, item: &Value) -> bool {
        self.secondary.is_some_and(|key| item.get(key.name).is_none())
    }

    /// The secondary key of an item, its default filled in.
    pub(crate) fn secondary_of(self, item: &Value) -> Option<SecondaryKey> {
        let MergeKey { name, default } = self.secondary?;
        let (text, is_string) = match item.get(name) {
            Some(Value::String(written)) if default == Some(written) => (Cow::Borrowed(default?), true),
            Some(Value::String(written)) => (Cow::Owned(written.clone()), true),
            None | Some(Value::Null) => (Cow::Borrowed(default?), true),
            Some(other) => (Cow::Owned(other.to_string()), false),
        };
        Some(SecondaryKey { name, text, is_string })
    }

    /// The keys of an item and their values, as a path writes them: defaults are filled in, and a secondary key that
    /// the item does not have is left out. `None` without the merge key.
    #[must_use]
    pub fn identify(self, item: &Value) -> Option<Vec<(String, Value)>> {
        let first = item.get(self.merge_key).filter(|value| !value.is_null())?;
        let mut keys = Vec::with_capacity(2);
        keys.push((self.merge_key.to_owned(), first.clone()));
        keys.extend(self.secondary_of(item).map(|key| (key.name.to_owned(), key.value())));
        Some(keys)
    }
}

/// The secondary key of one item. A key that is no string, which the API server refuses, is kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SecondaryKey {
    name: &'static str,
    /// Borrowed where it is the default: nearly always.
    text: Cow<'static, str>,
    is_string: bool,
}

impl SecondaryKey {
    /// The key's name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The text, or the JSON of what is no text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether [`Self::text`] is the value itself, and no JSON.
    pub(crate) fn is_string(&self) -> bool {
        self.is_string
    }

    /// The value.
    pub(crate) fn value(&self) -> Value {
        if self.is_string {
            (&*self.text).into()
        } else {
            serde_json::from_str(&self.text).unwrap_or_default()
        }
    }
}

/// What an item counts as that leaves out the key of this name of its list: the same in all lists of Kubernetes that have
/// such a key.
#[must_use]
pub fn key_default(name: &str) -> Option<&'static str> {
    static DEFAULTS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        let fields = STRUCTS.iter().flat_map(|of| of.fields);
        let keys = fields.filter_map(|field| match field.list_kind() {
            ListKind::Map(keys) => keys.secondary,
            _ => None,
        });
        keys.filter_map(|key| Some((key.name, key.default?))).collect()
    });
    DEFAULTS.get(name).copied()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(api_version: &str, kind: &str, path: &[&str]) -> Vec<MergeKey> {
        let (list, above) = path.split_last().unwrap();
        let schema = above.iter().fold(Schema::for_kind(api_version, kind).unwrap(), |schema, name| {
            let field = schema.field(name).unwrap();
            match field.ty {
                Type::List(item) => Schema::new(*item),
                ty => Schema::new(ty),
            }
        });
        match schema.field(list).unwrap().list_kind() {
            ListKind::Map(keys) => keys.iter().collect(),
            kind => panic!("{path:?} is {kind:?}"),
        }
    }

    #[test]
    fn keys_and_their_defaults_are_kubernetes() {
        let key = |name, default| MergeKey { name, default };
        let tcp = key("protocol", Some("TCP"));
        let ports = keys("v1", "Pod", &["spec", "containers", "ports"]);
        assert_eq!(ports, [key("containerPort", None), tcp]);
        assert_eq!(keys("v1", "Service", &["spec", "ports"]), [key("port", None), tcp]);
        let spread = keys("v1", "Pod", &["spec", "topologySpreadConstraints"]);
        assert_eq!(spread, [key("topologyKey", None), key("whenUnsatisfiable", None)]);
        assert_eq!(keys("v1", "Pod", &["spec", "containers", "env"]), [key("name", None)]);
    }

    #[test]
    fn a_key_has_one_default_everywhere() {
        let mut checked = 0;
        for field in STRUCTS.iter().flat_map(|of| of.fields) {
            if let ListKind::Map(keys) = field.list_kind() {
                for key in keys.iter() {
                    // What one list fills in, no other leaves open.
                    assert_eq!(key.default, key_default(key.name), "{} of {}", key.name, field.name);
                    checked += 1;
                }
            }
        }
        assert!(checked > 100, "{checked}");
        assert_eq!((key_default("protocol"), key_default("name")), (Some("TCP"), None));
    }

    #[test]
    fn no_list_has_more_than_two_keys() {
        for field in STRUCTS.iter().flat_map(|of| of.fields).filter(|field| !field.merge_key.is_empty()) {
            let more = field.list_keys.iter().filter(|key| **key != field.merge_key).count();
            assert!(more <= 1, "{} has {:?}", field.name, field.list_keys);
        }
    }

    #[test]
    fn items_are_known_with_their_defaults() {
        let spec = Schema::for_kind("v1", "Service").unwrap().field("spec").unwrap();
        let ListKind::Map(keys) = Schema::of(spec).field("ports").unwrap().list_kind() else { panic!() };
        let known = |item| {
            keys.identify(&item).map(|keys| keys.into_iter().map(|(_, value)| value).collect::<Vec<_>>())
        };
        assert_eq!(known(json!({ "port": 53 })), Some(vec![json!(53), json!("TCP")]));
        assert_eq!(known(json!({ "port": 53, "protocol": "UDP" })), Some(vec![json!(53), json!("UDP")]));
        assert_eq!(known(json!({ "protocol": "UDP" })), None);
    }
}
