//! Selectors: of objects by their labels, of nodes.

use std::collections::HashSet;

use super::{
    findings::Findings,
    formats::{LABEL_VALUE, QUALIFIED, SUBDOMAIN},
    metadata,
};
use crate::cursor::Cursor;

/// Judges a label selector.
pub(super) fn labels(selector: &Cursor<'_>, found: &mut Findings) {
    metadata::labels(selector, "matchLabels", found);
    for expression in selector.items("matchExpressions") {
        let operators = ["In", "NotIn", "Exists", "DoesNotExist"];
        found.written(expression.field("key"), "key", expression.text("key"), &QUALIFIED);
        operator(&expression, &operators, found);
        values(&expression, found);
    }
}

/// Judges one term of a node selector; `strict` is whether values must be possible labels.
pub(super) fn nodes(term: &Cursor<'_>, strict: bool, found: &mut Findings) {
    for expression in term.items("matchExpressions") {
        let operators = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];
        found.written(expression.field("key"), "key", expression.text("key"), &QUALIFIED);
        operator(&expression, &operators, found);
        if strict {
            values(&expression, found);
        }
    }
    for expression in term.items("matchFields") {
        found.exactly_one_of(&expression, "key", &["metadata.name"]);
        found.exactly_one_of(&expression, "operator", &["In", "NotIn"]);
        let names = expression.texts("values");
        if names.len() != 1 {
            found.refuse(expression.field("values"), "write exactly one value: a field is compared with one");
        }
        for (name, path) in names {
            found.written(path, "the name of a node", name, &SUBDOMAIN);
        }
    }
}

fn operator(expression: &Cursor<'_>, operators: &[&str], found: &mut Findings) {
    found.exactly_one_of(expression, "operator", operators);
    let count = expression.items("values").len();
    let message = match expression.text("operator") {
        "In" | "NotIn" if count == 0 => "add values: In and NotIn compare with them",
        "Exists" | "DoesNotExist" if count > 0 => "remove values: Exists and DoesNotExist take none",
        "Gt" | "Lt" if count != 1 => "write exactly one value: Gt and Lt compare with one",
        _ => return,
    };
    found.refuse(expression.field("values"), message);
}

fn values(expression: &Cursor<'_>, found: &mut Findings) {
    for (value, path) in expression.texts("values") {
        found.written(path, "a value", value, &LABEL_VALUE);
    }
}

/// Judges keys of labels whose values of the pod are added to a selector.
pub(super) fn label_keys(at: &Cursor<'_>, name: &str, found: &mut Findings) {
    let keys = at.texts(name);
    if !keys.is_empty() && !at.has("labelSelector") {
        return found
            .refuse(at.field(name), format!("add labelSelector, or remove {name}: it adds to the selector"));
    }
    for (key, path) in keys {
        found.written(path, "the key of a label", key, &QUALIFIED);
    }
}

/// A pod's label is added to the selector by `matchLabelKeys` when the pod is made; the selector may
/// not speak of it already.
pub(super) fn added_twice(at: &Cursor<'_>, labels: &HashSet<&str>, found: &mut Findings) {
    let Some(selector) = at.get("labelSelector") else { return };
    let keys = at.texts("matchLabelKeys");
    if keys.is_empty() {
        return;
    }
    let expressions = selector.items("matchExpressions");
    let named = selector.entries("matchLabels").into_iter().map(|(key, _)| key);
    let named: HashSet<&str> = named.chain(expressions.iter().filter_map(|item| item.str("key"))).collect();
    let mut added = HashSet::new();
    for (key, path) in keys.into_iter().filter(|(key, _)| labels.contains(key)) {
        if named.contains(key) {
            found.refuse(path, format!("remove {key} from matchLabelKeys or labelSelector: it is in both"));
        } else if !added.insert(key) {
            found.refuse(path, format!("remove the second {key}"));
        }
    }
}
