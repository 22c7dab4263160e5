//! The names of the directives.

use serde_json::{Map, Value};

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

/// Whether a patch object has a directive, or what looks like one. Keys are looked at one by one: how a map orders them
/// is for the program to decide that the engine is built into (`serde_json`'s `preserve_order`).
pub(crate) fn is_in(patch: &Map<String, Value>) -> bool {
    patch.keys().any(|key| is(key))
}

/// Whether a field is a directive, or what looks like one.
pub(crate) fn is(key: &str) -> bool {
    key.as_bytes().first() == Some(&b'$')
}

/// The field that a directive such as `$append/args` is about; `None` when the key is not of that form.
pub(crate) fn subject<'k>(key: &'k str, directive: &str) -> Option<&'k str> {
    key.strip_prefix(directive)?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{
        patch::{Options, extend},
        schema::Schema,
    };

    /// `!` and `"` come before `$`.
    #[test]
    fn a_directive_counts_wherever_it_stands_in_the_map() {
        let base = json!({"metadata": {"annotations": {"old": "1"}}});
        let patch = json!({"metadata": {"annotations": {"!": "new", "$patch": "replace"}}});
        let pod = Schema::for_kind("v1", "Pod").unwrap();
        let extended = extend(base, &patch, pod, Options::default(), &mut ());
        assert_eq!(extended.value, json!({"metadata": {"annotations": {"!": "new"}}}));
    }
}
