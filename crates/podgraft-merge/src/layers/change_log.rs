//! [`ChangeLog`]: what the layers of a fold did, as it happened.
//!
//! A merge only writes it down, which is cheap: every fold pays for it, and few are asked who set what. Who asks has the
//! log read into a [`HistoryTree`](super::tree::HistoryTree).

use std::{num::NonZeroU32, ops::Range};

use serde_json::Value;

use super::{history::Attribution, name::Name};
use crate::patch::{LazyLocation, LocationSegment};

/// What was done, first to last.
#[derive(Debug)]
pub(super) struct ChangeLog {
    places: Vec<LoggedPlace>,
    /// All names that are not of the schema, one after the other.
    names: String,
    changes: Vec<LoggedChange>,
    /// The order that each change of an order made.
    orders: Vec<Vec<usize>>,
}

/// So many changes have room from the start, as a template of usual size makes them.
const ROOM: usize = 32;
/// So many bytes of a name.
const NAME: usize = 8;

/// The number of a place in the log. A place may have several: one for each time that a merge was in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PlaceId(NonZeroU32);

/// A place that something was done in.
#[derive(Debug)]
pub(super) struct LoggedPlace {
    /// What it is in; `None` for the object itself.
    pub(super) holder: Option<PlaceId>,
    pub(super) name: LoggedName,
}

/// The innermost segment of a place.
#[derive(Debug)]
pub(super) enum LoggedName {
    Root,
    /// Of the schema.
    Known(&'static str),
    /// Where it is in the names.
    Written(Range<u32>),
    /// An index of an atomic list.
    Index(usize),
}

/// One change.
#[derive(Debug)]
pub(super) struct LoggedChange {
    /// The place that holds what changed; `None` where that is the object itself.
    pub(super) holder: Option<PlaceId>,
    pub(super) name: LoggedName,
    pub(super) kind: ChangeKind,
    /// What it took away.
    pub(super) previous: Option<Value>,
    pub(super) by: Attribution,
}

/// What a change did.
#[derive(Debug, Clone, Copy)]
pub(super) enum ChangeKind {
    /// Put another value there.
    Set,
    /// Put an equal value there.
    SetEqual,
    /// Removed the value, or emptied it.
    Removed,
    /// Stated what is there.
    Agreed,
    /// Moved the items of a list; this is the number of their order.
    Reordered(u32),
}

impl ChangeLog {
    pub(super) fn new() -> Self {
        Self {
            places: Vec::with_capacity(ROOM),
            names: String::with_capacity(ROOM * NAME),
            changes: Vec::with_capacity(ROOM),
            orders: Vec::new(),
        }
    }

    /// Writes down that the items of a list moved: what is at each place now was at the index that `order` has there.
    pub(super) fn push_order(&mut self, location: &LazyLocation<'_>, order: &[usize], by: Attribution) {
        let number = u32::try_from(self.orders.len()).unwrap_or(u32::MAX);
        self.orders.push(order.to_vec());
        self.push(location, ChangeKind::Reordered(number), None, by);
    }

    /// Writes down a change of what is at a place.
    pub(super) fn push(
        &mut self,
        location: &LazyLocation<'_>,
        kind: ChangeKind,
        previous: Option<Value>,
        by: Attribution,
    ) {
        let holder = location.parent().map(|parent| self.place(parent));
        let name = self.name(location.segment());
        self.changes.push(LoggedChange { holder, name, kind, previous, by });
    }

    /// The place of a location. It is written down once for as long as a merge is in it.
    fn place(&mut self, location: &LazyLocation<'_>) -> PlaceId {
        if let Some(known) = location.logged() {
            return PlaceId(known);
        }
        let holder = location.parent().map(|parent| self.place(parent));
        let name = self.name(location.segment());
        // Four billion of the smallest places would take a hundred gigabytes.
        let before = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.push(LoggedPlace { holder, name });
        let number = NonZeroU32::MIN.saturating_add(before);
        location.set_logged(number);
        PlaceId(number)
    }

    fn name(&mut self, segment: LocationSegment<'_>) -> LoggedName {
        match segment {
            LocationSegment::Root => LoggedName::Root,
            LocationSegment::Index(index) => LoggedName::Index(index),
            LocationSegment::Known(name) => LoggedName::Known(name),
            other => {
                let start = self.names.len();
                if let Some(name) = Name::of_location(other) {
                    self.names.push_str(&name);
                }
                let end = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
                LoggedName::Written(end(start)..end(self.names.len()))
            }
        }
    }

    /// The changes, and what to find their places with.
    pub(super) fn into_changes(self) -> (Vec<LoggedChange>, LoggedPlaces) {
        (self.changes, LoggedPlaces { places: self.places, names: self.names, orders: self.orders })
    }
}

/// The places of a log, and the orders of their items.
#[derive(Debug)]
pub(super) struct LoggedPlaces {
    places: Vec<LoggedPlace>,
    names: String,
    orders: Vec<Vec<usize>>,
}

impl LoggedPlaces {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn get(&self, place: PlaceId) -> Option<&LoggedPlace> {
        self.places.get(place.index())
    }

    /// An order that items were put in.
    pub(super) fn order(&self, number: u32) -> &[usize] {
        self.orders.get(number as usize).map_or(&[], Vec::as_slice)
    }

    /// The name of a field or item; `None` for an index, and for the object itself.
    pub(super) fn name<'l>(&'l self, name: &LoggedName) -> Option<Name<'l>> {
        match name {
            LoggedName::Root | LoggedName::Index(_) => None,
            LoggedName::Known(name) => Some(Name::Known(name)),
            LoggedName::Written(range) => {
                let name = self.names.get(range.start as usize..range.end as usize)?;
                Some(Name::Other(name.into()))
            }
        }
    }
}

impl PlaceId {
    pub(super) const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}
