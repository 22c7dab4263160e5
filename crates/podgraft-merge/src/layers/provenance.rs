//! [`Provenance`]: who set each place of a folded value, and what was there before.

use serde_json::Value;

use super::{
    removed,
    shadow::{Made, Node},
    story::{self, Story},
};
use crate::{
    path::{FieldPath, Lookup},
    schema::{FieldType, Schema},
};

/// Who set each place of a folded value, which layers agree, and what was there before.
///
/// A layer changes a value by setting it to another one, and makes it anew where it replaces what it is
/// in (`$patch: replace`), even by an equal one. Stating a value that is there already is agreeing. Layers are
/// indexes into the folded layers; `None` is the base.
#[derive(Debug)]
pub struct Provenance {
    root: Node,
    schema: FieldType,
}

/// A leaf, now or once: a scalar, an empty map or an empty list.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// Where, with items of keyed lists by their merge keys.
    pub path: FieldPath,
    /// What is there; of a removed leaf, what was there last.
    pub value: Value,
    /// How it came to be so.
    pub story: Story,
}

impl Provenance {
    pub(super) fn new(schema: Schema) -> Self {
        Self { root: Node::default(), schema: FieldType::root(schema) }
    }

    pub(super) fn root(&mut self) -> &mut Node {
        &mut self.root
    }

    /// The layer that last changed the leaf at `path`; of a map or list, the last that changed anything in
    /// it; of a place that is not there, the one that removed it or made what it would be in. `None`
    /// when it is as the base made it.
    #[must_use]
    pub fn blame(&self, path: &FieldPath) -> Option<usize> {
        self.made(path).map(|made| made.layer as usize)
    }

    fn made(&self, path: &FieldPath) -> Option<Made> {
        let (mut node, mut made) = (&self.root, self.root.now.made);
        for segment in path.segments() {
            match node.now.below.get(segment) {
                Some(below) => {
                    node = below;
                    made = node.now.made.or(made);
                }
                None => return story::item(&node.now, segment).or(made),
            }
        }
        node.latest().or(made)
    }

    /// Everything about the place at `path`: a leaf, or a map or list as a whole.
    ///
    /// Items of an atomic list have no place of their own before they came: where the whole list was
    /// replaced, its items shadow the whole list.
    #[must_use]
    pub fn story(&self, path: &FieldPath) -> Story {
        self.story_by(path, &Lookup::default())
    }

    fn story_by<'s>(&'s self, path: &FieldPath, lookup: &Lookup<'s>) -> Story {
        story::tell(&self.root, path, story::Lists::Whole, lookup)
    }

    /// Every leaf of `value`, which is what the fold made, with its story.
    #[must_use]
    pub fn leaves(&self, value: &Value) -> Vec<Leaf> {
        self.leaves_below(&FieldPath::root(), value, &Lookup::default())
    }

    /// The leaves of `value` at `path` and below it; none where it is not there. Many calls share their `lookup`.
    #[must_use]
    pub fn leaves_below<'v>(&'v self, path: &FieldPath, value: &'v Value, lookup: &Lookup<'v>) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        let child = self.schema.at(path);
        if let Some(value) = lookup.find(path, value) {
            visit_leaves(value, child, path, &mut |path, value| {
                let story = self.story_by(path, lookup);
                leaves.push(Leaf { path: path.clone(), value: value.clone(), story });
            });
        }
        leaves
    }

    /// Every leaf that was there once, and is not in `value`, which is what the fold made. The winner
    /// of its story is the layer that removed it; what it removed is the last of the shadowed values.
    #[must_use]
    pub fn removed(&self, value: &Value) -> Vec<Leaf> {
        removed::leaves(&self.root, self.schema, value)
    }
}

/// Calls `visit` with each leaf of `value`.
pub(super) fn visit_leaves<'v>(
    value: &'v Value,
    child: FieldType,
    path: &FieldPath,
    visit: &mut impl FnMut(&FieldPath, &'v Value),
) {
    let children = child.children(value);
    if children.is_empty() {
        visit(path, value);
    }
    for (segment, value, child) in children {
        visit_leaves(value, child, &path.with(segment), visit);
    }
}
