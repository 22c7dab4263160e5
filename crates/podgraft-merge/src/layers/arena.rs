//! [`Arena`]: many values of one type in one allocation, each known by its number.

use std::{
    num::NonZeroU32,
    ops::{Index, IndexMut},
};

/// The number of a value of an [`Arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ArenaId(NonZeroU32);

/// Values that are only ever added, and go all together.
#[derive(Debug)]
pub(super) struct Arena<T>(Vec<T>);

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Arena<T> {
    pub(super) fn push(&mut self, value: T) -> ArenaId {
        // Four billion of the smallest values would take hundreds of gigabytes.
        let before = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push(value);
        ArenaId(NonZeroU32::MIN.saturating_add(before))
    }

    /// All values, first to last.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }
}

impl<T> Index<ArenaId> for Arena<T> {
    type Output = T;

    fn index(&self, id: ArenaId) -> &T {
        &self.0[id.0.get() as usize - 1]
    }
}

impl<T> IndexMut<ArenaId> for Arena<T> {
    fn index_mut(&mut self, id: ArenaId) -> &mut T {
        &mut self.0[id.0.get() as usize - 1]
    }
}
