//! The leaves that were there once.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    name,
    provenance::{Leaf, visit_leaves},
    shadow::{Node, Part, Shadow},
    story::{self, Lists, Story},
};
use crate::{
    path::{FieldPath, Lookup},
    schema::FieldType,
};

/// Every leaf that was there once and is not in `value`.
pub(super) fn leaves(root: &Node, schema: FieldType, value: &Value) -> Vec<Leaf> {
    let lookup = Lookup::default();
    let mut search = Search { root, value, lookup: &lookup, seen: HashSet::new(), found: Vec::new() };
    search.node(root, schema, &FieldPath::root());
    search.found
}

struct Search<'s> {
    root: &'s Node,
    value: &'s Value,
    lookup: &'s Lookup<'s>,
    seen: HashSet<String>,
    found: Vec<Leaf>,
}

impl Search<'_> {
    fn node(&mut self, node: &Node, child: FieldType, path: &FieldPath) {
        for past in &node.pasts {
            match past.part {
                Part::Whole => {
                    // Older losses first.
                    self.shadow(&past.shadow, child, path);
                    visit_leaves(&past.was, child, path, &mut |path, _| self.leaf(path));
                }
                Part::Item(_) | Part::Order | Part::Agreed => {}
            }
        }
        if node.pasts.iter().any(|past| matches!(past.part, Part::Item(_))) {
            self.items(path);
        }
        self.shadow(&node.now, child, path);
    }

    fn shadow(&mut self, shadow: &Shadow, child: FieldType, path: &FieldPath) {
        for (name, node) in shadow.below.named() {
            let segment = name::segment(child, name);
            let below = child.below(&segment);
            self.node(node, below, &path.with(segment));
        }
    }

    /// A leaf that was there: if nothing is there now, tells its story, once.
    fn leaf(&mut self, path: &FieldPath) {
        if self.lookup.find(path, self.value).is_some() || !self.seen.insert(path.to_string()) {
            return;
        }
        let story = story::tell(self.root, path, Lists::Items, self.lookup);
        self.add(path.clone(), story);
    }

    /// The items that were taken out of an atomic list one by one. Others have moved to their indexes.
    fn items(&mut self, list: &FieldPath) {
        if !self.seen.insert(format!("{list}[]")) {
            return;
        }
        let story = story::tell(self.root, list, Lists::Items, self.lookup);
        for lost in story.shadowed.into_iter().filter(|lost| lost.path != *list) {
            let story = Story { shadowed: vec![lost.clone()], agreed: Vec::new(), ..story };
            self.add(lost.path, story);
        }
    }

    fn add(&mut self, path: FieldPath, story: Story) {
        let Some(last) = story.shadowed.last() else { return };
        let (value, winner, cause) = (last.value.clone(), Some(last.by), last.why);
        self.found.push(Leaf { path, value, story: Story { winner, cause, agreed: Vec::new(), ..story } });
    }
}
