//! [`FieldConversion`]: how the value of a field is said in the other version.

mod node_labels;

use serde_json::{Map, Value, json};

use super::Version;

/// How the value of a field is said in the other version.
#[derive(Debug, Clone, Copy)]
pub(super) enum FieldConversion {
    /// As it is.
    Same,
    /// The number of workers, which v1 may leave out.
    Replicas,
    /// Names in v1, references in v2.
    PullSecrets,
    /// v1 has those with a key, an operator and an effect, and no `tolerationSeconds`.
    Tolerations,
    /// A map of node labels in v1, a node selector in v2.
    NodeLabels,
}

impl FieldConversion {
    /// The value in the version `to`; `None` where that version cannot say any of it.
    pub(super) fn translate(self, value: Option<&Value>, to: Version) -> Option<Value> {
        match (self, to) {
            (Self::Replicas, Version::V2) if value.is_none_or(Value::is_null) => Some(1.into()),
            (Self::Same | Self::Replicas, _) | (Self::Tolerations, Version::V2) => value.cloned(),
            (Self::PullSecrets | Self::Tolerations, _) => list(value?, |item| self.item(item, to)),
            (Self::NodeLabels, Version::V1) => node_labels::labels(value?),
            (Self::NodeLabels, Version::V2) => node_labels::selector(value?),
        }
    }

    /// A value of the version `to` for what is `edited` in the other version: each part that `kept`, which it was
    /// before, already says is as in `kept`, and so is what the other version could not show.
    pub(super) fn merge(self, edited: Option<&Value>, kept: &Value, to: Version) -> Option<Value> {
        match (self, to) {
            (Self::PullSecrets | Self::Tolerations, _) => self.merge_list(edited, kept, to),
            (Self::NodeLabels, Version::V2) => node_labels::merge(edited, kept),
            _ => self.translate(edited, to),
        }
    }

    /// An item of a list in the version `to`.
    fn item(self, item: &Value, to: Version) -> Option<Value> {
        match (self, to) {
            (Self::PullSecrets, Version::V1) => item.get("name").filter(|name| name.is_string()).cloned(),
            (Self::PullSecrets, Version::V2) => item.is_string().then(|| json!({ "name": item })),
            (Self::Tolerations, Version::V1) => toleration(item),
            _ => Some(item.clone()),
        }
    }

    fn merge_list(self, edited: Option<&Value>, kept: &Value, to: Version) -> Option<Value> {
        let (Some(edited_items), Some(kept)) = (items(edited), items(Some(kept))) else {
            return self.translate(edited, to);
        };
        let back = |item: &Value| self.item(item, to.other());
        let (mut shown, hidden): (Vec<&Value>, Vec<&Value>) =
            kept.iter().partition(|item| back(item).is_some());
        let mut merged = Vec::new();
        for item in edited_items {
            match shown.iter().position(|kept| back(kept).as_ref() == Some(item)) {
                Some(index) => merged.push(shown.remove(index).clone()),
                None => merged.extend(self.item(item, to)),
            }
        }
        merged.extend(hidden.into_iter().cloned());
        if merged.is_empty() { self.translate(edited, to) } else { Some(Value::Array(merged)) }
    }
}

/// The items of a list; none where there is no value.
fn items(value: Option<&Value>) -> Option<&[Value]> {
    match value {
        None | Some(Value::Null) => Some(&[]),
        Some(value) => value.as_array().map(Vec::as_slice),
    }
}

/// Every item of a list that can be translated. A null stays one; a list of none that can is none.
fn list(value: &Value, item: impl Fn(&Value) -> Option<Value>) -> Option<Value> {
    if value.is_null() {
        return Some(Value::Null);
    }
    let items = value.as_array()?;
    let translated: Vec<Value> = items.iter().filter_map(item).collect();
    (items.is_empty() || !translated.is_empty()).then_some(Value::Array(translated))
}

/// A toleration as v1 has it, without what it has not.
fn toleration(toleration: &Value) -> Option<Value> {
    let text = |name: &str| match toleration.get(name) {
        None | Some(Value::Null) => Some(""),
        Some(value) => value.as_str(),
    };
    let operator = match text("operator")? {
        "" => "Equal",
        operator => operator,
    };
    let (key, value, effect) = (text("key")?, text("value")?, text("effect")?);
    let is_said = !key.is_empty()
        && ["Exists", "Equal"].contains(&operator)
        && ["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect);
    let mut said = Map::new();
    for (name, text) in [("key", key), ("operator", operator), ("effect", effect)] {
        said.insert(name.to_owned(), text.into());
    }
    if !value.is_empty() {
        said.insert("value".to_owned(), value.into());
    }
    is_said.then_some(Value::Object(said))
}
