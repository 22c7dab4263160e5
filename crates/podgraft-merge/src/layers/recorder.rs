//! [`ProvenanceRecorder`]: the observer that writes down what a layer does.

use serde_json::Value;

use super::{
    change_log::{ChangeKind, ChangeLog},
    history::Attribution,
};
use crate::patch::{ChangeCause, LazyLocation, Observer};

/// Writes down what one layer does.
pub(super) struct ProvenanceRecorder<'p> {
    log: &'p mut ChangeLog,
    /// The layer to attribute to: the current one, or the layer of a replayed `eachContainer` patch.
    layer: u32,
    each: bool,
    own: (u32, bool),
    /// The layers of the `eachContainer` patches so far.
    each_container: &'p [u32],
}

impl<'p> ProvenanceRecorder<'p> {
    /// For one layer; `each` where it is a patch for each container.
    pub(super) fn new(log: &'p mut ChangeLog, layer: u32, each: bool, each_container: &'p [u32]) -> Self {
        Self { log, layer, each, own: (layer, each), each_container }
    }

    fn push(
        &mut self,
        location: &LazyLocation<'_>,
        kind: ChangeKind,
        previous: Option<Value>,
        cause: ChangeCause,
    ) {
        self.log.push(location, kind, previous, self.by(cause));
    }

    fn by(&self, cause: ChangeCause) -> Attribution {
        let cause =
            if self.each && cause == ChangeCause::Stated { ChangeCause::EachContainer } else { cause };
        Attribution { layer: self.layer, cause }
    }
}

impl Observer for ProvenanceRecorder<'_> {
    fn set(
        &mut self,
        location: &LazyLocation<'_>,
        previous: Option<Value>,
        value: &Value,
        cause: ChangeCause,
    ) {
        let is_equal = previous.as_ref() == Some(value);
        let kind = if is_equal { ChangeKind::SetEqual } else { ChangeKind::Set };
        self.push(location, kind, previous, cause);
    }

    fn delete(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        self.push(location, ChangeKind::Removed, previous, cause);
    }

    fn clear(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        self.push(location, ChangeKind::Removed, previous, cause);
    }

    fn agree(&mut self, location: &LazyLocation<'_>) {
        self.push(location, ChangeKind::Agreed, None, ChangeCause::Stated);
    }

    fn reorder(&mut self, location: &LazyLocation<'_>, order: &[usize]) {
        self.log.push_order(location, order, self.by(ChangeCause::Order));
    }

    fn applying_each_container(&mut self, number: Option<usize>) {
        let of = number.and_then(|number| self.each_container.get(number));
        (self.layer, self.each) = of.map_or(self.own, |layer| (*layer, true));
    }
}
