//! [`MergedOrder`]: the order of a list of plain items after a merge.

use crate::patch::item_index::FEW;

/// The items that the patch names are in its order, and those that it does not name between them: each before the first
/// named one that was behind it. Items that are new have their slots behind the others, in the order of the patch.
pub(in crate::patch) struct MergedOrder<'t> {
    /// How long the list was.
    before: usize,
    /// For each item of the patch, the slot of the item that it is about; `None` for a new one.
    targets: &'t [Option<usize>],
    /// Which slots the patch names, where it names many.
    named: Vec<bool>,
}

impl<'t> MergedOrder<'t> {
    pub(in crate::patch) fn new(before: usize, targets: &'t [Option<usize>]) -> Self {
        let is_many = targets.len() > FEW;
        let mut named = vec![false; if is_many { before } else { 0 }];
        for slot in targets.iter().flatten().filter(|_| is_many) {
            named[*slot] = true;
        }
        Self { before, targets, named }
    }

    fn is_named(&self, slot: usize) -> bool {
        if self.named.is_empty() { self.targets.contains(&Some(slot)) } else { self.named[slot] }
    }

    /// The slots, in the order that their items get.
    pub(in crate::patch) fn iter(&self) -> impl Iterator<Item = usize> {
        let mut rest = (0..self.before).filter(|slot| !self.is_named(*slot)).peekable();
        let mut new = self.before..;
        let mut named = self.targets.iter().peekable();
        std::iter::from_fn(move || match named.peek() {
            None => rest.next(),
            Some(Some(slot)) => {
                rest.next_if(|other| other < slot).or_else(|| named.next().copied().flatten())
            }
            Some(None) => {
                named.next();
                new.next()
            }
        })
    }

    /// Whether every item stays where it is.
    pub(in crate::patch) fn is_as_it_was(&self) -> bool {
        self.iter().enumerate().all(|(place, slot)| place == slot)
    }
}
