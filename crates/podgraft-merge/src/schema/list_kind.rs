//! [`ListKind`]: how a list takes changes, and how its items are known.

use std::{collections::HashMap, sync::LazyLock};

use serde_json::Value;

use super::{Field, STRUCTS, Schema, Type};

/// How a list takes changes, and how its items are known.
#[derive(Debug, Clone, Copy)]
pub enum ListKind {
    /// Items merge by their keys.
    Map(ListKeys),
    /// Scalars, each once.
    Set,
    /// The list is replaced as a whole; its items are known by their indexes.
    Atomic,
}

/// The keys of a list's items: Kubernetes' merge key, then those that server-side apply has beside it.
#[derive(Debug, Clone, Copy)]
pub struct ListKeys {
    list: &'static Field,
    item: Schema,
}

/// One key of a list's items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListKey {
    /// Its field's name.
    pub name: &'static str,
    /// What an item without it counts as; `None` where it counts as having none.
    pub default: Option<&'static str>,
}

impl Field {
    /// How this field's list takes changes; [`ListKind::Atomic`] also for what is no list.
    ///
    /// # Source
    /// The merge key and strategy are those of strategic merge; further keys and their defaults are those of
    /// server-side apply (`x-kubernetes-list-map-keys` and `default` in `OpenAPI`).
    #[must_use]
    pub fn list_kind(&'static self) -> ListKind {
        match self.ty {
            Type::List(item) if self.strategy.merge && !self.merge_key.is_empty() => {
                ListKind::Map(ListKeys { list: self, item: Schema::new(*item) })
            }
            Type::List(_) if self.strategy.merge => ListKind::Set,
            _ => ListKind::Atomic,
        }
    }
}

impl ListKeys {
    /// The merge key.
    #[must_use]
    pub fn merge_key(self) -> &'static str {
        self.list.merge_key
    }

    /// All keys, the merge key first.
    pub fn iter(self) -> impl Iterator<Item = ListKey> {
        let more = self.list.list_keys.iter().copied().filter(move |key| *key != self.list.merge_key);
        std::iter::once(self.list.merge_key).chain(more).map(move |name| {
            let field = self.item.field(name).ok();
            ListKey { name, default: field.map(|field| field.default).filter(|default| !default.is_empty()) }
        })
    }

    /// What an item is known by, as a path writes it: defaults are filled in, and a further key that it
    /// does not have is left out. `None` without the merge key.
    #[must_use]
    pub fn of(self, item: &Value) -> Option<Vec<(String, Value)>> {
        let mut pairs = Vec::with_capacity(2);
        for key in self.iter() {
            match item.get(key.name).filter(|value| !value.is_null()) {
                Some(value) => pairs.push((key.name.to_owned(), value.clone())),
                None => match key.default {
                    Some(default) => pairs.push((key.name.to_owned(), default.into())),
                    None if pairs.is_empty() => return None,
                    None => {}
                },
            }
        }
        Some(pairs)
    }
}

/// What an item counts as that leaves out the key of this name of its list: the same in all lists of Kubernetes that have
/// such a key.
#[must_use]
pub fn key_default(name: &str) -> Option<&'static str> {
    static DEFAULTS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        let fields = STRUCTS.iter().flat_map(|of| of.fields);
        let keys = fields.filter_map(|field| match field.list_kind() {
            ListKind::Map(keys) => Some(keys.iter()),
            _ => None,
        });
        keys.flatten().filter_map(|key| Some((key.name, key.default?))).collect()
    });
    DEFAULTS.get(name).copied()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(api_version: &str, kind: &str, path: &[&str]) -> Vec<ListKey> {
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
        let key = |name, default| ListKey { name, default };
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
    fn items_are_known_with_their_defaults() {
        let spec = Schema::for_kind("v1", "Service").unwrap().field("spec").unwrap();
        let ListKind::Map(keys) = Schema::of(spec).field("ports").unwrap().list_kind() else { panic!() };
        let known =
            |item| keys.of(&item).map(|keys| keys.into_iter().map(|(_, value)| value).collect::<Vec<_>>());
        assert_eq!(known(json!({ "port": 53 })), Some(vec![json!(53), json!("TCP")]));
        assert_eq!(known(json!({ "port": 53, "protocol": "UDP" })), Some(vec![json!(53), json!("UDP")]));
        assert_eq!(known(json!({ "protocol": "UDP" })), None);
    }
}
