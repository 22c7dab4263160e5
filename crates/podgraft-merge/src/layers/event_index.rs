//! [`EventIndex`]: which of many changes of a whole map or list are about one field or item of it.

use std::collections::HashMap;

use serde_json::Value;

use super::{arena::ArenaId, history::HistoryEvent, name};
use crate::path::Segment;

/// From this many changes on, an index is quicker than looking at each for every field or item.
pub(super) const MANY: usize = 16;

/// The changes of a whole map or list, by what had a value in it until then, or a history. Without it, the histories of the
/// items of a list that many layers replace would take time in the number of items times that of layers.
///
/// An item is found by each of its scalars: which of them is its merge key is for the segment to say.
#[derive(Debug, Default)]
pub(super) struct EventIndex(HashMap<String, Vec<ArenaId>>);

impl EventIndex {
    /// Adds a change, the last of those so far; `children` are the names of the places below that had a history.
    pub(super) fn add<'n>(
        &mut self,
        id: ArenaId,
        event: &HistoryEvent,
        children: impl Iterator<Item = &'n str>,
    ) {
        for child in children {
            self.put(id, &name::first(child));
        }
        match &event.previous {
            Value::Object(map) => map.keys().for_each(|key| self.put(id, key)),
            Value::Array(items) => {
                for item in items {
                    match item {
                        Value::Object(fields) => fields.values().for_each(|value| self.put_scalar(id, value)),
                        scalar => self.put_scalar(id, scalar),
                    }
                }
            }
            _ => {}
        }
    }

    fn put_scalar(&mut self, id: ArenaId, value: &Value) {
        if !value.is_object() && !value.is_array() {
            self.put(id, &name::of_value(value));
        }
    }

    fn put(&mut self, id: ArenaId, text: &str) {
        match self.0.get_mut(text) {
            Some(ids) if ids.last() == Some(&id) => {}
            Some(ids) => ids.push(id),
            None => {
                self.0.insert(text.to_owned(), vec![id]);
            }
        }
    }

    /// The changes that can be about this field or item, first to last; `None` where all can.
    pub(super) fn about(&self, segment: &Segment) -> Option<&[ArenaId]> {
        let found = match segment {
            Segment::Field(name) => self.0.get(name),
            Segment::Key(keys) => self.0.get(&*name::of_value(&keys.first()?.1)),
            Segment::Item(value) => self.0.get(&*name::of_value(value)),
            Segment::Index(_) => return None,
        };
        Some(found.map_or(&[], Vec::as_slice))
    }
}
