//! Node labels that all pods need: a map in v1, a node selector in v2.

use serde_json::{Map, Value, json};

/// The selector of nodes with these labels, all of them.
pub(super) fn selector(labels: &Value) -> Option<Value> {
    let labels = labels.as_object()?;
    let expressions = labels.iter().filter(|(_, value)| value.is_string());
    let expressions: Vec<Value> = expressions.map(|(key, value)| expression(key, value)).collect();
    (!expressions.is_empty()).then(|| json!({ "nodeSelectorTerms": [{ "matchExpressions": expressions }] }))
}

/// The labels that a selector asks for. A map asks for all its labels, so that only a selector of one term can be
/// shown, and of its expressions those that name one value.
pub(super) fn labels(selector: &Value) -> Option<Value> {
    let mut labels = Map::new();
    for (key, value) in expressions(selector)?.iter().filter_map(label) {
        // Both of two values are asked for, and no map has a key twice.
        labels.entry(key).or_insert_with(|| value.clone());
    }
    (!labels.is_empty()).then_some(Value::Object(labels))
}

/// The selector `kept`, from which labels are removed and to which labels are added as they were in the map. What a
/// map does not show stays.
pub(super) fn merge(edited: Option<&Value>, kept: &Value) -> Option<Value> {
    let canonical = || edited.and_then(selector);
    let Some(before) = expressions(kept) else { return canonical() };
    let mut wanted = match edited {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(labels)) => labels.clone(),
        Some(_) => return canonical(),
    };
    wanted.retain(|_, value| value.is_string());
    let shown = labels(kept).unwrap_or_default();
    let mut after = Vec::new();
    for expression in before {
        let is_shown = label(expression).filter(|(key, value)| shown.get(*key) == Some(*value));
        match is_shown {
            // A later one of the same label is the same demand.
            Some((key, value)) if wanted.get(key) == Some(value) => {
                wanted.remove(key);
                after.push(expression.clone());
            }
            Some(_) => {}
            None => after.push(expression.clone()),
        }
    }
    after.extend(wanted.iter().map(|(key, value)| expression(key, value)));
    let mut selector = kept.clone();
    let term = selector.pointer_mut("/nodeSelectorTerms/0")?.as_object_mut()?;
    if after.is_empty() {
        term.remove("matchExpressions");
    } else {
        term.insert("matchExpressions".to_owned(), after.into());
    }
    // A term without any demand selects no node.
    (!term.is_empty()).then_some(selector)
}

fn expression(key: &str, value: &Value) -> Value {
    json!({ "key": key, "operator": "In", "values": [value] })
}

/// The expressions of a selector's only term.
fn expressions(selector: &Value) -> Option<&[Value]> {
    match selector.get("nodeSelectorTerms")?.as_array()?.as_slice() {
        [term] => match term.get("matchExpressions") {
            None | Some(Value::Null) => term.is_object().then_some(&[]),
            Some(expressions) => expressions.as_array().map(Vec::as_slice),
        },
        _ => None,
    }
}

/// The label that an expression asks for, where it names one value.
fn label(expression: &Value) -> Option<(&str, &Value)> {
    let key = expression.get("key")?.as_str()?;
    let values = expression.get("values")?.as_array()?;
    let [value] = values.as_slice() else { return None };
    (expression.get("operator")? == "In" && value.is_string()).then_some((key, value))
}
