//! [`Selection`]: which objects an overlay is for.

use std::collections::BTreeMap;

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use serde_json::Value;

use super::{namespace::Namespace, selector::Selector};
use crate::codes;

/// Which objects an overlay is for: opt-in and both selectors must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Whether it is only for the objects that list it.
    pub opt_in: bool,
    /// The objects, by their labels.
    pub objects: Selector,
    /// Their namespaces, by their labels; the empty one for a `PodOverlay`.
    pub namespaces: Selector,
}

/// What selectors say of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It is meant.
    Yes,
    /// Its own labels are not meant.
    OtherObjects,
    /// Its namespace is not meant.
    OtherNamespaces,
    /// It depends on labels of its namespace that nobody said.
    Unknown,
}

impl Selection {
    /// Reads the fields of an overlay's spec that select.
    ///
    /// # Errors
    /// What is wrong with them; paths are rooted at the object.
    pub fn read(spec: &Value) -> Result<Self, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut selector = |name: &str| match spec.get(name) {
            None => Selector::default(),
            Some(written) => Selector::read(written).unwrap_or_else(|found| {
                let root = FieldPath::fields(["spec", name]);
                errors.extend(found.into_iter().map(|error| {
                    let path = root.join(&error.path.clone().unwrap_or_default());
                    error.at(path)
                }));
                Selector::default()
            }),
        };
        let (objects, namespaces) = (selector("selector"), selector("namespaceSelector"));
        let opt_in = match spec.get("optIn") {
            None => false,
            Some(Value::Bool(opt_in)) => *opt_in,
            Some(_) => {
                let message = "write \"optIn\" as true or false";
                errors.push(
                    Diagnostic::error(codes::INVALID_VALUE, message).at(FieldPath::fields(["spec", "optIn"])),
                );
                false
            }
        };
        if errors.is_empty() { Ok(Self { opt_in, objects, namespaces }) } else { Err(errors) }
    }

    /// Whether an object with these labels in this namespace is meant, opt-in aside.
    #[must_use]
    pub fn matches(&self, labels: &BTreeMap<String, String>, namespace: Option<&Namespace>) -> Match {
        if !self.objects.matches(labels) {
            return Match::OtherObjects;
        }
        let answer = match namespace {
            Some(namespace) if namespace.labels.is_some() => {
                Some(self.namespaces.matches(&namespace.known_labels()))
            }
            Some(namespace) => self.namespaces.matches_known(&namespace.known_labels()),
            None => self.namespaces.matches_known(&BTreeMap::new()),
        };
        match answer {
            Some(true) => Match::Yes,
            Some(false) => Match::OtherNamespaces,
            None => Match::Unknown,
        }
    }
}
