//! [`Document`]: a value, and where in its text each part of it is.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use crate::{
    diagnostic::Position,
    path::{FieldPath, Step},
};

/// A place in a text: line and column from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Where a value and everything in it is.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// A field's key, an item's start.
    pub(super) mark: Mark,
    pub(super) inside: Inside,
}

/// What a [`Node`] has in it.
#[derive(Debug, Clone)]
pub(super) enum Inside {
    Nothing,
    Fields(BTreeMap<String, Node>),
    Items(Vec<Node>),
}

/// The text that documents were read from.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) file: Arc<str>,
    pub(super) text: String,
    /// Where each line starts; found when a line is first asked for.
    starts: OnceLock<Vec<usize>>,
}

impl Source {
    pub(super) fn new(file: Arc<str>, text: String) -> Self {
        Self { file, text, starts: OnceLock::new() }
    }

    /// A line, from 1, without its end.
    fn line(&self, line: usize) -> Option<&str> {
        let starts = self.starts.get_or_init(|| {
            let after = self.text.match_indices('\n').map(|(end, _)| end + 1);
            std::iter::once(0).chain(after).collect()
        });
        let start = *starts.get(line.checked_sub(1)?)?;
        self.text.get(start..)?.lines().next()
    }
}

/// One object of a file, or one that came from elsewhere and has no text.
#[derive(Debug, Clone)]
pub struct Document {
    /// The object.
    pub value: Value,
    place: Option<(Arc<Source>, Arc<Node>)>,
}

impl Document {
    /// An object without a text.
    #[must_use]
    pub fn from_value(value: Value) -> Self {
        Self { value, place: None }
    }

    pub(super) fn new(value: Value, source: &Arc<Source>, node: Node) -> Self {
        Self { value, place: Some((Arc::clone(source), Arc::new(node))) }
    }

    /// The file's name as the user gave it; empty where there is no file.
    #[must_use]
    pub fn file(&self) -> &str {
        self.place.as_ref().map_or("", |(source, _)| &source.file)
    }

    /// A line of the file, from 1, without its end.
    #[must_use]
    pub fn line_text(&self, line: usize) -> Option<&str> {
        let (source, _) = self.place.as_ref()?;
        source.line(line)
    }

    /// Where the deepest part of `path` that exists is: a field's key, an item's start. `None` for an
    /// object without a text.
    #[must_use]
    pub fn position(&self, path: &FieldPath) -> Option<Position> {
        let (source, root) = self.place.as_ref()?;
        let (steps, _) = path.locate(&self.value);
        let mut node = &**root;
        for step in &steps {
            let next = match (step, &node.inside) {
                (Step::Field(name), Inside::Fields(fields)) => fields.get(name),
                (Step::Index(index), Inside::Items(items)) => items.get(*index),
                _ => None,
            };
            let Some(next) = next else { break };
            node = next;
        }
        let Mark { line, column } = node.mark;
        Some(Position { file: Arc::clone(&source.file), line, column })
    }

    /// The items of a list, each a document of its own; `None` for anything else. A `v1` List says of each item
    /// what it is; in a list of one kind, such as a `LocustTestList`, items may leave that out, as kubectl allows.
    #[must_use]
    pub fn items(&self) -> Option<Vec<Self>> {
        let kind = self.value.get("kind")?.as_str()?.strip_suffix("List")?;
        let version = self.value.get("apiVersion")?;
        let items = self.value.get("items")?.as_array()?;
        let nodes = self.place.as_ref().and_then(|(source, root)| match &root.inside {
            Inside::Fields(fields) => match &fields.get("items")?.inside {
                Inside::Items(nodes) => Some((source, nodes)),
                _ => None,
            },
            _ => None,
        });
        let whole = |value: &Value| {
            let mut value = value.clone();
            if let Value::Object(fields) = &mut value
                && !kind.is_empty()
                && !fields.contains_key("kind")
                && !fields.contains_key("apiVersion")
            {
                fields.insert("apiVersion".to_owned(), version.clone());
                fields.insert("kind".to_owned(), kind.into());
            }
            value
        };
        let item = |(index, value): (usize, &Value)| Self {
            value: whole(value),
            place: nodes
                .and_then(|(source, nodes)| Some((Arc::clone(source), Arc::new(nodes.get(index)?.clone())))),
        };
        Some(items.iter().enumerate().map(item).collect())
    }
}
