//! [`Observer`]: sees every change that a patch makes, with its path.

use serde_json::Value;

use super::Trail;

/// Why a value changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The patch states the value.
    Stated,
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

/// Sees every set, delete and clear of a merge, in the order in which they happen.
///
/// All methods do nothing by default, and `()` is an observer: a merge that nobody watches pays
/// nothing. Paths are made only when [`Trail::path`] is called.
pub trait Observer {
    /// The value at `trail` became `value`, with everything below it.
    fn set(&mut self, trail: &Trail<'_>, value: &Value, cause: Cause) {
        let _ = (trail, value, cause);
    }

    /// The field or item at `trail` was removed, with everything below it.
    fn delete(&mut self, trail: &Trail<'_>, cause: Cause) {
        let _ = (trail, cause);
    }

    /// The map or list at `trail` stays, and everything below it was removed (what the patch puts
    /// there instead follows as sets), or, for [`Cause::Order`], moved.
    fn clear(&mut self, trail: &Trail<'_>, cause: Cause) {
        let _ = (trail, cause);
    }
}

impl Observer for () {}
