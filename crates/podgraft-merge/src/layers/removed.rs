//! The leaves that were there once.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    field_history::{self, FieldHistory, Lists},
    history::{HistoryEventKind, HistoryNode, ValueVersion},
    leaf::{Leaf, visit_leaves},
    name,
    tree::HistoryTree,
};
use crate::{
    path::{FieldPath, Lookup},
    schema::FieldType,
};

/// Every leaf that was there once and is not in `value`.
pub(super) fn leaves(tree: &HistoryTree, ty: FieldType, value: &Value) -> Vec<Leaf> {
    let lookup = Lookup::default();
    let mut search = RemovedLeaves { tree, value, lookup: &lookup, seen: HashSet::new(), found: Vec::new() };
    search.node(tree.node(tree.root()), ty, &FieldPath::root());
    search.found
}

struct RemovedLeaves<'s> {
    tree: &'s HistoryTree,
    value: &'s Value,
    lookup: &'s Lookup<'s>,
    seen: HashSet<String>,
    found: Vec<Leaf>,
}

impl RemovedLeaves<'_> {
    fn node(&mut self, node: &HistoryNode, ty: FieldType, path: &FieldPath) {
        for event in self.tree.events(node).filter(|event| event.kind == HistoryEventKind::Whole) {
            // What was removed first comes first.
            self.version(&event.version, ty, path);
            visit_leaves(&event.previous, ty, path, &mut |path, _| self.leaf(path));
        }
        if self.tree.events(node).any(|event| matches!(event.kind, HistoryEventKind::Item(_))) {
            self.items(path);
        }
        self.version(&node.now, ty, path);
    }

    fn version(&mut self, version: &ValueVersion, ty: FieldType, path: &FieldPath) {
        for (name, node) in self.tree.named(version) {
            let segment = name::segment(ty, name);
            let below = ty.below(&segment);
            self.node(node, below, &path.with(segment));
        }
    }

    /// A leaf that was there: if nothing is there now, adds it with its history, once.
    fn leaf(&mut self, path: &FieldPath) {
        if self.lookup.find(path, self.value).is_some() || !self.seen.insert(path.to_string()) {
            return;
        }
        let history = field_history::trace(self.tree, path, Lists::Items, self.lookup);
        self.add(path.clone(), history);
    }

    /// The items that were removed from an atomic list one by one. Others have moved to their indexes.
    fn items(&mut self, list: &FieldPath) {
        if !self.seen.insert(format!("{list}[]")) {
            return;
        }
        let history = field_history::trace(self.tree, list, Lists::Items, self.lookup);
        for removed in history.previous.into_iter().filter(|removed| removed.path != *list) {
            let history = FieldHistory { previous: vec![removed.clone()], agreed: Vec::new(), ..history };
            self.add(removed.path, history);
        }
    }

    fn add(&mut self, path: FieldPath, history: FieldHistory) {
        let Some(last) = history.previous.last() else { return };
        let (value, layer, cause) = (last.value.clone(), Some(last.removed_by), last.removal_cause);
        let history = FieldHistory { layer, cause, agreed: Vec::new(), ..history };
        self.found.push(Leaf { path, value, history });
    }
}
