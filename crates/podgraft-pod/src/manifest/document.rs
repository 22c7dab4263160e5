//! [`Document`]: a value, and where in its text each part of it is.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use serde_json::Value;

use podgraft_merge::{
    diagnostic::Position,
    path::{FieldPath, PointerToken, Segment, lookup::Tables},
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
pub(super) struct SourceText {
    pub(super) file: Arc<str>,
    pub(super) text: String,
    /// Where each line starts; found when a line is first asked for.
    starts: OnceLock<Vec<usize>>,
}

impl SourceText {
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
    place: Option<Origin>,
}

/// Where a document was written.
#[derive(Debug, Clone)]
struct Origin {
    source: Arc<SourceText>,
    root: Arc<Node>,
    /// How items of long lists are found, by the address of the list's nodes, which never change.
    tables: Arc<Mutex<HashMap<usize, Tables>>>,
}

impl Origin {
    fn new(source: &Arc<SourceText>, root: Node) -> Self {
        Self { source: Arc::clone(source), root: Arc::new(root), tables: Arc::default() }
    }
}

impl Document {
    /// An object without a text.
    #[must_use]
    pub fn from_value(value: Value) -> Self {
        Self { value, place: None }
    }

    /// A text that could not be read: nothing of it is known but its lines.
    pub(super) fn unread(source: &Arc<SourceText>) -> Self {
        let node = Node { mark: Mark { line: 1, column: 1 }, inside: Inside::Nothing };
        Self::new(Value::Null, source, node)
    }

    pub(super) fn new(value: Value, source: &Arc<SourceText>, node: Node) -> Self {
        Self { value, place: Some(Origin::new(source, node)) }
    }

    /// The file's name as the user gave it; empty where there is no file.
    #[must_use]
    pub fn file(&self) -> &str {
        self.place.as_ref().map_or("", |place| &place.source.file)
    }

    /// A line of the file, from 1, without its end.
    #[must_use]
    pub fn line_text(&self, line: usize) -> Option<&str> {
        self.place.as_ref()?.source.line(line)
    }

    /// Where the deepest part of `path` that exists is: a field's key, an item's start. `None` for an
    /// object without a text.
    #[must_use]
    pub fn position(&self, path: &FieldPath) -> Option<Position> {
        let place = self.place.as_ref()?;
        let mut node = &*place.root;
        for (_, below) in self.walk(place, path) {
            node = below;
        }
        let Mark { line, column } = node.mark;
        Some(Position { file: Arc::clone(&place.source.file), line, column })
    }

    /// The steps to the deepest part of `path` that exists, and whether that is all of it. `None` for an object
    /// without a text.
    #[must_use]
    pub(crate) fn locate(&self, path: &FieldPath) -> Option<(Vec<PointerToken>, bool)> {
        let steps: Vec<PointerToken> =
            self.walk(self.place.as_ref()?, path).into_iter().map(|(step, _)| step).collect();
        let is_whole = steps.len() == path.segments().len();
        Some((steps, is_whole))
    }

    /// The steps along `path` as far as it is there, each with the node that it leads to.
    fn walk<'d>(&'d self, place: &'d Origin, path: &FieldPath) -> Vec<(PointerToken, &'d Node)> {
        let (mut value, mut node) = (&self.value, &*place.root);
        let mut steps = Vec::with_capacity(path.segments().len());
        for segment in path.segments() {
            let next = match (segment, value, &node.inside) {
                (Segment::Field(name), Value::Object(values), Inside::Fields(nodes)) => values
                    .get(name)
                    .zip(nodes.get(name))
                    .map(|below| (PointerToken::Field(name.clone()), below)),
                (segment, Value::Array(values), Inside::Items(nodes)) => {
                    let index = match segment {
                        Segment::Index(index) => Some(*index),
                        segment => {
                            let mut tables = place.tables.lock().unwrap_or_else(PoisonError::into_inner);
                            tables.entry(nodes.as_ptr().addr()).or_default().position(values, segment, true)
                        }
                    };
                    index.and_then(|index| {
                        Some((PointerToken::Index(index), values.get(index).zip(nodes.get(index))?))
                    })
                }
                _ => None,
            };
            let Some((step, below)) = next else { break };
            (value, node) = below;
            steps.push((step, node));
        }
        steps
    }

    /// The items of a list, each a document of its own; `None` for anything else. A `v1` List says of each item
    /// what it is; in a list of one kind, such as a `LocustTestList`, items may leave that out, as kubectl allows.
    #[must_use]
    pub fn items(&self) -> Option<Vec<Self>> {
        let kind = self.value.get("kind")?.as_str()?.strip_suffix("List")?;
        let version = self.value.get("apiVersion")?;
        let items = self.value.get("items")?.as_array()?;
        let nodes = self.place.as_ref().and_then(|place| match &place.root.inside {
            Inside::Fields(fields) => match &fields.get("items")?.inside {
                Inside::Items(nodes) => Some((&place.source, nodes)),
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
            place: nodes.and_then(|(source, nodes)| Some(Origin::new(source, nodes.get(index)?.clone()))),
        };
        Some(items.iter().enumerate().map(item).collect())
    }
}
