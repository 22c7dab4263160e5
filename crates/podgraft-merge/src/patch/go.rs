//! What apimachinery does because it is written in Go, and the `extended` dialect never does.
//!
//! Go's slices share memory: deleting from a list and appending to it write into an array that
//! the merge later reads as "the live order", and its sort is called with a comparison that is no
//! order. Kubernetes' results depend on both, so they are followed here, and only here.

use std::collections::BTreeSet;

use crate::schema::{Field, ScalarType, Schema, Type};

/// The live order that Go sees after deleting from and appending to a list in place: the ids of
/// the array's first `base.len()` slots.
///
/// `deleted` says which base slots were removed, in the order of removal; `appended` are the ids
/// appended afterwards. Every removal moves what follows one slot down and leaves the last slot as
/// it was; appending fills the freed slots.
///
/// # Source
/// apimachinery v0.37, `strategicpatch/patch.go`, `deleteMatchingEntries` and
/// `mergeSliceWithoutSpecialElements`, called from `mergePatchIntoOriginal`.
pub(crate) fn live_order(base: &[u32], deleted: &[usize], appended: &[u32]) -> Vec<u32> {
    let mut alive = vec![true; base.len()];
    let mut last = base.len();
    let mut stale = Vec::with_capacity(deleted.len());
    for &slot in deleted {
        while last > 0 && !alive[last - 1] {
            last -= 1;
        }
        stale.push(base[last - 1]);
        alive[slot] = false;
    }
    let mut order: Vec<u32> =
        base.iter().zip(&alive).filter_map(|(id, alive)| alive.then_some(*id)).collect();
    order.extend(stale.into_iter().rev());
    let freed = base.len() - deleted.len();
    for (slot, id) in order.iter_mut().skip(freed).zip(appended) {
        *slot = *id;
    }
    order
}

/// Removes later duplicates from `base` followed by `patch` as Go does: the last element takes a
/// duplicate's place. Gives the remaining elements, as indexes into the joined list, and what the
/// live order (the first `base` slots) has become.
///
/// # Source
/// apimachinery v0.37, `strategicpatch/patch.go`, `deduplicateScalars`, called on
/// `append(original, patch...)` in `mergeSlice`.
pub(crate) fn deduplicate(ids: &[u32], distinct: usize, base: usize) -> (Vec<usize>, Vec<u32>) {
    let in_place = decoded_capacity(base) >= ids.len();
    let mut slots: Vec<usize> = (0..ids.len()).collect();
    let mut length = ids.len();
    if distinct < length {
        let mut places: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); distinct];
        for (slot, id) in ids.iter().enumerate() {
            places[*id as usize].insert(slot);
        }
        let mut first = 0;
        while first + 1 < length {
            let id = ids[slots[first]] as usize;
            while let Some(&duplicate) = places[id].range(first + 1..).next() {
                length -= 1;
                places[id].remove(&duplicate);
                if duplicate < length {
                    let moved = ids[slots[length]] as usize;
                    places[moved].remove(&length);
                    places[moved].insert(duplicate);
                    slots[duplicate] = slots[length];
                }
            }
            first += 1;
        }
    }
    let live =
        if in_place { slots[..base].iter().map(|slot| ids[*slot]).collect() } else { ids[..base].to_vec() };
    slots.truncate(length);
    (slots, live)
}

/// The capacity of a list of this length after Go's JSON decoder appended to it one by one.
///
/// # Source
/// Go 1.26, `runtime/slice.go`, `nextslicecap`, and `runtime/sizeclasses.go`, for 16-byte elements.
fn decoded_capacity(length: usize) -> usize {
    /// The allocation sizes between 8 KiB and 32 KiB, in elements.
    const CLASSES: [usize; 12] = [512, 592, 608, 640, 680, 768, 848, 896, 1024, 1152, 1192, 1280];
    const LARGER_CLASSES: [usize; 5] = [1360, 1536, 1704, 1792, 2048];
    let mut capacity = 0;
    while capacity < length {
        let wanted = if capacity < 256 { (capacity * 2).max(1) } else { capacity + (capacity + 768) / 4 };
        capacity = if wanted <= 512 {
            wanted
        } else {
            let class = CLASSES.iter().chain(&LARGER_CLASSES).find(|class| **class >= wanted);
            // Beyond 32 KiB Go rounds up to pages of 8 KiB.
            class.copied().unwrap_or_else(|| wanted.div_ceil(512) * 512)
        };
    }
    capacity
}

/// Go's stable sort, for a comparison that need not be an order.
///
/// # Source
/// Go 1.26, `sort/zsortfunc.go`, `stable_func`, `insertionSort_func`, `symMerge_func`.
pub(crate) fn sort_stable<T>(items: &mut [T], less: &impl Fn(&T, &T) -> bool) {
    const BLOCK: usize = 20;
    let length = items.len();
    for block in items.chunks_mut(BLOCK) {
        for end in 1..block.len() {
            let mut at = end;
            while at > 0 && less(&block[at], &block[at - 1]) {
                block.swap(at, at - 1);
                at -= 1;
            }
        }
    }
    let mut size = BLOCK;
    while size < length {
        let (mut start, mut end) = (0, 2 * size);
        while end <= length {
            merge_in_place(items, start, start + size, end, less);
            start = end;
            end += 2 * size;
        }
        if start + size < length {
            merge_in_place(items, start, start + size, length, less);
        }
        size *= 2;
    }
}

/// Merges the sorted runs `a..m` and `m..b`.
fn merge_in_place<T>(items: &mut [T], a: usize, m: usize, b: usize, less: &impl Fn(&T, &T) -> bool) {
    if m - a == 1 {
        let (mut low, mut high) = (m, b);
        while low < high {
            let half = low.midpoint(high);
            if less(&items[half], &items[a]) { low = half + 1 } else { high = half }
        }
        items[a..low].rotate_left(1.min(low - a));
        return;
    }
    if b - m == 1 {
        let (mut low, mut high) = (a, m);
        while low < high {
            let half = low.midpoint(high);
            if less(&items[m], &items[half]) { high = half } else { low = half + 1 }
        }
        items[low..=m].rotate_right(1);
        return;
    }
    let middle = a.midpoint(b);
    let sum = middle + m;
    let (mut start, mut right) = if m > middle { (sum - b, middle) } else { (a, m) };
    let last = sum - 1;
    while start < right {
        let half = start.midpoint(right);
        if less(&items[last - half], &items[half]) { right = half } else { start = half + 1 }
    }
    let end = sum - start;
    if start < m && m < end {
        items[start..end].rotate_left(m - start);
    }
    if a < start && start < middle {
        merge_in_place(items, a, start, middle, less);
    }
    if middle < end && end < b {
        merge_in_place(items, middle, end, b, less);
    }
}

/// The schema of the items of what Go takes for a list; `None` where it takes it for none.
///
/// # Source
/// apimachinery v0.37, `strategicpatch/meta.go`, `PatchMetaFromStruct.LookupPatchMetadataForSlice`.
pub(super) fn list_item(field: &Field) -> Option<Schema> {
    let item = match field.ty {
        Type::List(Type::List(_)) => None,
        Type::List(item) => Some(*item),
        Type::Scalar(ScalarType::Bytes) => Some(field.ty),
        other if field.pointer => Some(other),
        _ => None,
    };
    item.map(Schema::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deleting_leaves_the_tail_and_appending_fills_it() {
        assert_eq!(live_order(&[0, 1], &[0], &[]), [1, 1]);
        assert_eq!(live_order(&[0, 1], &[0], &[7]), [1, 7]);
        assert_eq!(live_order(&[0, 1, 2], &[2], &[]), [0, 1, 2]);
        assert_eq!(live_order(&[0, 1, 2], &[2, 0], &[8]), [1, 8, 2]);
        assert_eq!(live_order(&[0, 1, 2], &[0], &[5, 6]), [1, 2, 5]);
    }

    #[test]
    fn duplicates_are_replaced_by_the_last() {
        // [a, a, b] + [c] has no room (capacity 4 holds 4): in place.
        assert_eq!(deduplicate(&[0, 0, 1, 2], 3, 3), (vec![0, 3, 2], vec![0, 2, 1]));
        // [a, a, b, x] + [c] does not fit into capacity 4: the live order stays.
        assert_eq!(deduplicate(&[0, 0, 1, 2, 3], 4, 4), (vec![0, 4, 2, 3], vec![0, 0, 1, 2]));
        assert_eq!(deduplicate(&[0, 1, 2], 3, 1).0, [0, 1, 2]);
        assert_eq!(deduplicate(&[0, 0, 0], 1, 2).0, [0]);
    }

    #[test]
    fn capacities_grow_as_in_go() {
        let capacities: Vec<usize> =
            [0, 1, 2, 3, 5, 9, 257, 513, 849, 1281, 1793].map(decoded_capacity).into();
        assert_eq!(capacities, [0, 1, 2, 4, 8, 16, 512, 848, 1280, 1792, 2560]);
    }

    #[test]
    fn sorts_like_a_sort_when_the_comparison_is_an_order() {
        for length in [0, 1, 2, 19, 20, 21, 41, 100, 257] {
            let mut items: Vec<(usize, usize)> = (0..length).map(|n| (n * 7919 % 13, n)).collect();
            let mut sorted = items.clone();
            sorted.sort_by_key(|item| item.0);
            sort_stable(&mut items, &|a, b| a.0 < b.0);
            assert_eq!(items, sorted, "length {length}");
        }
    }

    #[test]
    fn a_comparison_that_always_says_yes_reverses_short_lists() {
        let mut items = [1, 2, 3, 4];
        sort_stable(&mut items, &|_, _| true);
        assert_eq!(items, [4, 3, 2, 1]);
    }
}
