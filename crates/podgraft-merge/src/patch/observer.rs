//! [`Observer`]: sees every change that a patch makes, with its path.

use serde_json::Value;

use super::Trail;

/// Why a value changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It was there before any patch. Provenance says so; a merge never does.
    Base,
    /// The patch states the value.
    Stated,
    /// A patch for each container states the value. Provenance says so; a merge never does.
    EachContainer,
    /// The patch states null (only in the `kubernetes` dialect).
    Null,
    /// `$patch: delete`.
    Delete,
    /// `$patch: replace`, or new content for something that is replaced as a whole.
    Replace,
    /// `$retainKeys` does not name it.
    RetainKeys,
    /// `$unset` names it.
    Unset,
    /// Another member of its one-of group was set.
    Union,
    /// `$deleteFromPrimitiveList` names it.
    DeleteFromPrimitiveList,
    /// `$prepend` put it first.
    Prepend,
    /// `$append` put it last.
    Append,
    /// `$setElementOrder` moved the items.
    Order,
}

/// Sees every change of a merge, in the order in which they happen.
///
/// All methods do nothing by default, and `()` is an observer: a merge that nobody watches pays
/// nothing. Paths are made only when [`Trail::path`] is called. Content that is new, or that replaces a
/// scalar or an atomic list, is reported once, as a whole. Stating the merge key of an item that is there
/// is no change, and is not reported.
///
/// `was` is what the change took away, for an observer that keeps it: the merge is done with it. It is
/// `None` where nothing was, and always in the `kubernetes` dialect, which no layer is written in.
pub trait Observer {
    /// The value at `trail` became `value`, with everything below it. It may be equal to what it was.
    ///
    /// An item of an atomic list that comes by [`Cause::Prepend`] or [`Cause::Append`] is put in at its
    /// index; the items from there on move up.
    fn set(&mut self, trail: &Trail<'_>, was: Option<Value>, value: &Value, cause: Cause) {
        let _ = (trail, was, value, cause);
    }

    /// The field or item at `trail` was removed, with everything below it. Behind an item of an atomic list
    /// the others move down.
    fn delete(&mut self, trail: &Trail<'_>, was: Option<Value>, cause: Cause) {
        let _ = (trail, was, cause);
    }

    /// The map or list at `trail` stays, and everything below it was removed (what the patch puts
    /// there instead follows as sets), or, for [`Cause::Order`] in the `kubernetes` dialect, moved.
    fn clear(&mut self, trail: &Trail<'_>, was: Option<Value>, cause: Cause) {
        let _ = (trail, was, cause);
    }

    /// The patch states the value at `trail` that is there already: an item of a set, an empty map or list.
    fn agree(&mut self, trail: &Trail<'_>) {
        let _ = trail;
    }

    /// The items of the list at `trail` moved: what is now at each place was at the index that `order`
    /// has there.
    fn reorder(&mut self, trail: &Trail<'_>, order: &[usize]) {
        let _ = (trail, order);
    }

    /// What follows is done by the patch for each container with this number, below a new container; or,
    /// with `None`, by the patch itself again.
    fn beneath(&mut self, seed: Option<usize>) {
        let _ = seed;
    }
}

impl Observer for () {}
