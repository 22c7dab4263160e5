//! [`NameIndex`]: which of the names of a map or list one is.

use std::collections::HashMap;

/// Names, each once, with their places.
#[derive(Debug, Default)]
pub(crate) struct NameIndex {
    list: Vec<String>,
    /// The place of each, where there are many.
    places: HashMap<String, usize>,
}

/// Up to this many names, comparing is quicker than hashing.
const FEW: usize = 8;

impl NameIndex {
    pub(crate) fn of<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let list: Vec<String> = names.map(str::to_owned).collect();
        let many = list.len() > FEW;
        let places = list.iter().enumerate().filter(|_| many).map(|(place, name)| (name.clone(), place));
        Self { places: places.collect(), list }
    }

    /// The place of a name; `None` where it is none of them.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        if self.places.is_empty() {
            self.list.iter().position(|known| known == name)
        } else {
            self.places.get(name).copied()
        }
    }

    /// The same, for names that mostly come in this order: quickest where the name is `near` this place.
    pub(crate) fn place_near(&self, name: &str, near: usize) -> Option<usize> {
        if self.list.get(near).is_some_and(|known| known == name) { Some(near) } else { self.place(name) }
    }
}
