//! [`HistoryTree`]: the places to which something happened, and what happened there.
//!
//! Nodes, events and names lie in one allocation each, because a merge of long lists makes very many of them.

#![allow(
    clippy::disallowed_types,
    reason = "the keys of a hash table, as std's HashMap has them, against names that are made to collide; no result shows them"
)]

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use hashbrown::HashTable;

use super::{
    arena::{Arena, ArenaId},
    event_index::{EventIndex, MANY},
    history::{
        Children, HistoryEvent, HistoryEventKind, HistoryNode, NodeName, SiblingLink, Siblings, ValueVersion,
    },
    name::Name,
};
use crate::path::Segment;

/// The history of a folded value.
#[derive(Debug)]
pub(super) struct HistoryTree {
    nodes: Arena<HistoryNode>,
    events: Arena<HistoryEvent>,
    root: ArenaId,
    /// The names of the nodes that are not names of the schema, one after the other.
    names: String,
    /// The nodes that have many beside them, by the first of these and their name.
    index: HashTable<ArenaId>,
    hasher: RandomState,
    /// Of the nodes whose value was replaced as a whole many times, by the first of their events.
    event_indexes: HashMap<ArenaId, EventIndex>,
}

/// Up to this many names, searching is quicker than an index.
const FEW: u32 = 12;
/// Stands for the hash of a name that was not needed yet.
const NOT_HASHED: u64 = 0;

impl HistoryTree {
    pub(super) fn new() -> Self {
        let mut nodes = Arena::default();
        let link = SiblingLink { name: NodeName::Known(""), first: None, next: None, hash: NOT_HASHED };
        let root = nodes.push(HistoryNode::new(link));
        Self {
            nodes,
            events: Arena::default(),
            root,
            names: String::new(),
            index: HashTable::new(),
            hasher: RandomState::new(),
            event_indexes: HashMap::new(),
        }
    }

    pub(super) const fn root(&self) -> ArenaId {
        self.root
    }

    pub(super) fn node(&self, id: ArenaId) -> &HistoryNode {
        &self.nodes[id]
    }

    pub(super) fn node_mut(&mut self, id: ArenaId) -> &mut HistoryNode {
        &mut self.nodes[id]
    }

    /// What happened to the place of this node, first to last.
    pub(super) fn events(&self, node: &HistoryNode) -> impl Iterator<Item = &HistoryEvent> {
        let first = node.events.map(|(first, _)| first);
        std::iter::successors(first, |id| self.events[*id].next).map(|id| &self.events[id])
    }

    /// The changes of the whole value of this node that can be about a field or item of it, first to last; where that is not
    /// known, all of them.
    pub(super) fn whole_events(
        &self,
        node: &HistoryNode,
        segment: &Segment,
    ) -> impl Iterator<Item = &HistoryEvent> {
        let index = node.events.and_then(|(first, _)| self.event_indexes.get(&first));
        let known = index.and_then(|index| index.about(segment));
        let all = known.is_none().then(|| self.events(node)).into_iter().flatten();
        let known = known.unwrap_or_default().iter().map(|id| &self.events[*id]);
        all.filter(|event| event.kind == HistoryEventKind::Whole).chain(known)
    }

    /// Indexes the events of nodes that have many, once all have happened.
    pub(super) fn index_events(&mut self) {
        let mut indexes = HashMap::new();
        for (first, _) in self.nodes.iter().filter_map(|node| node.events) {
            let ids = || std::iter::successors(Some(first), |id| self.events[*id].next);
            let whole = || ids().filter(|id| self.events[*id].kind == HistoryEventKind::Whole);
            if whole().nth(MANY).is_some() {
                let mut index = EventIndex::default();
                for id in whole() {
                    let event = &self.events[id];
                    index.add(id, event, self.named(&event.version).map(|(name, _)| name));
                }
                indexes.insert(first, index);
            }
        }
        self.event_indexes = indexes;
    }

    /// Adds what happened last to the place of this node.
    pub(super) fn push_event(&mut self, node: ArenaId, event: HistoryEvent) {
        let id = self.events.push(event);
        let first = match self.nodes[node].events {
            Some((first, last)) => {
                self.events[last].next = Some(id);
                first
            }
            None => id,
        };
        self.nodes[node].events = Some((first, id));
    }

    /// Every named node of a version, with its name, in the order in which something first happened to them.
    pub(super) fn named(&self, version: &ValueVersion) -> impl Iterator<Item = (&str, &HistoryNode)> {
        let first = match version.children {
            Children::Named(siblings) => Some(siblings.first),
            Children::Nothing | Children::Items(_) => None,
        };
        let ids = std::iter::successors(first, |id| self.nodes[*id].link.next);
        ids.map(|id| (self.name(id), &self.nodes[id]))
    }

    /// The node of the place that this segment leads to, if anything happened to it.
    pub(super) fn get(&self, version: &ValueVersion, segment: &Segment) -> Option<&HistoryNode> {
        let id = self.find(&version.children, &Name::of_segment(segment)?).ok()?;
        Some(&self.nodes[id])
    }

    /// The node of this name below another; `None` if there is none.
    pub(super) fn child(&self, parent: ArenaId, name: &Name<'_>) -> Option<ArenaId> {
        self.find(&self.nodes[parent].now.children, name).ok()
    }

    /// The node of this name below another; a new one if there is none.
    pub(super) fn child_or_new(&mut self, parent: ArenaId, name: &Name<'_>) -> ArenaId {
        let found = self.find(&self.nodes[parent].now.children, name);
        let child = found.unwrap_or_else(|hash| self.add_child(parent, name, hash));
        if let Children::Named(siblings) = &mut self.nodes[parent].now.children {
            siblings.recent = child;
        }
        child
    }

    fn add_child(&mut self, parent: ArenaId, name: &Name<'_>, hash: u64) -> ArenaId {
        let known = match self.nodes[parent].now.children {
            Children::Named(siblings) => Some(siblings),
            Children::Nothing | Children::Items(_) => None,
        };
        let name = self.keep(name);
        let link = SiblingLink { name, first: known.map(|siblings| siblings.first), next: None, hash };
        let id = self.nodes.push(HistoryNode::new(link));
        let siblings = match known {
            Some(siblings) => {
                self.nodes[siblings.last].link.next = Some(id);
                Siblings { last: id, count: siblings.count + 1, ..siblings }
            }
            None => Siblings { first: id, last: id, recent: id, count: 1 },
        };
        self.nodes[id].link.first = Some(siblings.first);
        self.nodes[parent].now.children = Children::Named(siblings);
        self.add_to_index(siblings);
        id
    }

    fn add_to_index(&mut self, siblings: Siblings) {
        let from = match siblings.count {
            count if count <= FEW => return,
            count if count == FEW + 1 => siblings.first,
            _ => siblings.last,
        };
        let mut next = Some(from);
        while let Some(id) = next {
            let link = &self.nodes[id].link;
            next = link.next;
            let hash = match link.hash {
                NOT_HASHED => self.hash(siblings.first, link.name.text(&self.names)),
                known => known,
            };
            self.nodes[id].link.hash = hash;
            self.index.insert_unique(hash, id, |other| self.nodes[*other].link.hash);
        }
    }

    fn hash(&self, first: ArenaId, name: &str) -> u64 {
        self.hasher.hash_one((first, name))
    }

    /// The node of this name; the name's hash, if it was made to look for it, where there is none.
    fn find(&self, children: &Children, name: &Name<'_>) -> Result<ArenaId, u64> {
        let Children::Named(siblings) = children else { return Err(NOT_HASHED) };
        if self.is_named(siblings.recent, name) {
            return Ok(siblings.recent);
        }
        if siblings.count <= FEW {
            let mut ids = std::iter::successors(Some(siblings.first), |id| self.nodes[*id].link.next);
            return ids.find(|id| self.is_named(*id, name)).ok_or(NOT_HASHED);
        }
        let hash = self.hash(siblings.first, name);
        let same = |id: &ArenaId| {
            let link = &self.nodes[*id].link;
            link.hash == hash && link.first == Some(siblings.first) && self.is_named(*id, name)
        };
        self.index.find(hash, same).copied().ok_or(hash)
    }

    fn is_named(&self, id: ArenaId, name: &Name<'_>) -> bool {
        let known = self.name(id);
        // Names of the schema are mostly one and the same text.
        known.len() == name.len() && (std::ptr::eq(known, &raw const **name) || *known == **name)
    }

    fn name(&self, id: ArenaId) -> &str {
        self.nodes[id].link.name.text(&self.names)
    }

    fn keep(&mut self, name: &Name<'_>) -> NodeName {
        match name {
            Name::Known(name) => NodeName::Known(name),
            Name::Other(name) => {
                let start = self.names.len();
                self.names.push_str(name);
                NodeName::Written(start..self.names.len())
            }
        }
    }
}
