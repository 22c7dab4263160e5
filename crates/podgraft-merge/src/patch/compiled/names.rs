//! [`Names`]: which of the names of a map or list one is.

use std::collections::HashMap;

/// Names, each once, with their places.
#[derive(Debug)]
pub(super) enum Names {
    Few(Vec<String>),
    Many(HashMap<String, usize>),
}

/// Up to this many names, comparing is quicker than hashing.
const FEW: usize = 8;

impl Default for Names {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Names {
    pub(super) fn of<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let names: Vec<String> = names.map(str::to_owned).collect();
        if names.len() <= FEW {
            Self::Few(names)
        } else {
            Self::Many(names.into_iter().enumerate().map(|(place, name)| (name, place)).collect())
        }
    }

    /// The place of a name; `None` where it is none of them.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        match self {
            Self::Few(names) => names.iter().position(|known| known == name),
            Self::Many(places) => places.get(name).copied(),
        }
    }
}
