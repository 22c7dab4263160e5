//! [`Observer`]: sees every change that a patch makes, with its path.

use serde_json::Value;

use super::LazyLocation;

/// Why a value changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeCause {
    /// It was there before any patch. Only provenance uses it.
    Base,
    /// The patch states the value.
    Stated,
    /// An `eachContainer` patch states the value. Only provenance uses it.
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
/// nothing. Paths are made only when [`LazyLocation::path`] is called. Content that is new, or that replaces a
/// scalar or an atomic list, is reported once, as a whole. Stating the merge key of an item that is there
/// is no change, and is not reported.
///
/// `previous` is the value that the change took away; the observer may keep it. It is `None` where nothing was
/// there, and always in the `kubernetes` dialect, in which layers are never written.
pub trait Observer {
    /// The value at `location` became `value`, with everything below it. It may be equal to what it was.
    ///
    /// An item of an atomic list that comes by [`ChangeCause::Prepend`] or [`ChangeCause::Append`] is put in at its
    /// index; the items from there on move up.
    fn set(
        &mut self,
        location: &LazyLocation<'_>,
        previous: Option<Value>,
        value: &Value,
        cause: ChangeCause,
    ) {
        let _ = (location, previous, value, cause);
    }

    /// The field or item at `location` was removed, with everything below it. Behind an item of an atomic list
    /// the others move down.
    fn delete(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        let _ = (location, previous, cause);
    }

    /// The map or list at `location` stays, and everything below it was removed (what the patch puts
    /// there instead follows as sets), or, for [`ChangeCause::Order`] in the `kubernetes` dialect, moved.
    fn clear(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        let _ = (location, previous, cause);
    }

    /// The patch states what is at `location` already: an item of a set, an empty map or list.
    fn agree(&mut self, location: &LazyLocation<'_>) {
        let _ = location;
    }

    /// The items of the list at `location` moved: what is now at each place was at the index that `order`
    /// has there.
    fn reorder(&mut self, location: &LazyLocation<'_>, order: &[usize]) {
        let _ = (location, order);
    }

    /// What follows is done by the earlier `eachContainer` patch with this number, beneath a new container; or,
    /// with `None`, by the patch itself again.
    fn applying_each_container(&mut self, number: Option<usize>) {
        let _ = number;
    }
}

impl Observer for () {}
