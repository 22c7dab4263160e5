//! [`Provenance`]: which layer changed what, as the merge reported it.

use serde_json::Value;

use crate::{
    patch::{Cause, Observer, Trail},
    path::FieldPath,
};

/// What happened to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was set, with everything below it.
    Set,
    /// It was removed, with everything below it.
    Deleted,
    /// It stayed, and everything below it was removed or moved.
    Cleared,
}

/// One change by one layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The layer, as an index into the folded layers.
    pub layer: usize,
    /// Where.
    pub path: FieldPath,
    /// What happened.
    pub change: Change,
    /// Why.
    pub cause: Cause,
}

/// All changes of a fold, in the order in which they happened.
#[derive(Debug, Default)]
pub struct Provenance {
    events: Vec<Event>,
}

impl Provenance {
    /// Every change, first to last.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The last layer that changed the place at `path`, something above it, or something below it;
    /// `None` when it is as the base made it.
    #[must_use]
    pub fn blame(&self, path: &FieldPath) -> Option<usize> {
        let concerns = |event: &&Event| event.path.contains(path) || path.contains(&event.path);
        self.events.iter().rev().find(concerns).map(|event| event.layer)
    }
}

/// Writes down what one layer does.
pub(super) struct Recorder<'p> {
    pub(super) layer: usize,
    pub(super) provenance: &'p mut Provenance,
}

impl Recorder<'_> {
    fn record(&mut self, trail: &Trail<'_>, change: Change, cause: Cause) {
        let (layer, path) = (self.layer, trail.path());
        self.provenance.events.push(Event { layer, path, change, cause });
    }
}

impl Observer for Recorder<'_> {
    fn set(&mut self, trail: &Trail<'_>, _: &Value, cause: Cause) {
        self.record(trail, Change::Set, cause);
    }

    fn delete(&mut self, trail: &Trail<'_>, cause: Cause) {
        self.record(trail, Change::Deleted, cause);
    }

    fn clear(&mut self, trail: &Trail<'_>, cause: Cause) {
        self.record(trail, Change::Cleared, cause);
    }
}
