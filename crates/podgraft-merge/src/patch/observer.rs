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
    /// Whether the observer keeps previous values. One that does not is given `None` where another observer of the same
    /// merge keeps them.
    const KEEPS_PREVIOUS: bool = true;

    /// The changes that follow are made by the layer with this index. Only a fold calls it.
    fn layer(&mut self, index: usize) {
        let _ = index;
    }

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

impl Observer for () {
    const KEEPS_PREVIOUS: bool = false;
}

impl<O: Observer> Observer for &mut O {
    const KEEPS_PREVIOUS: bool = O::KEEPS_PREVIOUS;

    fn layer(&mut self, index: usize) {
        (**self).layer(index);
    }

    fn set(
        &mut self,
        location: &LazyLocation<'_>,
        previous: Option<Value>,
        value: &Value,
        cause: ChangeCause,
    ) {
        (**self).set(location, previous, value, cause);
    }

    fn delete(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        (**self).delete(location, previous, cause);
    }

    fn clear(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        (**self).clear(location, previous, cause);
    }

    fn agree(&mut self, location: &LazyLocation<'_>) {
        (**self).agree(location);
    }

    fn reorder(&mut self, location: &LazyLocation<'_>, order: &[usize]) {
        (**self).reorder(location, order);
    }

    fn applying_each_container(&mut self, number: Option<usize>) {
        (**self).applying_each_container(number);
    }
}

/// Two observers of one merge.
impl<A: Observer, B: Observer> Observer for (A, B) {
    const KEEPS_PREVIOUS: bool = A::KEEPS_PREVIOUS || B::KEEPS_PREVIOUS;

    fn layer(&mut self, index: usize) {
        self.0.layer(index);
        self.1.layer(index);
    }

    fn set(
        &mut self,
        location: &LazyLocation<'_>,
        previous: Option<Value>,
        value: &Value,
        cause: ChangeCause,
    ) {
        let (first, second) = shared::<A, B>(previous);
        self.0.set(location, first, value, cause);
        self.1.set(location, second, value, cause);
    }

    fn delete(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        let (first, second) = shared::<A, B>(previous);
        self.0.delete(location, first, cause);
        self.1.delete(location, second, cause);
    }

    fn clear(&mut self, location: &LazyLocation<'_>, previous: Option<Value>, cause: ChangeCause) {
        let (first, second) = shared::<A, B>(previous);
        self.0.clear(location, first, cause);
        self.1.clear(location, second, cause);
    }

    fn agree(&mut self, location: &LazyLocation<'_>) {
        self.0.agree(location);
        self.1.agree(location);
    }

    fn reorder(&mut self, location: &LazyLocation<'_>, order: &[usize]) {
        self.0.reorder(location, order);
        self.1.reorder(location, order);
    }

    fn applying_each_container(&mut self, number: Option<usize>) {
        self.0.applying_each_container(number);
        self.1.applying_each_container(number);
    }
}

/// A previous value for each of two observers, copied only where both keep it.
fn shared<A: Observer, B: Observer>(previous: Option<Value>) -> (Option<Value>, Option<Value>) {
    match (A::KEEPS_PREVIOUS, B::KEEPS_PREVIOUS) {
        (true, true) => (previous.clone(), previous),
        (true, false) => (previous, None),
        (false, _) => (None, previous),
    }
}
