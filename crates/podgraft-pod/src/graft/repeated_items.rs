//! Items that are twice in a list whose items nothing identifies, such as tolerations.

use std::collections::{HashMap, HashSet};

use podgraft_merge::{
    diagnostic::Diagnostic,
    path::{FieldPath, Segment},
    schema::FieldType,
};
use serde_json::Value;

use super::Grafted;
use crate::codes;

/// Lists in which a word may well be there twice.
const WORDS: [&str; 2] = ["args", "command"];

/// Warns of each item of a folded pod that is in its list once more, and names the layers of both. What the operator made twice itself is its own matter.
pub(super) fn repeated_items(pod: &Grafted<'_>) -> Vec<Diagnostic> {
    if !has_equal_items(&pod.template) {
        return Vec::new();
    }
    let layer = |index: usize| pod.layers.get(index).map(|layer| layer.id.to_string());
    let mut pairs = Vec::new();
    visit(&pod.template, FieldType::pod_template(), &FieldPath::root(), &mut pairs);
    let mut found = Vec::new();
    for (list, first, again) in pairs {
        let name = match list.segments().last() {
            Some(Segment::Field(name)) => name.clone(),
            _ => continue,
        };
        let path = list.index(again);
        let setters = [first, again].map(|index| pod.layer_to_blame(&list.index(index)));
        if setters == [None, None] {
            continue;
        }
        let [one, other] =
            setters.map(|setter| setter.and_then(&layer).unwrap_or_else(|| "the base".to_owned()));
        let by = if one == other {
            format!("{one} sets both")
        } else {
            format!("{one} sets the first, {other} the second")
        };
        let message = format!("remove one of two items of {name}, which are the same: {by}");
        found.push(Diagnostic::warning(codes::DUPLICATE_ITEM, message).at(path));
    }
    found
}

/// Up to this many items, comparing is quicker than hashing.
const FEW: usize = 16;

/// Whether any list has two equal items: hardly any pod has one, and for the others no path is made.
fn has_equal_items(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.values().any(has_equal_items),
        Value::Array(items) if items.len() <= FEW => {
            let is_again = |(index, item): (usize, &Value)| items[..index].contains(item);
            items.iter().enumerate().any(is_again) || items.iter().any(has_equal_items)
        }
        Value::Array(items) => {
            let mut seen = HashSet::with_capacity(items.len());
            items.iter().any(|item| !seen.insert(item)) || items.iter().any(has_equal_items)
        }
        _ => false,
    }
}

/// The lists, each with the indexes of an item and of one that is the same.
type Pairs = Vec<(FieldPath, usize, usize)>;

fn visit(value: &Value, child: FieldType, path: &FieldPath, pairs: &mut Pairs) {
    let children = child.children(value);
    if let (Value::Array(items), true) = (value, may_repeat(&children, path)) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            let first = *seen.entry(item.to_string()).or_insert(index);
            if first != index {
                pairs.push((path.clone(), first, index));
            }
        }
    }
    for (segment, value, child) in children {
        if value.is_object() || value.is_array() {
            visit(value, child, &path.with(segment), pairs);
        }
    }
}

/// Whether a list's items are known by their indexes only, and none is meant twice.
fn may_repeat(children: &[(Segment, &Value, FieldType)], list: &FieldPath) -> bool {
    let is_of_words =
        matches!(list.segments().last(), Some(Segment::Field(name)) if WORDS.contains(&name.as_str()));
    !is_of_words && children.len() > 1 && matches!(children.first(), Some((Segment::Index(_), ..)))
}
