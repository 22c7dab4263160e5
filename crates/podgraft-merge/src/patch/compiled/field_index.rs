//! [`FieldIndex`]: where in a map a field is.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::patch::item_index::FEW;

/// The places of the fields of a map, which is given each time: it is the one that this was made of.
#[allow(clippy::box_collection, reason = "few maps have one, and long lists have tens of thousands of maps")]
#[derive(Debug, Default)]
pub(crate) struct FieldIndex(
    /// `None` where there are so few that comparing is quicker than hashing.
    Option<Box<HashMap<String, usize>>>,
);

impl FieldIndex {
    pub(crate) fn of(map: &Map<String, Value>) -> Self {
        let places = || map.keys().enumerate().map(|(place, name)| (name.clone(), place));
        Self((map.len() > FEW).then(|| Box::new(places().collect())))
    }

    /// The place of a field, and its value; `None` where there is none.
    pub(crate) fn field<'m>(&self, map: &'m Map<String, Value>, name: &str) -> Option<(usize, &'m Value)> {
        match &self.0 {
            None => map
                .iter()
                .enumerate()
                .find_map(|(place, (field, value))| (field == name).then_some((place, value))),
            Some(places) => Some((*places.get(name)?, map.get(name)?)),
        }
    }
}
