//! [`Arena`]: many values of one type in one allocation, each known by its number.

use std::{
    num::NonZeroUsize,
    ops::{Index, IndexMut},
};

/// The number of a value of an [`Arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ArenaId(NonZeroUsize);

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
        let id = ArenaId(NonZeroUsize::MIN.saturating_add(self.0.len()));
        self.0.push(value);
        id
    }
}

impl<T> Index<ArenaId> for Arena<T> {
    type Output = T;

    fn index(&self, id: ArenaId) -> &T {
        &self.0[id.0.get() - 1]
    }
}

impl<T> IndexMut<ArenaId> for Arena<T> {
    fn index_mut(&mut self, id: ArenaId) -> &mut T {
        &mut self.0[id.0.get() - 1]
    }
}
