//! [`Namespace`]: what is known of the namespace that an object is in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The label that Kubernetes puts on every namespace: its name.
pub const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// A namespace, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its labels; `None` when nobody said which it has. Its name is always among them.
    pub labels: Option<BTreeMap<String, String>>,
}

impl Namespace {
    /// A namespace of which only the name is known.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), labels: None }
    }

    /// A namespace with exactly these labels, beside its name.
    #[must_use]
    pub fn labelled(name: impl Into<String>, labels: BTreeMap<String, String>) -> Self {
        Self { name: name.into(), labels: Some(labels) }
    }

    /// A `v1` Namespace; `None` for anything else.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let is = |field: &str, wanted: &str| value.get(field).is_some_and(|value| value == wanted);
        if !is("apiVersion", "v1") || !is("kind", "Namespace") {
            return None;
        }
        let name = value.pointer("/metadata/name")?.as_str()?;
        let labels = value.pointer("/metadata/labels").and_then(Value::as_object);
        let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
        Some(Self::labelled(name, labels.into_iter().flatten().filter_map(text).collect()))
    }

    /// The labels that are known, its name among them.
    #[must_use]
    pub(crate) fn known_labels(&self) -> BTreeMap<String, String> {
        let mut labels = self.labels.clone().unwrap_or_default();
        labels.insert(NAME_LABEL.to_owned(), self.name.clone());
        labels
    }

    /// The namespace as an object, for expressions.
    #[must_use]
    pub fn object(&self) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": { "name": self.name, "labels": self.known_labels() }
        })
    }
}
