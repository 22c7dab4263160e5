//! What happens to a place of a [`HistoryTree`], and what happened last.

use serde_json::Value;

use super::{
    arena::ArenaId,
    history::{Attribution, Children, HistoryEvent, HistoryEventKind, HistoryNode, ValueVersion},
    tree::HistoryTree,
};

impl HistoryTree {
    /// The layers that stated what is at this place already, since it came.
    pub(super) fn agreed(&self, node: &HistoryNode) -> Vec<u32> {
        let mut agreed = Vec::new();
        for event in self.events(node) {
            match event.kind {
                HistoryEventKind::Whole => agreed.clear(),
                HistoryEventKind::Agreed => agreed.push(event.by.layer),
                HistoryEventKind::Item(_) | HistoryEventKind::Order => {}
            }
        }
        agreed
    }

    pub(super) fn agree(&mut self, node: ArenaId, by: Attribution) {
        self.note(node, by, HistoryEventKind::Agreed);
    }

    /// Something new is at this place, set by `attribution`, and `previous` is no longer.
    pub(super) fn change(&mut self, node: ArenaId, previous: Option<Value>, attribution: Attribution) {
        if let Some(previous) = previous {
            let version = std::mem::take(&mut self.node_mut(node).now);
            let kind = HistoryEventKind::Whole;
            self.push_event(node, HistoryEvent { previous, version, by: attribution, kind, next: None });
        }
        self.node_mut(node).now.attribution = Some(attribution);
    }

    fn note(&mut self, node: ArenaId, by: Attribution, kind: HistoryEventKind) {
        let version = ValueVersion::default();
        self.push_event(node, HistoryEvent { previous: Value::Null, version, by, kind, next: None });
    }

    /// An item was taken out of the atomic list at this place.
    pub(super) fn remove(&mut self, node: ArenaId, index: usize, previous: Value, by: Attribution) {
        let now = &mut self.node_mut(node).now;
        let items = now.children.items_mut().filter(|items| index < items.len());
        let attribution = items.and_then(|items| items.remove(index)).or(now.attribution);
        let version = ValueVersion { attribution, children: Children::Nothing };
        let kind = HistoryEventKind::Item(index);
        self.push_event(node, HistoryEvent { previous, version, by, kind, next: None });
    }

    /// The items of the list at this place moved.
    pub(super) fn reorder(&mut self, node: ArenaId, order: &[usize], by: Attribution) {
        if let Children::Items(items) = &mut self.node_mut(node).now.children {
            *items = order.iter().map(|from| items.get(*from).copied().flatten()).collect();
        }
        self.note(node, by, HistoryEventKind::Order);
    }

    /// The last that happened at this place or below.
    pub(super) fn latest(&self, node: &HistoryNode) -> Option<Attribution> {
        let changes = self.events(node).filter(|event| event.kind != HistoryEventKind::Agreed);
        let events = changes.map(|event| event.by);
        events.chain(self.latest_of(&node.now)).fold(None, later)
    }

    /// The last that happened to this value or below it.
    pub(super) fn latest_of(&self, version: &ValueVersion) -> Option<Attribution> {
        let items = version.children.items().iter().flatten().copied();
        let names = self.named(version).filter_map(|(_, node)| self.latest(node));
        items.chain(names).fold(version.attribution, later)
    }
}

/// The later of two, the second where they are of one layer.
fn later(one: Option<Attribution>, other: Attribution) -> Option<Attribution> {
    one.filter(|one| one.layer > other.layer).or(Some(other))
}
