//! The names of the directives.

/// `$patch`: `delete`, `replace`, or (extended) `merge`.
pub(crate) const PATCH: &str = "$patch";
/// `$retainKeys`: the fields that stay.
pub(crate) const RETAIN_KEYS: &str = "$retainKeys";
/// `$setElementOrder/FIELD`: the order of a list.
pub(crate) const SET_ELEMENT_ORDER: &str = "$setElementOrder";
/// `$deleteFromPrimitiveList/FIELD`: items to remove from a list of scalars.
pub(crate) const DELETE_FROM_PRIMITIVE_LIST: &str = "$deleteFromPrimitiveList";
/// `$unset` (extended): the fields to remove.
pub(crate) const UNSET: &str = "$unset";
/// `$append/FIELD` (extended): items to add behind a list.
pub(crate) const APPEND: &str = "$append";
/// `$prepend/FIELD` (extended): items to put before a list.
pub(crate) const PREPEND: &str = "$prepend";

/// Every directive as it is written, for "did you mean".
pub(crate) const ALL: [&str; 7] =
    [PATCH, RETAIN_KEYS, UNSET, SET_ELEMENT_ORDER, DELETE_FROM_PRIMITIVE_LIST, APPEND, PREPEND];

/// The field that a directive such as `$append/args` is about; `None` when the key is not of that form.
pub(crate) fn subject<'k>(key: &'k str, directive: &str) -> Option<&'k str> {
    key.strip_prefix(directive)?.strip_prefix('/')
}
