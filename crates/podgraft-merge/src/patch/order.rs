//! The order of a merged list: what the patch names in the patch's order, everything else in the
//! live order, the two interleaved.

use super::go;
use super::identity::number;

/// A list to put in order: the id of each item, in the merged list's order.
pub(crate) struct Ordering<'o> {
    /// The ids of the merged items.
    pub(crate) merged: &'o [u32],
    /// The wanted order: ids that the patch (or `$setElementOrder`) names.
    pub(crate) wanted: &'o [u32],
    /// The live order.
    pub(crate) live: &'o [u32],
    /// Merged items that go behind the others of their part, whatever the order says, in the merged list's order: Go takes a
    /// `$patch: delete` that leaked into the merged list for an instruction. Empty: none do.
    pub(crate) last: &'o [bool],
    /// How many different ids there are.
    pub(crate) distinct: usize,
}

/// An id that the list does not name.
const ABSENT: u32 = u32::MAX;

impl Ordering<'_> {
    /// The merged list's indexes in their final order.
    ///
    /// # Source
    /// apimachinery v0.37, `strategicpatch/patch.go`, `normalizeElementOrder`, `mergeSortedSlice`.
    pub(crate) fn indexes(&self) -> Vec<usize> {
        let wanted = ranks(self.wanted, self.distinct);
        let live = ranks(self.live, self.distinct);
        let id = |index: &usize| self.merged[*index] as usize;
        let goes_last = |index: &usize| self.last.get(*index).copied().unwrap_or(false);
        let (named, rest): (Vec<usize>, Vec<usize>) =
            (0..self.merged.len()).partition(|index| wanted[id(index)] != ABSENT);
        let (last_named, mut named): (Vec<usize>, Vec<usize>) = named.into_iter().partition(goes_last);
        let (last_of_rest, mut rest): (Vec<usize>, Vec<usize>) = rest.into_iter().partition(goes_last);
        named.sort_by_key(|index| wanted[id(index)]);
        if rest.iter().all(|index| live[id(index)] != ABSENT) {
            rest.sort_by_key(|index| live[id(index)]);
        } else {
            // Go's comparison says yes whenever it does not find one of the two.
            go::sort_stable(&mut rest, &|a, b| {
                let (a, b) = (live[id(a)], live[id(b)]);
                a == ABSENT || b == ABSENT || a < b
            });
        }
        named.extend(last_named);
        rest.extend(last_of_rest);
        interleave(&named, &rest, |index| live[id(index)])
    }
}

/// The first position of each id.
fn ranks(ids: &[u32], distinct: usize) -> Vec<u32> {
    let mut ranks = vec![ABSENT; distinct];
    for (position, id) in ids.iter().enumerate().rev() {
        ranks[*id as usize] = number(position);
    }
    ranks
}

/// Takes from `rest` while its head is live before the head of `named`, else from `named`.
fn interleave(named: &[usize], rest: &[usize], live: impl Fn(&usize) -> u32) -> Vec<usize> {
    let mut order = Vec::with_capacity(named.len() + rest.len());
    let (mut named, mut rest) = (named.iter().peekable(), rest.iter().peekable());
    loop {
        let next = match (named.peek(), rest.peek()) {
            (Some(first), Some(other)) => {
                let (first, other) = (live(first), live(other));
                if first != ABSENT && other < first { rest.next() } else { named.next() }
            }
            (Some(_), None) => named.next(),
            (None, _) => rest.next(),
        };
        match next {
            Some(index) => order.push(*index),
            None => return order,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(merged: &[u32], wanted: &[u32], live: &[u32]) -> Vec<u32> {
        let ordering = Ordering { merged, wanted, live, last: &[], distinct: 10 };
        ordering.indexes().into_iter().map(|index| merged[index]).collect()
    }

    #[test]
    fn follows_kubernetes() {
        // A lone new item is put first.
        assert_eq!(order(&[0, 1, 9], &[9], &[0, 1]), [9, 0, 1]);
        // [a,b,c] + [c,a] -> [b,c,a]
        assert_eq!(order(&[0, 1, 2], &[2, 0], &[0, 1, 2]), [1, 2, 0]);
        // [a,b,c,d,e] + [d,Z,b] -> [a,c,d,Z,b,e]
        assert_eq!(order(&[0, 1, 2, 3, 4, 9], &[3, 9, 1], &[0, 1, 2, 3, 4]), [0, 2, 3, 9, 1, 4]);
        // Duplicates gather at the first of them.
        assert_eq!(order(&[0, 1, 0], &[], &[0, 1, 0]), [0, 0, 1]);
        // With an empty order, unknown items sink to the end, reversed.
        assert_eq!(order(&[8, 9, 0, 1, 2], &[], &[0, 1, 2]), [0, 1, 2, 9, 8]);
    }
}
